package payment_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/payment"
)

func TestSplit(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name                          string
		left                          time.Duration // to the caller's deadline; 0: it has none
		lease, journal, ledger, whole time.Duration
	}{
		{"no deadline", 0, 400 * time.Millisecond, 4800 * time.Millisecond, 7200 * time.Millisecond, 8 * time.Second},
		{"the function's 30 s", 30 * time.Second, 400 * time.Millisecond, 4800 * time.Millisecond, 7200 * time.Millisecond, 8 * time.Second},
		{"two seconds", 2250 * time.Millisecond, 400 * time.Millisecond, 1200 * time.Millisecond, 1800 * time.Millisecond, 2 * time.Second},
		{"one second", 1250 * time.Millisecond, 200 * time.Millisecond, 600 * time.Millisecond, 900 * time.Millisecond, time.Second},
		{"just enough", 550 * time.Millisecond, 60 * time.Millisecond, 180 * time.Millisecond, 270 * time.Millisecond, 300 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			deadline := time.Time{}
			if test.left != 0 {
				deadline = now.Add(test.left)
			}
			got, err := payment.Split(now, deadline, payment.Limits{})
			want := payment.Budget{Lease: now.Add(test.lease), Journal: now.Add(test.journal), Ledger: now.Add(test.ledger), Answer: now.Add(test.whole)}
			if err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		})
	}
	for _, left := range []time.Duration{549 * time.Millisecond, time.Nanosecond, -time.Second} {
		if budget, err := payment.Split(now, now.Add(left), payment.Limits{}); !errors.Is(err, payment.ProblemDeadlineExpired) {
			t.Errorf("with %v left: %+v, %v; want %v", left, budget, err, payment.ProblemDeadlineExpired)
		}
	}
}

func TestBudgetsAreOrderedAndEndBeforeTheDeadline(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		left := time.Duration(rapid.Int64Range(1, int64(time.Minute)).Draw(t, "left"))
		budget, err := payment.Split(now, now.Add(left), payment.Limits{})
		if err != nil {
			return
		}
		moments := []time.Time{now, budget.Lease, budget.Journal, budget.Ledger, budget.Answer, now.Add(left)}
		for i := range len(moments) - 1 {
			if !moments[i].Before(moments[i+1]) {
				t.Fatalf("with %v left, step %d ends at %v, the next at %v", left, i, moments[i], moments[i+1])
			}
		}
	})
}

func TestBackoffIsBoundedAndJittered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		attempt, random := rapid.IntRange(-5, 100).Draw(t, "attempt"), rapid.Float64Range(0, 0.999).Draw(t, "random")
		if pause := payment.Backoff(attempt, random); pause < 0 || pause >= 320*time.Millisecond {
			t.Fatalf("attempt %d, random %v: %v", attempt, random, pause)
		}
	})
	if first, fifth := payment.Backoff(1, 0.5), payment.Backoff(5, 0.5); first != 10*time.Millisecond || fifth != 160*time.Millisecond {
		t.Errorf("half of the caps is %v and %v, want 10ms and 160ms", first, fifth)
	}
}

// silent is every store at once, and answers nothing before its context ends; a step that is answered is not silent.
type silent struct {
	beginAnswers, postAnswers, leaseAnswers bool
}

func (s silent) Begin(ctx context.Context, _ payment.Record) error {
	if s.beginAnswers {
		return nil
	}
	return fmt.Errorf("%w: %w", payment.ErrJournalAmbiguous, s.wait(ctx))
}

func (s silent) Get(ctx context.Context, _ string) (payment.Record, error) {
	return payment.Record{}, fmt.Errorf("%w: %w", payment.ErrJournalAmbiguous, s.wait(ctx))
}

func (s silent) Complete(ctx context.Context, _ payment.Completion) error {
	return fmt.Errorf("%w: %w", payment.ErrJournalAmbiguous, s.wait(ctx))
}

func (s silent) Post(ctx context.Context, _ payment.Posting) (payment.PostResult, error) {
	if s.postAnswers {
		return payment.PostResult{Posted: true}, nil
	}
	return payment.PostResult{}, s.wait(ctx)
}

func (s silent) Current(ctx context.Context) (payment.Term, error) {
	if s.leaseAnswers {
		return active.Term, nil
	}
	return payment.Term{}, s.wait(ctx)
}

func (s silent) wait(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestAnswerComesBeforeTheDeadlineWhateverIsSilent(t *testing.T) {
	for _, test := range []struct {
		name    string
		stores  silent
		wantErr error
	}{
		{"everything", silent{}, payment.ProblemUnavailable},
		{"all but the lease", silent{leaseAnswers: true}, payment.ProblemUnavailable},
		{"lease", silent{beginAnswers: true, postAnswers: true}, nil},
		{"ledger and completion", silent{beginAnswers: true, leaseAnswers: true}, nil},
		{"completion", silent{beginAnswers: true, leaseAnswers: true, postAnswers: true}, nil},
	} {
		for _, left := range []time.Duration{600 * time.Millisecond, time.Second, 3 * time.Second, 29 * time.Second} {
			t.Run(fmt.Sprintf("%s silent, %v left", test.name, left), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					processor, err := payment.NewProcessor(payment.Options{
						Journal: test.stores, Ledger: test.stores, Lease: test.stores, Observer: &notes{}, Region: "us-east-1",
					})
					if err != nil {
						t.Fatal(err)
					}
					ctx, cancel := context.WithTimeout(t.Context(), left)
					defer cancel()
					started := time.Now()
					result, err := processor.Pay(ctx, five)
					if took, limit := time.Since(started), left-payment.DefaultLimits().Answer; took > limit {
						t.Errorf("answered after %v, want at most %v", took, limit)
					}
					if !errors.Is(err, test.wantErr) {
						t.Errorf("error is %v, want %v", err, test.wantErr)
					}
					if err == nil && result.Status != payment.StatusProcessing {
						t.Errorf("status is %q, want processing", result.Status)
					}
				})
			})
		}
	}
}
