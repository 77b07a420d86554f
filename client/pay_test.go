package client

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func asError(t *testing.T, err error) *Error {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, want an *Error", err)
	}
	return failure
}

// each is a script that does with each Region's requests, in turn, what stands in its list; the last one stays.
func each(lists map[string][]fault) func(string, *http.Request) fault {
	next := map[string]int{}
	return func(region string, _ *http.Request) fault {
		list := lists[region]
		if len(list) == 0 {
			return good
		}
		at := min(next[region], len(list)-1)
		next[region]++
		return list[at]
	}
}

func named(t *testing.T, name string) fault {
	t.Helper()
	for _, one := range faults {
		if one.name == name {
			return one
		}
	}
	t.Fatalf("there is no fault %q", name)
	return fault{}
}

func TestPay(t *testing.T) {
	slow := fault{name: "slow refusal", delay: 700 * time.Millisecond, answer: sendProblem(422, "payment-mismatch")}
	for _, one := range []struct {
		name       string
		east, west []string
		extra      map[string][]fault
		is         []error
		isNot      []error
		outcome    Outcome // empty: a receipt
		by         string
		status     Status
		tries      int
		least      time.Duration
		most       time.Duration
	}{
		{name: "at once", by: "east", status: StatusSuccess, tries: 1, most: 20 * time.Millisecond},
		{name: "accepted", east: []string{"processing"}, by: "east", status: StatusProcessing, tries: 1, most: 30 * time.Millisecond},
		{name: "hedged", east: []string{"half-open after"}, by: "west", status: StatusSuccess, tries: 2, most: 520 * time.Millisecond},
		{name: "slow one wins", east: []string{"slow"}, west: []string{"half-open before"}, by: "east", status: StatusSuccess, tries: 2, most: 900 * time.Millisecond},
		{name: "unavailable", east: []string{"503 before"}, by: "west", status: StatusSuccess, tries: 2, most: 30 * time.Millisecond},
		{name: "cut off", east: []string{"reset mid-body"}, by: "west", status: StatusSuccess, tries: 2, most: 20 * time.Millisecond},
		{name: "page", east: []string{"page"}, by: "west", status: StatusSuccess, tries: 2, most: 20 * time.Millisecond},
		{name: "redirect is not followed", east: []string{"redirect"}, by: "west", status: StatusSuccess, tries: 2, most: 20 * time.Millisecond},
		{name: "throttled", east: []string{"throttled"}, by: "west", status: StatusSuccess, tries: 2, least: time.Second, most: 1020 * time.Millisecond},
		{name: "again after silence", east: []string{"half-open after", "good"}, west: []string{"half-open before"}, by: "east", status: StatusSuccess, tries: 3, least: DefaultTimeout, most: 5100 * time.Millisecond},
		{name: "expired token", east: []string{"401"}, outcome: OutcomeNotRecorded, is: []error{ErrUnauthorized}, isNot: []error{ErrOutcomeUnknown, ErrInvalid}, tries: 1},
		{name: "invalid", east: []string{"400"}, outcome: OutcomeNotRecorded, is: []error{ErrInvalid}, tries: 1},
		{name: "refused after a drop", east: []string{"drop after"}, west: []string{"401"}, outcome: OutcomeUnknown, is: []error{ErrUnauthorized, ErrOutcomeUnknown}, tries: 2},
		{name: "refused while one is open", east: []string{"slow"}, west: []string{"401"}, by: "east", status: StatusSuccess, tries: 2, most: 900 * time.Millisecond},
		{name: "mismatch is decisive", east: []string{"half-open before"}, extra: map[string][]fault{"west": {{name: "mismatch", answer: sendProblem(422, "payment-mismatch")}}},
			outcome: OutcomeNotRecorded, is: []error{ErrMismatch}, isNot: []error{ErrOutcomeUnknown}, tries: 2, most: 500 * time.Millisecond},
		{name: "another id", east: []string{"another id"}, outcome: OutcomeUnknown, is: []error{ErrInconsistent, ErrOutcomeUnknown}, tries: 1},
		{name: "another amount", east: []string{"another amount"}, outcome: OutcomeUnknown, is: []error{ErrInconsistent}, tries: 1},
		{name: "malformed everywhere", east: []string{"not JSON"}, west: []string{"page"}, outcome: OutcomeUnknown, is: []error{ErrInconsistent, context.DeadlineExceeded}},
		{name: "silent everywhere", east: []string{"half-open after"}, west: []string{"half-open before"}, outcome: OutcomeUnknown,
			is: []error{context.DeadlineExceeded}, isNot: []error{ErrInconsistent}, most: 6 * time.Second},
		{name: "down everywhere", east: []string{"503 after"}, west: []string{"503 after"}, outcome: OutcomeUnknown, is: []error{ErrUnavailable}},
		{name: "late refusal", east: []string{"half-open before"}, extra: map[string][]fault{"west": {slow}}, outcome: OutcomeNotRecorded, is: []error{ErrMismatch}, tries: 2},
	} {
		t.Run(one.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				system := newSystem(t)
				defer system.close()
				script := map[string][]fault{}
				for region, names := range map[string][]string{"east": one.east, "west": one.west} {
					for _, name := range names {
						script[region] = append(script[region], named(t, name))
					}
				}
				for region, list := range one.extra {
					script[region] = list
				}
				system.script = each(script)
				client := system.client(nil)
				defer client.Close()
				ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
				defer cancel()
				asked := Payment{ID: "order-1", Amount: "12.50", Currency: "USD"}
				started := time.Now()
				receipt, err := client.Pay(ctx, asked)
				if took := time.Since(started); one.most > 0 && took > one.most || took < one.least {
					t.Errorf("it took %v, want %v to %v", took, one.least, one.most)
				}
				if broken := system.check(asked, receipt, err, DefaultMaxTries); broken != nil {
					t.Error(broken)
				}
				tries := receipt.Tries
				if err != nil {
					failure := asError(t, err)
					if tries = failure.Tries; failure.Outcome != one.outcome {
						t.Errorf("outcome %q, want %q: %v", failure.Outcome, one.outcome, err)
					}
					if failure.Retryable() != (strings.HasSuffix(one.name, "everywhere")) {
						t.Errorf("retryable is %v: %v", failure.Retryable(), err)
					}
				} else if one.outcome != "" || receipt.AnsweredBy != one.by || receipt.Status != one.status {
					t.Errorf("got %+v, want outcome %q, %s by %s", receipt, one.outcome, one.status, one.by)
				}
				if one.tries > 0 && tries != one.tries {
					t.Errorf("%d tries, want %d: %v", tries, one.tries, err)
				}
				for _, target := range one.is {
					if !errors.Is(err, target) {
						t.Errorf("%v is not %v", err, target)
					}
				}
				for _, target := range one.isNot {
					if errors.Is(err, target) {
						t.Errorf("%v is %v", err, target)
					}
				}
			})
		})
	}
}

