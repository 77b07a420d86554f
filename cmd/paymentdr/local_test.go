package main_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/proctree"
	"github.com/paymentdr/paymentdr/internal/localcloud/statefolder"
)

// The life of a cloud, as a user leads it.
func TestLocalCloud(t *testing.T) {
	c := newCloud(t)
	began := time.Now()
	status := c.up()
	pay(t, c, status, "first")
	t.Logf("from nothing to the first acknowledged payment: %s", time.Since(began).Round(10*time.Millisecond))
	if len(status.Regions) != 3 || status.Failover.Region != "us-east-1" || status.Writer != "us-east-1" {
		t.Errorf("status %+v", status)
	}
	resolve(t, status)

	c.says(2, "in use", "local", "up", "--files", files)
	c.says(0, "us-east-1", "local", "status")
	c.says(0, "AWS_CA_BUNDLE", "local", "env", "us-west-2")
	c.says(2, "mars", "local", "env", "mars")
	c.says(0, "us-west-2", "local", "logs")
	c.says(0, "", "local", "logs", "us-west-2")
	c.says(2, "did you mean", "local", "logs", "us-west-22")

	for _, refused := range [][]string{
		{"none of", "kill", "mars"}, {"running", "start", "us-west-2"}, {"none of", "cut", "us-east-1", "mars"},
		{"to itself", "cut", "us-east-1", "us-east-1"}, {"running", "continue", "us-west-2"},
	} {
		c.says(2, refused[0], append([]string{"local"}, refused[1:]...)...)
	}
	c.says(0, "", "local", "cut", "us-east-1", "us-west-2", "--one-way")
	c.says(0, "us-east-1 -> us-west-2", "local", "status")
	c.says(0, "", "local", "slow", "us-east-1", "us-east-2", "--round-trip", "40ms")
	c.says(0, "", "local", "heal")

	c.says(0, "", "local", "kill", "us-west-2")
	c.says(0, "killed", "local", "status")
	c.says(2, "killed", "local", "kill", "us-west-2", "--database")
	pay(t, c, status, "with one Region")
	c.says(0, "", "local", "start", "us-west-2")
	if now := c.says(0, "", "local", "status"); strings.Contains(now, "killed") {
		t.Errorf("not started again:\n%s", now)
	}

	other := newCloud(t)
	second := other.up()
	if second.Layout.Cloud == status.Layout.Cloud {
		t.Errorf("two clouds have number %d", second.Layout.Cloud)
	}
	other.says(0, "", "local", "down")
	other.gone()
	pay(t, c, status, "beside another")

	c.says(0, "", "local", "down")
	c.gone()
	c.says(0, "no local cloud", "local", "down")
	c.says(2, "local up", "local", "status")
	for _, address := range []netip.AddrPort{status.Layout.Public("us-east-1"), status.Layout.API("us-west-2"), status.Layout.Resolver()} {
		listener, err := net.Listen("tcp", address.String())
		if err != nil {
			t.Errorf("a port is still taken: %v", err)
			continue
		}
		_ = listener.Close()
	}
}

// pay sends a payment to the failover name, and must be acknowledged.
func pay(t *testing.T, c cloud, status control.Status, what string) {
	t.Helper()
	roots := trusted(t, filepath.Join(status.Folder, "authority", "ca.pem"))
	target := net.JoinHostPort(status.Failover.Address, fmt.Sprint(status.Layout.HTTPS))
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: status.Failover.Name, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", target)
		},
	}
	defer transport.CloseIdleConnections()
	token := strings.TrimSpace(c.says(0, "", "local", "token"))
	body := fmt.Sprintf(`{"paymentId":"life-%d","amount":"12.50","currency":"EUR"}`, time.Now().UnixNano())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+status.Failover.Name+"/payments", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		t.Fatalf("payment %s: %v", what, err)
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusAccepted {
		t.Fatalf("payment %s: %s: %s", what, response.Status, answer)
	}
}

// trusted are the roots in a file.
func trusted(t *testing.T, file string) *x509.CertPool {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(content) {
		t.Fatalf("no certificate in %s", file)
	}
	return roots
}

// resolve asks the cloud's DNS as a resolver would.
func resolve(t *testing.T, status control.Status) {
	t.Helper()
	question := new(dns.Msg)
	question.SetQuestion(dns.Fqdn(status.Failover.Name), dns.TypeCNAME)
	for _, network := range []string{"udp", "tcp"} {
		answer, _, err := (&dns.Client{Net: network, Timeout: 5 * time.Second}).ExchangeContext(t.Context(), question, status.Layout.Resolver().String())
		if err != nil {
			t.Fatal(err)
		}
		if len(answer.Answer) == 0 || !answer.Authoritative {
			t.Fatalf("%s: no authoritative answer: %v", network, answer)
		}
		if ttl := answer.Answer[0].Header().Ttl; time.Duration(ttl)*time.Second != status.Failover.TTL {
			t.Errorf("%s: TTL %d, the files say %s", network, ttl, status.Failover.TTL)
		}
	}
}

