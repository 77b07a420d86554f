package lambda

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/lambdatest"
)

func TestWarmEnvironmentIsUsedAgain(t *testing.T) {
	c := start(t, Options{})
	cold := c.call(`{"action":"who"}`)
	if cold.InitDuration <= 0 {
		t.Error("the first invocation reports no initialisation")
	}
	first := c.who()
	for range 20 {
		again := c.who()
		if again.PID != first.PID {
			t.Fatalf("process %d after process %d: a warm environment was not used", again.PID, first.PID)
		}
		first.Count++
		if again.Count != first.Count {
			t.Fatalf("invocation %d of its process, want %d", again.Count, first.Count)
		}
	}
	if warm := c.call(`{}`); warm.InitDuration != 0 {
		t.Errorf("a warm invocation reports an initialisation of %s", warm.InitDuration)
	}
}

func TestContextOfAnInvocation(t *testing.T) {
	c := start(t, Options{})
	result := c.call(`{"action":"who"}`)
	var answer who
	decode(t, result.Payload, &answer)
	if answer.RequestID != result.RequestID {
		t.Errorf("the function saw request %s, the caller %s", answer.RequestID, result.RequestID)
	}
	if want := "arn:aws:lambda:us-east-1:123456789012:function:probe"; answer.ARN != want {
		t.Errorf("ARN %s, want %s", answer.ARN, want)
	}
	if answer.Left > 20_000 || answer.Left < 10_000 {
		t.Errorf("the function has %d ms left at its start, want nearly 20,000", answer.Left)
	}
}

func TestEnvironmentVariables(t *testing.T) {
	c := start(t, Options{Variables: func(f Function) (map[string]string, error) {
		return map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1", "LEDGER_HOST": "127.0.0.9", "AWS_REGION": "nowhere"}, nil
	}}, func(f *Function) {
		f.Environment = map[string]string{"LEDGER_HOST": "cluster.example", "OWN": "value"}
		f.MemorySize, f.LogFormat = 512, "JSON"
	})
	var got map[string]string
	decode(t, c.call(`{"action":"environment"}`).Payload, &got)
	for name, want := range map[string]string{
		"OWN": "value", "LEDGER_HOST": "127.0.0.9", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
		"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_LAMBDA_FUNCTION_NAME": "probe", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
		"AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/probe", "AWS_LAMBDA_LOG_FORMAT": "JSON", "GOMEMLIMIT": "512MiB", "GOMAXPROCS": "1",
		"AWS_SESSION_TOKEN": "local-function/probe", "_HANDLER": "bootstrap", "TZ": ":UTC",
	} {
		if got[name] != want {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
	for _, name := range []string{"GOPATH", "USER", "GOFLAGS", "LAMBDA_TEST_PARENT"} {
		if value, ok := got[name]; ok {
			t.Errorf("%s=%s of this process reached the function", name, value)
		}
	}
}

func TestVariablesThatCannotBeDecidedFailTheInvocation(t *testing.T) {
	c := start(t, Options{Variables: func(Function) (map[string]string, error) { return nil, errors.New("no route") }})
	_, err := c.Invoke(t.Context(), Invocation{Function: "probe"})
	var refused *Error
	if !errors.As(err, &refused) || refused.Code != "ServiceException" || !strings.Contains(refused.Message, "no route") {
		t.Errorf("Invoke = %v, want a ServiceException that says: no route", err)
	}
}

func TestErrorsOfTheFunction(t *testing.T) {
	for _, test := range []struct {
		name, event, payload string
		stays                bool // whether the process serves the next invocation
	}{
		{"an error", `{"action":"error","text":"no money"}`, `"errorMessage":"no money"`, true},
		{"a panic", `{"action":"panic","text":"oh no"}`, `"errorMessage":"oh no"`, false},
		{"an exit", `{"action":"exit","size":7}`, `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ID Error: Runtime exited with error: exit status 7"}`, false},
		{"an exit without an error", `{"action":"exit"}`, `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ID Error: Runtime exited without providing a reason"}`, false},
		{"an answer that is too large", `{"action":"large","size":6300000}`, `"errorType":"Function.ResponseSizeTooLarge"`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, Options{})
			before := c.who()
			result := c.call("%s", test.event)
			payload := strings.ReplaceAll(string(result.Payload), result.RequestID, "ID")
			if result.FunctionError != "Unhandled" || !strings.Contains(payload, test.payload) {
				t.Errorf("answer %q %s, want Unhandled and %s", result.FunctionError, payload, test.payload)
			}
			after := c.who()
			if test.stays != (after.PID == before.PID) {
				t.Errorf("process %d, then %d; the same: want %t", before.PID, after.PID, test.stays)
			}
			if got := c.value("Errors"); got != 1 {
				t.Errorf("Errors = %v, want 1", got)
			}
			if got := c.value("Invocations"); got != 3 {
				t.Errorf("Invocations = %v, want 3", got)
			}
		})
	}
}

