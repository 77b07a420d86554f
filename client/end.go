package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// lateAnswer is how long tries go on after another one decided the call, so that their answers can be compared.
const lateAnswer = time.Second

// fail ends a call that no answer decided. Who gives up cancels what is under way; an acknowledgement that has arrived
// meanwhile counts.
func (o *call) fail(ctx context.Context) (Receipt, error) {
	for arrived := true; arrived; {
		select {
		case got := <-o.results:
			if receipt, err, over := o.take(got, time.Now()); over {
				o.leave(got.verdict)
				return receipt, err
			}
		default:
			arrived = false
		}
	}
	pending, _ := o.race.pending()
	o.cancel()
	recorded := o.recorded || pending > 0 || o.asked.payment.Sent
	if o.refusal != nil && !recorded {
		return Receipt{}, o.error(o.asked.nothing(), o.refusal)
	}
	causes := []error{o.refusal, o.whyOver(ctx)}
	for _, one := range o.places {
		if one.err != nil && one.err != o.refusal {
			causes = append(causes, one.err)
		}
	}
	outcome := o.asked.nothing()
	if recorded && o.asked.pay {
		outcome = OutcomeUnknown
	}
	failure := o.error(outcome, errors.Join(causes...))
	failure.retryable = o.refusal == nil && o.client.base.Err() == nil
	return Receipt{}, failure
}

// whyOver is why there is no further try; nil when a refusal says it.
func (o *call) whyOver(ctx context.Context) error {
	switch {
	case o.client.base.Err() != nil:
		return ErrClosed
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case o.refusal != nil:
		return nil
	case o.race.tries >= o.race.maxTries:
		return fmt.Errorf("no answer in %d tries", o.race.tries)
	}
	return fmt.Errorf("no time for another try: %w", context.DeadlineExceeded)
}

func (o *call) error(outcome Outcome, cause error) *Error {
	return newError(o.asked.payment, outcome, o.race.tries, cause)
}

// inconsistent is the error of a contradiction: whatever was asked, a person must look.
func (o *call) inconsistent(cause error) *Error {
	if o.asked.pay {
		return o.error(OutcomeUnknown, cause)
	}
	return o.error(OutcomeNothingAsked, cause)
}

// nothing is the outcome where no server recorded anything.
func (o operation) nothing() Outcome {
	if o.pay {
		return OutcomeNotRecorded
	}
	return OutcomeNothingAsked
}

func (o *call) cancel() {
	for _, one := range o.places {
		if one.cancel != nil {
			one.cancel()
		}
	}
}

// compareArrived compares the deciding answer with those that are there already.
func (o *call) compareArrived(decisive verdict) error {
	for {
		select {
		case late := <-o.results:
			o.race.lanes[late.lane].pending = false
			if err := o.disagree(decisive, late.verdict); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// disagree says where two answers to one operation contradict each other. A read may be overtaken by a payment, so that
// only two receipts of it are compared.
func (o *call) disagree(one, other verdict) error {
	acks := one.kind == acknowledged || other.kind == acknowledged
	switch {
	case one.kind == acknowledged && other.kind == acknowledged:
		return one.receipt.conflict(other.receipt)
	case other.kind == contradicted:
		return other.err
	case acks && o.asked.pay && (errors.Is(one.err, ErrMismatch) || errors.Is(other.err, ErrMismatch)):
		return fmt.Errorf("%w: one Region acknowledges payment %s, another refuses it as a mismatch", ErrInconsistent, o.asked.payment.ID)
	}
	return nil
}

// leave lets what is still under way go on for a moment, compares its answers with the deciding one, and then cancels
// it. A contradiction is reported here, as the caller is gone.
func (o *call) leave(decisive verdict) {
	pending, _ := o.race.pending()
	if pending == 0 {
		o.cancel()
		return
	}
	// run is counted in, so the counter is not zero and Close waits for this.
	o.client.running.Go(func() {
		defer o.cancel()
		timer := time.NewTimer(lateAnswer)
		defer timer.Stop()
		for range pending {
			select {
			case late := <-o.results:
				if err := o.disagree(decisive, late.verdict); err != nil {
					o.report(o.inconsistent(err))
				}
			case <-timer.C:
				return
			case <-o.client.base.Done():
				return
			}
		}
	})
}

func (o *call) report(contradiction *Error) {
	o.client.config.Logger.Error("a late answer contradicts the one that was returned", "error", contradiction)
	if o.client.config.OnInconsistent != nil {
		o.client.config.OnInconsistent(contradiction)
	}
}