// TestTwoTransactions: two Regions that answer with different transactions are reported, before Pay returns or after.
func TestTwoTransactions(t *testing.T) {
	for name, one := range map[string]struct {
		east, west time.Duration
		late       bool
	}{
		"together": {700 * time.Millisecond, 200 * time.Millisecond, false},
		"late":     {1200 * time.Millisecond, 10 * time.Millisecond, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				system := newSystem(t)
				defer system.close()
				other := sendChanged(func(p *paid) { p.TransactionID = "t-other" })
				system.script = each(map[string][]fault{
					"east": {{name: "east", record: true, delay: one.east, answer: sendGood}},
					"west": {{name: "west", delay: one.west, answer: other}},
				})
				var reported atomic.Pointer[Error]
				client := system.client(func(c *Config) { c.OnInconsistent = func(e *Error) { reported.Store(e) } })
				defer client.Close()
				_, err := client.Pay(t.Context(), Payment{ID: "order-1", Amount: "1.00"})
				time.Sleep(lateAnswer)
				synctest.Wait()
				// Together, both answers are ready in the same instant; which goroutine comes first is not ours to say.
				returned := errors.Is(err, ErrInconsistent)
				if late := reported.Load(); one.late && (err != nil || late == nil) || !one.late && !returned && late == nil {
					t.Errorf("Pay said %v, reported was %v", err, late)
				}
			})
		})
	}
}

