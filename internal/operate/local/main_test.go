package local_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/client"
	"github.com/paymentdr/paymentdr/internal/cli"
	"github.com/paymentdr/paymentdr/internal/drill/local"
	"github.com/paymentdr/paymentdr/internal/drill/payer"
	"github.com/paymentdr/paymentdr/internal/drill/payer/both"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/statefolder"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

const primary, secondary = "us-east-1", "us-west-2"

// TestMain makes this program the cloud's own, too: its supervisor and Regions are started as the program that runs.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 || os.Args[1] != "local" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, process(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	stop()
	os.Exit(code)
}

func process(arguments []string, in io.Reader, out, errors io.Writer) cli.Process {
	return cli.Process{Args: arguments, Environment: os.Environ(), Stdin: in, Stdout: out, Stderr: errors}
}

// desk is where the operators of a running cloud sit.
type desk struct {
	testing.TB
	name string
}

type outcome struct {
	code           int
	stdout, stderr string
	took           time.Duration
}

func (d desk) run(arguments ...string) outcome {
	var out, problems bytes.Buffer
	began := time.Now()
	code := cli.Run(d.Context(), process(arguments, strings.NewReader(""), &out, &problems))
	return outcome{code, out.String(), problems.String(), time.Since(began)}
}

// operate runs an operator's command against the cloud.
func (d desk) operate(arguments ...string) outcome {
	return d.run(append(arguments, "--local="+d.name)...)
}

func (d desk) ok(arguments ...string) outcome {
	d.Helper()
	o := d.operate(arguments...)
	if o.code != cli.ExitOK {
		d.Fatalf("%v: exit %d\n%s\n%s", arguments, o.code, o.stdout, o.stderr)
	}
	d.Logf("%v: %s", arguments, o.took.Round(10*time.Millisecond))
	return o
}

// refused expects that a command is refused with a reason and a next step, and that the control items are as before.
func (d desk) refused(code string, arguments ...string) {
	d.Helper()
	before := d.look()
	o := d.operate(arguments...)
	after := d.look()
	if o.code != cli.ExitRefused || !strings.Contains(o.stderr, "  "+code+": ") {
		d.Errorf("%v: exit %d, and not for %s\n%s", arguments, o.code, code, o.stderr)
	}
	if before.Intent.Version != after.Intent.Version || before.Lease.Epoch != after.Lease.Epoch || before.Lease.State != after.Lease.State {
		d.Errorf("%v: it was refused, and changed %+v, %+v to %+v, %+v", arguments, before.Lease, before.Intent, after.Lease, after.Intent)
	}
}

func (d desk) look() status.Snapshot {
	d.Helper()
	var seen status.Snapshot
	o := d.operate("status", "--output=json")
	if err := json.Unmarshal([]byte(o.stdout), &seen); err != nil {
		d.Fatalf("status: exit %d, %v\n%s", o.code, err, o.stderr)
	}
	return seen
}

// await runs a command again and again until it is as wished.
func (d desk) await(what string, within time.Duration, wished func() bool) {
	d.Helper()
	const pause = 250 * time.Millisecond
	began := time.Now()
	for deadline := time.After(within); !wished(); {
		select {
		case <-deadline:
			d.Fatalf("%s: not within %s\n%s", what, within, d.operate("status").stdout)
		case <-time.After(pause):
		}
	}
	d.Logf("%s: %s", what, time.Since(began).Round(10*time.Millisecond))
}

// start starts a cloud of the test's own, which ends with it.
func start(t testing.TB) (desk, *control.Client) {
	t.Helper()
	d := desk{t, fmt.Sprintf("operators-%d", os.Getpid())}
	began := time.Now()
	if o := d.run("local", "up", "--name", d.name, "--set", "lease.ttl=6s", "--set", "lease.tick=1s", "--accept", "objectives"); o.code != cli.ExitOK {
		t.Fatalf("local up: exit %d\n%s", o.code, o.stderr)
	}
	t.Logf("up: %s", time.Since(began).Round(10*time.Millisecond))
	t.Cleanup(func() {
		var problems bytes.Buffer
		arguments := []string{"local", "down", "--name", d.name}
		if code := cli.Run(context.WithoutCancel(t.Context()), process(arguments, strings.NewReader(""), io.Discard, &problems)); code != cli.ExitOK {
			t.Errorf("local down: exit %d\n%s", code, problems.String())
		}
	})
	folder, err := statefolder.Path(d.name, "")
	if err != nil {
		t.Fatal(err)
	}
	client := control.NewClient(statefolder.Control(folder))
	t.Cleanup(client.Close)
	return d, client
}

// pay lets programs with package client pay until the function that is returned is called; it tells what they were told.
func pay(t testing.TB, cloud *control.Client) func() payer.Count {
	t.Helper()
	target, err := local.Target(t.Context(), cloud)
	if err != nil {
		t.Fatal(err)
	}
	var payers []payer.Payer
	for n := range 4 {
		made, err := both.New(both.Options{Dialer: target.Dialer(), Roots: target.Roots, Config: client.Config{
			Endpoints:        []string{target.Regional[primary], target.Regional[secondary]},
			FailoverEndpoint: target.Endpoint, Token: target.Token,
		}})
		if err != nil {
			t.Fatal(err)
		}
		payers = append(payers, payer.Payer{Name: fmt.Sprintf("client-%d", n), Kind: receipt.Client, Sender: made})
	}
	receipts, err := receipt.Create(filepath.Join(t.TempDir(), "receipts.jsonl"), receipt.Header{Run: "operators", Began: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	fleet, err := payer.Start(t.Context(), payer.Options{
		Run: "operators", Seed: 1, Payers: payers, Rates: map[receipt.PayerKind]float64{receipt.Client: 10}, Receipts: receipts,
	})
	if err != nil {
		t.Fatal(err)
	}
	return func() payer.Count {
		fleet.Stop()
		if err := fleet.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := receipts.Close(); err != nil {
			t.Fatal(err)
		}
		return fleet.Tally()[receipt.Client]
	}
}
