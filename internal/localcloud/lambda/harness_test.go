package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/lambdatest"
)

func TestMain(m *testing.M) {
	if zip := os.Getenv("LAMBDA_TEST_PARENT"); zip != "" {
		parent(zip)
		return
	}
	goleak.VerifyTestMain(m)
}

// sink keeps what a service logs and measures.
type sink struct {
	guard    sync.Mutex
	lines    []string
	streams  map[string]bool
	values   map[string]float64 // sum by metric name
	embedded []string
}

func newSink() *sink { return &sink{streams: map[string]bool{}, values: map[string]float64{}} }

func (s *sink) Write(group, stream string, _ time.Time, line string) {
	s.guard.Lock()
	defer s.guard.Unlock()
	s.lines = append(s.lines, line)
	s.streams[group+" "+stream] = true
}

func (s *sink) Record(_, name, _ string, _ map[string]string, value float64, _ time.Time) {
	s.guard.Lock()
	defer s.guard.Unlock()
	s.values[name] += value
}

func (s *sink) RecordEmbedded(line []byte, _ time.Time) {
	s.guard.Lock()
	defer s.guard.Unlock()
	s.embedded = append(s.embedded, string(line))
}

func (s *sink) value(name string) float64 {
	s.guard.Lock()
	defer s.guard.Unlock()
	return s.values[name]
}

func (s *sink) log() string {
	s.guard.Lock()
	defer s.guard.Unlock()
	return strings.Join(s.lines, "\n")
}

type cloud struct {
	*Service
	*sink
	t testing.TB
}

// start runs a service with the function probe, changed by the arguments.
func start(t testing.TB, options Options, changes ...func(*Function)) cloud {
	t.Helper()
	out := newSink()
	options.Region, options.Account, options.Logs, options.Metrics = "us-east-1", "123456789012", out, out
	service, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	function := Function{Name: "probe", Timeout: 20 * time.Second, Role: "arn:aws:iam::123456789012:role/probe"}
	for _, change := range changes {
		change(&function)
	}
	if err := service.Put(function, lambdatest.Probe(t)); err != nil {
		t.Fatal(err)
	}
	return cloud{service, out, t}
}

// call invokes the probe with an event; arguments are for its format.
func (c cloud) call(event string, arguments ...any) Result {
	c.t.Helper()
	result, err := c.Invoke(context.Background(), Invocation{Function: "probe", Payload: fmt.Appendf(nil, event, arguments...)})
	if err != nil {
		c.t.Fatal(err)
	}
	return result
}

// who is the answer of the probe's action of that name.
type who struct {
	PID, Count int
	RequestID  string
	ARN        string
	Left       int64
}

func (c cloud) who() who {
	c.t.Helper()
	result := c.call(`{"action":"who"}`)
	var answer who
	decode(c.t, result.Payload, &answer)
	return answer
}

func decode(t testing.TB, content []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(content, into); err != nil {
		t.Fatalf("%v in %s", err, content)
	}
}

// alive tells whether a process exists and is no zombie.
func alive(pid int) bool {
	content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(content), ") ")
	return !strings.HasPrefix(rest, "Z")
}

// eventually waits for something that other goroutines or processes do.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 30 s in vain: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// awaitRunning waits until an invocation runs.
func (c cloud) awaitRunning() {
	c.t.Helper()
	eventually(c.t, "an invocation runs", func() bool {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		return c.running["probe"] == 1
	})
}

func number(n int) *int { return &n }