func TestLargestAnswer(t *testing.T) {
	c := start(t, Options{})
	result := c.call(`{"action":"large","size":%d}`, 6*1024*1024-2)
	if result.FunctionError != "" || len(result.Payload) != 6*1024*1024 {
		t.Errorf("%d bytes, error %q; want 6 MB", len(result.Payload), result.FunctionError)
	}
}

func TestTimeout(t *testing.T) {
	c := start(t, Options{}, func(f *Function) { f.Timeout = time.Second })
	before := c.who()
	began := time.Now()
	result := c.call(`{"action":"sleep","millis":60000}`)
	if took := time.Since(began); took < time.Second || took > 10*time.Second {
		t.Errorf("it took %s, want about 1 s", took)
	}
	want := `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ` + result.RequestID + ` Error: Task timed out after 1.00 seconds"}`
	if result.FunctionError != "Unhandled" || string(result.Payload) != want {
		t.Errorf("answer %q %s, want %s", result.FunctionError, result.Payload, want)
	}
	if alive(before.PID) {
		t.Error("the process lives after its timeout")
	}
	if after := c.who(); after.PID == before.PID {
		t.Error("the process that timed out serves again")
	}
	if log := c.log(); !strings.Contains(log, result.RequestID+" Task timed out after 1.00 seconds") || !strings.Contains(log, "Status: timeout") {
		t.Errorf("the log does not tell of the timeout:\n%s", log)
	}
}

