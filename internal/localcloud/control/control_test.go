package control_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// cloud answers with what it was given; what it does not have ends the test.
type cloud struct {
	control.Cloud
	fault  error
	orders []control.Order
	events []control.Event
	downs  chan struct{}
}

func (c *cloud) Status(context.Context) control.Status { return control.Status{Name: "x", PID: 7} }

func (c *cloud) Order(_ context.Context, order control.Order) error {
	c.orders = append(c.orders, order)
	return c.fault
}

func (c *cloud) Token(subject string) (string, error) { return "token of " + subject, c.fault }

func (c *cloud) Environment(region string) (map[string]string, error) {
	return map[string]string{"AWS_REGION": region}, c.fault
}

func (c *cloud) Events(_ context.Context, after int64, yield func(control.Event) bool) {
	for _, each := range c.events {
		if each.Number > after && !yield(each) {
			return
		}
	}
}

func (c *cloud) Down() { close(c.downs) }

func serve(t *testing.T, c *cloud) *control.Client {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "c")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: control.Handler(c), ReadHeaderTimeout: time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	client := control.NewClient(socket)
	t.Cleanup(func() {
		client.Close()
		_ = server.Close()
		<-done
	})
	return client
}

func TestWhatCallersAskArrives(t *testing.T) {
	c := &cloud{downs: make(chan struct{})}
	client := serve(t, c)
	order := control.Order{Do: control.Slow, From: "a", To: "b", RoundTrip: 40 * time.Millisecond, Loss: 0.5}
	if err := client.Order(t.Context(), order); err != nil || len(c.orders) != 1 || c.orders[0] != order {
		t.Errorf("error %v, orders %+v", err, c.orders)
	}
	if status, err := client.Status(t.Context()); err != nil || status.Name != "x" || status.PID != 7 {
		t.Errorf("status %+v, error %v", status, err)
	}
	if token, err := client.Token(t.Context(), "a&b=c d"); err != nil || token != "token of a&b=c d" {
		t.Errorf("token %q, error %v", token, err)
	}
	if variables, err := client.Environment(t.Context(), "us-west-2"); err != nil || variables["AWS_REGION"] != "us-west-2" {
		t.Errorf("variables %v, error %v", variables, err)
	}
	if err := client.Down(t.Context()); err != nil {
		t.Error(err)
	}
	<-c.downs // told to end, if after the answer
}

// A refusal changes nothing, and its callers exit with another code than after an error: it must stay one on the way.
func TestRefusalsAndErrorsAreToldApart(t *testing.T) {
	for _, fault := range []error{control.Refusal{Reason: "mars is no Region"}, errors.New("disk full")} {
		client := serve(t, &cloud{fault: fault})
		_, token := client.Token(t.Context(), "x")
		for _, got := range []error{client.Order(t.Context(), control.Order{}), token} {
			if got == nil || got.Error() != fault.Error() || errors.As(got, new(control.Refusal)) != errors.As(fault, new(control.Refusal)) {
				t.Errorf("%T %v, want %T %v", got, got, fault, fault)
			}
		}
	}
}

func TestNobodyAnswers(t *testing.T) {
	client := control.NewClient(filepath.Join(t.TempDir(), "none"))
	defer client.Close()
	if _, err := client.Status(t.Context()); !errors.Is(err, control.ErrNotRunning) {
		t.Errorf("error %v", err)
	}
}

func TestEventsAfterANumber(t *testing.T) {
	client := serve(t, &cloud{events: []control.Event{{Number: 1, Kind: control.Applied}, {Number: 2, Kind: control.RegionKilled}, {Number: 3, Kind: control.RegionStarted}}})
	var kinds []string
	all := func(event control.Event) bool {
		kinds = append(kinds, event.Kind)
		return true
	}
	if err := client.Events(t.Context(), 1, all); err == nil || !strings.Contains(err.Error(), "follow events") {
		t.Errorf("the end of the cloud is no error: %v", err)
	}
	if len(kinds) != 2 || kinds[0] != control.RegionKilled {
		t.Errorf("kinds %v", kinds)
	}
	if err := client.Events(t.Context(), 0, func(control.Event) bool { return false }); err != nil {
		t.Errorf("who has enough gets error %v", err)
	}
}

func TestOrdersThatAreNoJSON(t *testing.T) {
	c := &cloud{}
	for _, request := range []*http.Request{
		httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader(`{"do":`)),
		httptest.NewRequest(http.MethodGet, "/events?after=x", nil),
	} {
		answer := httptest.NewRecorder()
		control.Handler(c).ServeHTTP(answer, request)
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), `"error"`) {
			t.Errorf("%s: %d %s", request.URL, answer.Code, answer.Body)
		}
	}
	if len(c.orders) != 0 {
		t.Errorf("orders %v", c.orders)
	}
}
