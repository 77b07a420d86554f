package secretsmanager

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/sdktest"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

const (
	account  = "123456789012"
	function = "arn:aws:lambda:us-east-1:123456789012:function:rotation"
)

func TestMain(m *testing.M) {
	code := postgrestest.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		slog.Error("goroutines are left", "error", err)
		code = 1
	}
	os.Exit(code)
}

func start(t testing.TB, options Options) *Service {
	t.Helper()
	if options.Region == "" {
		options.Region = "us-east-1"
	}
	options.Account = account
	service, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	return service
}

// client is an unmodified AWS SDK at the service's API.
func client(t testing.TB, s *Service) *sdk.Client {
	return sdk.NewFromConfig(sdktest.Config(t, s.options.Region, s.Handler()))
}

func must[T any](t testing.TB) func(T, error) T { return sdktest.Must[T](t) }

// refused checks one error.
func refused(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	sdktest.Refused(t, sdktest.Refusal{Name: what, Call: func() error { return err }, Code: code, Message: message})
}

// create makes a secret with a value over the SDK and returns its ARN.
func create(t *testing.T, api *sdk.Client, name, value string) string {
	t.Helper()
	return *must[*sdk.CreateSecretOutput](t)(api.CreateSecret(t.Context(), &sdk.CreateSecretInput{Name: &name, SecretString: &value})).ARN
}

// value reads a text.
func value(t *testing.T, s *Service, id, stage string) string {
	t.Helper()
	got, err := s.GetValue(t.Context(), id, stage)
	if err != nil {
		t.Fatalf("%s of %s: %v", stage, id, err)
	}
	return got.String
}

// eventually waits for something that other goroutines do.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 20 s in vain: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// wire is the link from one Region's service to another's, over HTTP.
type wire struct {
	guard   sync.Mutex
	url     string
	fail    func(ReplicaState) error // what happens instead, nil is nothing
	states  []ReplicaState           // that arrived, and were taken
	client  *http.Client
	service *Service
}

func (w *wire) cut(err error) {
	w.guard.Lock()
	defer w.guard.Unlock()
	w.fail = func(ReplicaState) error { return err }
}

func (w *wire) mend() {
	w.guard.Lock()
	defer w.guard.Unlock()
	w.fail = nil
}

func (w *wire) send(ctx context.Context, _ string, state ReplicaState) error {
	w.guard.Lock()
	fail, url := w.fail, w.url
	w.guard.Unlock()
	if fail != nil {
		if err := fail(state); err != nil {
			return err
		}
	}
	err := PostReplica(ctx, w.client, url, state)
	if err == nil {
		w.guard.Lock()
		w.states = append(w.states, state)
		w.guard.Unlock()
	}
	return err
}

func (w *wire) arrived() []ReplicaState {
	w.guard.Lock()
	defer w.guard.Unlock()
	return append([]ReplicaState(nil), w.states...)
}

// to puts a service at the end of the link.
func (w *wire) to(t *testing.T, s *Service) {
	t.Helper()
	server := httptest.NewServer(s.ReplicaHandler())
	t.Cleanup(server.Close)
	w.guard.Lock()
	defer w.guard.Unlock()
	w.url, w.service = server.URL, s
}

// pair is two Regions with links in both directions.
type pair struct {
	east, west     *Service
	toWest, toEast *wire
}

func startPair(t *testing.T, east, west Options) *pair {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	p := &pair{toWest: &wire{client: &http.Client{Transport: transport}}, toEast: &wire{client: &http.Client{Transport: transport}}}
	east.Replicate, west.Replicate = p.toWest.send, p.toEast.send
	west.Region = "us-west-2"
	p.west = start(t, west)
	p.toWest.to(t, p.west)
	p.east = start(t, east)
	p.toEast.to(t, p.east)
	return p
}

// status is the state of the one replica of a secret.
func status(t *testing.T, s *Service, id string) (state, message string) {
	t.Helper()
	found, err := s.find(id)
	if err != nil {
		t.Fatal(err)
	}
	list := found.replicationStatus()
	if len(list) != 1 {
		return "", ""
	}
	return list[0].Status, list[0].StatusMessage
}

func (p *pair) inSync(t *testing.T, id string) {
	t.Helper()
	eventually(t, id+" is in sync", func() bool { state, _ := status(t, p.east, id); return state == statusInSync })
}

func text(value string) *string { return aws.String(value) }

// clock is time.Now, or ahead of it.
type clock struct {
	guard sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.guard.Lock()
	defer c.guard.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) jump(d time.Duration) {
	c.guard.Lock()
	defer c.guard.Unlock()
	c.ahead += d
}