func TestInitialisation(t *testing.T) {
	for _, test := range []struct{ name, init, payload string }{
		{"exits", "exit", `"errorMessage":"RequestId: ID Error: Runtime exited with error: exit status 3"`},
		{"panics", "panic", `"errorType":"Runtime.ExitError"`},
		{"hangs", "hang", `"errorMessage":"RequestId: ID Error: Task timed out after 1.00 seconds"`},
		{"works the second time", "second", `{"works":true}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, Options{InitTimeout: time.Second}, func(f *Function) {
				f.Timeout, f.Environment = time.Second, map[string]string{"PROBE_INIT": test.init}
			})
			result := c.call(`{"works":true}`)
			if payload := strings.ReplaceAll(string(result.Payload), result.RequestID, "ID"); !strings.Contains(payload, test.payload) {
				t.Errorf("answer %s, want %s", payload, test.payload)
			}
			failed := test.init != "second"
			if failed != (result.FunctionError == "Unhandled") {
				t.Errorf("FunctionError = %q", result.FunctionError)
			}
			for _, phase := range []string{"Phase: init\t", "Phase: invoke\t"} {
				if said := strings.Contains(c.log(), phase); said != (failed || phase == "Phase: init\t") {
					t.Errorf("the log says %q: %t\n%s", phase, said, c.log())
				}
			}
			if failed {
				eventually(t, "no process is left", func() bool { pids, err := c.Processes("probe"); return err == nil && len(pids) == 0 })
			}
		})
	}
}

// together invokes n times at once and returns the distinct processes and the throttled invocations.
func together(c cloud, n int) (map[string]bool, int) {
	var group sync.WaitGroup
	var mutex sync.Mutex
	processes, refused := map[string]bool{}, 0
	for range n {
		group.Go(func() {
			result, err := c.Invoke(context.Background(), Invocation{Function: "probe", Payload: []byte(`{"action":"sleep","millis":400}`)})
			mutex.Lock()
			defer mutex.Unlock()
			var known *Error
			switch {
			case errors.As(err, &known) && known.Code == CodeThrottled && known.Status == http.StatusTooManyRequests:
				refused++
			case err != nil:
				c.t.Error(err)
			default:
				processes[string(result.Payload)] = true
			}
		})
	}
	group.Wait()
	return processes, refused
}

func TestConcurrentInvocationsHaveTheirOwnEnvironments(t *testing.T) {
	c := start(t, Options{})
	if processes, refused := together(c, 6); len(processes) != 6 || refused != 0 {
		t.Errorf("%d processes and %d refused, want 6 and 0", len(processes), refused)
	}
}

func TestConcurrencyLimits(t *testing.T) {
	for _, test := range []struct {
		name     string
		account  int
		reserved *int
		allowed  int
	}{
		{"reserved", 0, number(2), 2},
		{"reserved 0 turns a function off", 0, number(0), 0},
		{"account", 3, nil, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, Options{AccountConcurrency: test.account}, func(f *Function) { f.Reserved = test.reserved })
			processes, refused := together(c, 5)
			if len(processes) != test.allowed || refused != 5-test.allowed {
				t.Errorf("%d ran and %d were throttled, want %d and %d", len(processes), refused, test.allowed, 5-test.allowed)
			}
			if got := c.value("Throttles"); got != float64(5-test.allowed) {
				t.Errorf("Throttles = %v", got)
			}
			if _, again := together(c, 1); (again == 0) != (test.allowed > 0) {
				t.Errorf("afterwards %d of 1 throttled", again)
			}
		})
	}
}

func TestReservationTakesFromTheAccount(t *testing.T) {
	c := start(t, Options{AccountConcurrency: 3}, func(f *Function) { f.Reserved = number(2) })
	if err := c.Put(Function{Name: "other", Reserved: number(2)}, lambdatest.Probe(t)); err == nil {
		t.Error("reservations of 4 were taken from an account of 3")
	}
	if err := c.Put(Function{Name: "other", Reserved: number(1)}, lambdatest.Probe(t)); err != nil {
		t.Error(err)
	}
	if err := c.Put(Function{Name: "third"}, lambdatest.Probe(t)); err != nil {
		t.Fatal(err)
	}
	_, err := c.Invoke(t.Context(), Invocation{Function: "third"})
	var refused *Error
	if !errors.As(err, &refused) || refused.Reason != "ConcurrentInvocationLimitExceeded" {
		t.Errorf("Invoke = %v, want a throttle by the account", err)
	}
}

func TestIdleEnvironmentsEnd(t *testing.T) {
	c := start(t, Options{IdleTimeout: 50 * time.Millisecond})
	pid := c.who().PID
	eventually(t, "the idle process ends", func() bool { return !alive(pid) })
	if again := c.who(); again.Count != 1 {
		t.Errorf("invocation %d of its process, want the first", again.Count)
	}
}

func TestProcessKilledFromOutside(t *testing.T) {
	c := start(t, Options{})
	pid := c.who().PID
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the service notices", func() bool { ids, _ := c.Processes("probe"); return len(ids) == 0 })
	if again := c.who(); again.PID == pid || again.Count != 1 {
		t.Errorf("process %d, invocation %d", again.PID, again.Count)
	}
	running := make(chan Result, 1)
	go func() { running <- c.call(`{"action":"sleep","millis":60000}`) }()
	c.awaitRunning()
	ids, err := c.Processes("probe")
	if err != nil || len(ids) != 1 {
		t.Fatalf("processes %v, %v", ids, err)
	}
	if err := syscall.Kill(ids[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if result := <-running; !strings.Contains(string(result.Payload), "Runtime exited with error: signal: killed") {
		t.Errorf("answer %s, want: signal: killed", result.Payload)
	}
}

func TestFreezeAndThaw(t *testing.T) {
	c := start(t, Options{}, func(f *Function) { f.Timeout = time.Second })
	pid := c.who().PID
	if err := c.Freeze("probe"); err != nil {
		t.Fatal(err)
	}
	result := c.call(`{"action":"who"}`)
	if !strings.Contains(string(result.Payload), "Task timed out") {
		t.Errorf("a frozen function answered %s", result.Payload)
	}
	if alive(pid) {
		t.Error("the frozen process lives after its timeout")
	}
	if err := c.Thaw("probe"); err != nil {
		t.Fatal(err)
	}
	if result := c.call(`{"works":true}`); string(result.Payload) != `{"works":true}` {
		t.Errorf("a thawed function answered %s", result.Payload)
	}
	pid = c.who().PID
	if err := c.Freeze("probe"); err != nil {
		t.Fatal(err)
	}
	if err := c.Thaw("probe"); err != nil {
		t.Fatal(err)
	}
	if again := c.who(); again.PID != pid {
		t.Error("a function that was frozen between two invocations lost its process")
	}
}

func TestUpdateTakesOver(t *testing.T) {
	c := start(t, Options{})
	old := c.who()
	c.mutex.Lock()
	folder := c.functions["probe"].folder
	c.mutex.Unlock()
	busy := make(chan Result, 1)
	go func() { busy <- c.call(`{"action":"sleep","millis":300}`) }()
	c.awaitRunning()
	if err := c.Put(Function{Name: "probe", Environment: map[string]string{"NEW": "1"}}, lambdatest.Probe(t)); err != nil {
		t.Fatal(err)
	}
	if result := <-busy; result.FunctionError != "" {
		t.Errorf("an update broke the invocation in flight: %s", result.Payload)
	}
	if again := c.who(); again.PID == old.PID {
		t.Error("a process of the old state serves after an update")
	}
	eventually(t, "the old code is removed", func() bool { _, err := os.Stat(folder); return os.IsNotExist(err) })
	if alive(old.PID) {
		t.Error("the old process lives")
	}
	if err := c.Delete("probe"); err != nil {
		t.Fatal(err)
	}
	_, err := c.Invoke(t.Context(), Invocation{Function: "probe"})
	var missing *Error
	if !errors.As(err, &missing) || missing.Code != CodeNotFound {
		t.Errorf("Invoke of a deleted function = %v", err)
	}
}

func TestCallerThatHangsUpDoesNotEndTheFunction(t *testing.T) {
	c := start(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() {
		_, err := c.Invoke(ctx, Invocation{Function: "probe", Payload: []byte(`{"action":"sleep","millis":300}`)})
		answered <- err
	}()
	c.awaitRunning()
	cancel()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("Invoke = %v, want context.Canceled", err)
	}
	eventually(t, "the function ends by itself", func() bool { return c.value("Invocations") == 1 })
	if got := c.value("Errors"); got != 0 {
		t.Errorf("Errors = %v, want 0", got)
	}
}

func TestCloseEndsInvocationsInFlight(t *testing.T) {
	c := start(t, Options{})
	pid := c.who().PID
	answered := make(chan error, 1)
	go func() {
		_, err := c.Invoke(context.Background(), Invocation{Function: "probe", Payload: []byte(`{"action":"sleep","millis":60000}`)})
		answered <- err
	}()
	c.awaitRunning()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	<-answered
	if alive(pid) {
		t.Error("a process lives after Close")
	}
	if _, err := os.Stat(c.folder); !os.IsNotExist(err) {
		t.Errorf("the folder is there after Close: %v", err)
	}
	if _, err := c.Invoke(t.Context(), Invocation{Function: "probe"}); err == nil {
		t.Error("a closed service takes an invocation")
	}
}