func TestWaitPosted(t *testing.T) {
	for _, one := range []struct {
		name   string
		after  int // looks until it is posted
		change func(*paid)
		status Status
		err    error
	}{
		{name: "posted", after: 3, status: StatusSuccess},
		{name: "never", after: 1 << 30, status: StatusProcessing},
		{name: "another transaction", after: 2, change: func(p *paid) { p.TransactionID = "t-other" }, err: ErrInconsistent},
		{name: "another amount", after: 2, change: func(p *paid) { p.Amount = "2.00" }, err: ErrInconsistent},
	} {
		t.Run(one.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				system := newSystem(t)
				defer system.close()
				looks := 0
				system.script = func(_ string, request *http.Request) fault {
					if request.Method == http.MethodPost {
						return faults[1]
					}
					looks++
					posted := looks >= one.after
					return fault{name: "look", answer: func(w http.ResponseWriter, _ *http.Request, known paid) {
						if !posted {
							known.Status = string(StatusProcessing)
						} else if one.change != nil {
							one.change(&known)
						}
						sendJSON(w, http.StatusOK, known)
					}}
				}
				client := system.client(func(c *Config) { c.WaitPosted = true })
				defer client.Close()
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				receipt, err := client.Pay(ctx, Payment{ID: "order-1", Amount: "1.00"})
				if !errors.Is(err, one.err) || err == nil && receipt.Status != one.status {
					t.Errorf("got %+v, %v; want %q, %v", receipt, err, one.status, one.err)
				}
			})
		})
	}
}

func TestGet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system := newSystem(t)
		defer system.close()
		client := system.client(nil)
		defer client.Close()
		paid, err := client.Pay(t.Context(), Payment{Amount: "3"})
		if err != nil {
			t.Fatal(err)
		}
		if len(paid.PaymentID) != 36 || paid.PaymentID[14] != '7' {
			t.Errorf("generated id %q is not a UUIDv7", paid.PaymentID)
		}
		found, err := client.Get(t.Context(), paid.PaymentID)
		if err != nil || found.TransactionID != paid.TransactionID {
			t.Errorf("got %+v, %v; want transaction %s", found, err, paid.TransactionID)
		}
		if _, err = client.Get(t.Context(), "nobody"); !errors.Is(err, ErrNotFound) || asError(t, err).Outcome != OutcomeNothingAsked {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		if _, err = client.Get(t.Context(), "../health"); !errors.Is(err, ErrInvalid) {
			t.Errorf("got %v, want ErrInvalid", err)
		}
	})
}

func TestPreferenceStaysAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system := newSystem(t)
		defer system.close()
		client := system.client(nil)
		defer client.Close()
		by := func() string {
			receipt, err := client.Pay(t.Context(), Payment{Amount: "1.00"})
			if err != nil {
				t.Fatal(err)
			}
			return receipt.AnsweredBy
		}
		steps := []struct {
			state linkState
			ill   bool
			want  string
		}{{linkUp, false, "east"}, {linkRefused, false, "west"}, {linkUp, true, "west"}, {linkUp, false, "east"}}
		for i, step := range steps {
			system.listeners["east"].set(step.state)
			system.mutex.Lock()
			system.ill["east"] = step.ill
			system.mutex.Unlock()
			// The first payment starts the probe, the second one goes by its result.
			time.Sleep(2 * DefaultProbeEvery)
			by()
			time.Sleep(probeTimeout)
			if got := by(); got != step.want {
				t.Errorf("step %d: answered by %s, want %s", i, got, step.want)
			}
		}
	})
}