// Whoever kills the supervisor has nothing to clean up.
func TestKilledSupervisor(t *testing.T) {
	c := newCloud(t)
	status := c.up()
	if err := syscall.Kill(status.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	c.gone()
	c.says(0, "no local cloud", "local", "down")
	c.says(2, "local up", "local", "kill", "us-east-1")
}

// What a machine left that lost its power is removed by down, if nobody holds it; what it cannot know, it leaves alone.
func TestDownWithoutACloud(t *testing.T) {
	c := newCloud(t)
	c.says(0, "no local cloud", "local", "down")
	c.gone()
	mark := func(version, pid int) {
		write(t, filepath.Join(c.folder, "cloud.json"), fmt.Sprintf(`{"version":%d,"name":%q,"pid":%d}`, version, c.name, pid))
		write(t, filepath.Join(c.folder, "us-east-1", "journal", "wal"), "half a write")
	}
	mark(99, 1)
	c.says(2, "version 99", "local", "down")
	mark(statefolder.Version, os.Getpid())
	lock, err := os.Create(c.folder + ".lock")
	check(t, err)
	check(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
	c.says(2, "just starting or ending", "local", "down")
	if listing(c.folder) == "" {
		t.Error("a folder that somebody holds was removed")
	}
	check(t, lock.Close())
	c.says(0, "removed what one left", "local", "down")
	c.gone()
}

// An interrupt at any stage of a start ends what was started.
func TestInterruptedStart(t *testing.T) {
	for _, stage := range []string{"", "applying the files", "aws_rds_cluster", "first lease"} {
		t.Run("at "+stage, func(t *testing.T) {
			c := newCloud(t)
			start := c.startUntil(stage)
			check(t, start.command.Process.Signal(os.Interrupt))
			start.fails("interrupted")
			c.gone()
		})
	}
}

// Whoever interrupts or kills the command that waits for a start ends the start.
func TestInterruptedCommand(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			c := newCloud(t)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			command := c.command(ctx, "local", "up", "--files", files)
			check(t, command.Start())
			for ctx.Err() == nil {
				if _, err := os.Stat(statefolder.Control(c.folder)); err == nil {
					break // the files are being applied
				}
				time.Sleep(10 * time.Millisecond)
			}
			check(t, command.Process.Signal(signal))
			if err := command.Wait(); err == nil {
				t.Error("ended as if nothing had happened")
			}
			c.gone()
		})
	}
}

// A cloud that is being started takes one order: to end.
func TestStartThatIsNotWantedAnyMore(t *testing.T) {
	c := newCloud(t)
	start := c.startUntil("aws_rds_cluster")
	c.says(2, "still starting", "local", "kill", "us-west-2")
	c.says(0, "", "local", "down")
	start.fails("told to end")
	c.gone()
}

// A Region whose process ends during the start ends the start, with its name.
func TestRegionThatDiesDuringTheStart(t *testing.T) {
	c := newCloud(t)
	start := c.startUntil("aws_rds_cluster")
	below, err := proctree.Descendants(start.command.Process.Pid)
	check(t, err)
	killed := false
	for _, pid := range below {
		commandLine, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if strings.HasSuffix(string(commandLine), "local\x00region\x00") {
			check(t, syscall.Kill(pid, syscall.SIGKILL))
			killed = true
			break
		}
	}
	if !killed {
		t.Fatalf("none of %v is a Region", below)
	}
	start.fails("its process ended during the start")
	c.gone()
}

// start is a start under way, without the command that shows it.
type start struct {
	t       *testing.T
	command *exec.Cmd
	lines   *bufio.Scanner
	stderr  *bytes.Buffer
}

// startUntil starts the cloud and returns when its progress has the words. Commands show progress where a terminal is, so
// the supervisor is asked itself, which tells it on descriptor 3.
func (c cloud) startUntil(words string) start {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	c.t.Cleanup(cancel)
	command := c.command(ctx, "local", "supervise", "--files", files)
	read, write, err := os.Pipe()
	check(c.t, err)
	c.t.Cleanup(func() { _ = read.Close() })
	var stderr bytes.Buffer
	command.ExtraFiles, command.Stderr = []*os.File{write}, &stderr
	check(c.t, command.Start())
	_ = write.Close()
	lines := bufio.NewScanner(read)
	for lines.Scan() && !strings.Contains(lines.Text(), words) {
	}
	return start{c.t, command, lines, &stderr}
}

// fails waits until the start has ended with an error that has the words.
func (s start) fails(words string) {
	s.t.Helper()
	for s.lines.Scan() {
		if strings.Contains(s.lines.Text(), `"ready":true`) {
			s.t.Error("ready all the same")
		}
	}
	if err := s.command.Wait(); err == nil || !strings.Contains(s.stderr.String(), words) {
		s.t.Errorf("ended with %v: %s; want %q", err, s.stderr.String(), words)
	}
	s.t.Logf("%s", strings.TrimSpace(s.stderr.String()))
}