func TestLastResort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system := newSystem(t)
		defer system.close()
		system.listeners["east"].set(linkRefused)
		client := system.client(func(c *Config) { c.Endpoints = []string{east}; c.FailoverEndpoint = west })
		defer client.Close()
		receipt, err := client.Pay(t.Context(), Payment{Amount: "1.00"})
		if err != nil || receipt.AnsweredBy != "west" {
			t.Fatalf("got %+v, %v; want it by west", receipt, err)
		}
		if at, _ := client.preference.current(time.Now()); at != 0 {
			t.Errorf("the last resort became the preferred endpoint")
		}
	})
}

func TestToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system := newSystem(t)
		defer system.close()
		var seen atomic.Value
		system.script = func(_ string, request *http.Request) fault {
			seen.Store(request.Header.Get("Authorization"))
			return good
		}
		var failures atomic.Int32
		failures.Store(3)
		client := system.client(func(c *Config) {
			c.Token = func(context.Context) (string, error) {
				if failures.Add(-1) >= 0 {
					return "", errors.New("issuer is away")
				}
				return "secret", nil
			}
		})
		defer client.Close()
		if _, err := client.Pay(t.Context(), Payment{Amount: "1.00"}); err != nil || seen.Load() != "Bearer secret" {
			t.Errorf("got %v with %v, want success with the token", err, seen.Load())
		}
		failures.Store(1 << 20)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.Pay(ctx, Payment{Amount: "1.00"})
		if failure := asError(t, err); failure.Outcome != OutcomeNotRecorded || !strings.Contains(err.Error(), "issuer is away") {
			t.Errorf("got %v, want that nothing was recorded, and why", err)
		}
	})
}

// TestGivingUpEndsTries: a payer who gives up leaves no request behind, neither here nor in a Region.
func TestGivingUpEndsTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system := newSystem(t)
		defer system.close()
		var open atomic.Int32
		wait := fault{name: "wait", record: true, answer: func(w http.ResponseWriter, request *http.Request, known paid) {
			open.Add(1)
			defer open.Add(-1)
			halfOpen(w, request, known)
		}}
		system.script = func(string, *http.Request) fault { return wait }
		client := system.client(nil)
		defer client.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		done := make(chan error)
		go func() {
			_, err := client.Pay(ctx, Payment{Amount: "1.00"})
			done <- err
		}()
		time.Sleep(time.Second)
		if open.Load() != 2 {
			t.Errorf("%d requests are open, want 2", open.Load())
		}
		if err := <-done; !errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("got %v, want an unknown outcome", err)
		}
		synctest.Wait()
		if open.Load() != 0 {
			t.Errorf("%d requests are left open", open.Load())
		}
	})
}

// roundTrip makes a function a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (r roundTrip) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

// TestTransportCannotRepeat: net/http repeats a request that carries an Idempotency-Key by itself, if it can get its
// body again. Such a try would not be counted, and its error would be taken for that of the first.
func TestTransportCannotRepeat(t *testing.T) {
	client, err := New(Config{Endpoints: []string{east}, Transport: roundTrip(func(request *http.Request) (*http.Response, error) {
		if request.GetBody != nil || request.Body == nil || request.ContentLength <= 0 {
			t.Errorf("the transport could repeat the request")
		}
		return instant{}.RoundTrip(request)
	})})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Pay(t.Context(), Payment{ID: "order-1", Amount: "12.50"}); err != nil {
		t.Error(err)
	}
}

func TestCloseInterrupts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system := newSystem(t)
		defer system.close()
		system.script = each(map[string][]fault{"east": {named(t, "half-open after")}, "west": {named(t, "half-open before")}})
		client := system.client(nil)
		var err error
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, err = client.Pay(t.Context(), Payment{Amount: "1.00"})
		}()
		time.Sleep(time.Second)
		client.Close()
		client.Close()
		<-done
		if !errors.Is(err, ErrClosed) || !errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("got %v, want ErrClosed with an unknown outcome", err)
		}
		if _, err := client.Pay(t.Context(), Payment{Amount: "1.00"}); !errors.Is(err, ErrClosed) || errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("got %v, want ErrClosed and nothing unknown", err)
		}
	})
}
