package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// call is one Pay or Get under way: the race's decisions carried out.
type call struct {
	client *Client
	asked  operation
	race   race
	// results has room for every lane, so that a try never waits for its reader.
	results chan result
	// places are what else is known of each lane.
	places []place
	// recorded: a try that failed may have recorded the payment.
	recorded bool
	// hedges were taken from the budget.
	hedges int
	// refusal is the answer that forbids new tries.
	refusal error
}

// place is a lane's last try.
type place struct {
	cancel context.CancelFunc
	err    error
	down   bool
}

type result struct {
	lane    int
	hedge   bool
	verdict verdict
}

// run makes tries until the race is over: with a receipt, a refusal, a contradiction, or no answer.
func (c *Client) run(ctx context.Context, asked operation) (Receipt, error) {
	if !c.enter() {
		outcome := OutcomeNothingAsked
		if asked.pay {
			outcome = asked.payment.unsent()
		}
		return Receipt{}, newError(asked.payment, outcome, 0, ErrClosed)
	}
	defer c.running.Done()
	now := time.Now()
	one := c.newCall(ctx, asked, now)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		var wake time.Time
		if ctx.Err() == nil && c.base.Err() == nil {
			decided := one.race.next(now)
			if decided.over {
				return one.fail(ctx)
			}
			if wake = decided.wake; decided.lane != none {
				if wake = one.start(ctx, decided, now); wake.IsZero() {
					now = time.Now()
					continue
				}
			}
		}
		if wake.IsZero() || wake.After(one.race.deadline) {
			wake = one.race.deadline
		}
		timer.Reset(time.Until(wake))
		select {
		case got := <-one.results:
			now = time.Now()
			if receipt, err, over := one.take(got, now); over {
				one.leave(got.verdict)
				return receipt, err
			}
		case <-timer.C:
			now = time.Now()
		case <-ctx.Done():
			return one.fail(ctx)
		case <-c.base.Done():
			return one.fail(ctx)
		}
	}
}

func (c *Client) newCall(ctx context.Context, asked operation, now time.Time) *call {
	deadline, _ := ctx.Deadline()
	first, probe := c.preference.current(now)
	if probe {
		// The call is counted in, so the counter is not zero and Close waits.
		c.running.Go(c.probe)
	}
	lanes := make([]lane, 0, len(c.endpoints))
	lanes = append(lanes, lane{endpoint: first, lastResort: first >= c.regions})
	for i := range c.endpoints {
		if i != first {
			lanes = append(lanes, lane{endpoint: i, lastResort: i >= c.regions})
		}
	}
	lanes[0].lastResort = false
	return &call{
		client: c, asked: asked,
		results: make(chan result, len(lanes)), places: make([]place, len(lanes)),
		race: race{
			lanes: lanes, deadline: deadline, maxTries: c.config.MaxTries,
			hedgeAfter: min(c.config.HedgeAfter, max(deadline.Sub(now), 0)/3),
		},
	}
}

// start begins a try. When the budget has no hedge left it starts none, and says when to ask again.
func (o *call) start(ctx context.Context, decided step, now time.Time) (again time.Time) {
	c := o.client
	if decided.hedge {
		if !c.budget.take() {
			return now.Add(max(o.race.hedgeAfter/4, time.Millisecond))
		}
		o.hedges++
	}
	o.race.begin(decided.lane, now)
	// The try outlives ctx where another one was answered; the call ends it where ctx ended first.
	tryCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.config.Timeout)
	o.places[decided.lane].cancel = cancel
	to := c.endpoints[o.race.lanes[decided.lane].endpoint]
	c.running.Go(func() {
		defer cancel()
		defer context.AfterFunc(c.base, cancel)()
		got := judge(o.asked, c.send(tryCtx, to, o.asked), time.Now())
		o.results <- result{lane: decided.lane, hedge: decided.hedge, verdict: got}
	})
	return time.Time{}
}

// take notes an answer; over tells that it decides the call.
func (o *call) take(got result, now time.Time) (receipt Receipt, err error, over bool) {
	verdict, at := got.verdict, &o.places[got.lane]
	o.race.end(got.lane, verdict, now, o.client.config.Random())
	if verdict.kind != acknowledged {
		at.err, at.down = fmt.Errorf("%s: %w", o.base(got.lane), verdict.err), verdict.down
		o.client.config.Logger.Debug("try failed", "payment", o.asked.payment.ID, "endpoint", o.base(got.lane), "error", verdict.err)
	}
	switch verdict.kind {
	case acknowledged:
		o.won(got, now)
		verdict.receipt.Tries = o.race.tries
		if conflict := o.compareArrived(verdict); conflict != nil {
			return Receipt{}, o.inconsistent(conflict), true
		}
		return verdict.receipt, nil, true
	case contradicted:
		return Receipt{}, o.inconsistent(at.err), true
	case refused:
		o.refusal = at.err
		if !o.asked.pay || errors.Is(verdict.err, ErrMismatch) {
			// The id belongs to another payment, in both Regions and for ever, or nothing can come of waiting: the tries
			// under way are waited for only where one of them may have recorded the payment.
			if conflict := o.compareArrived(verdict); conflict != nil {
				return Receipt{}, o.inconsistent(conflict), true
			}
			return Receipt{}, o.error(o.asked.nothing(), o.refusal), true
		}
	case failed:
		o.recorded = o.recorded || verdict.recorded
		if verdict.silent {
			o.endpoint(got.lane).connections.drop(now)
		}
	}
	return Receipt{}, nil, false
}

// won learns from an acknowledgement: which Region to prefer, whose connections are dead, what the hedge was worth.
func (o *call) won(got result, now time.Time) {
	c := o.client
	switch {
	case got.hedge:
		c.budget.give(float64(o.hedges))
	case o.hedges == 0:
		c.budget.give(budgetEarned)
	}
	for i := range o.race.lanes {
		if o.silent(i, now) {
			o.endpoint(i).connections.drop(now)
		}
	}
	preferred, winner := o.race.lanes[0].endpoint, o.race.lanes[got.lane].endpoint
	failing := o.silent(0, now) || o.places[0].down
	if failing && winner < c.regions && c.preference.move(preferred, winner, now) {
		c.config.Logger.Warn("payments go to another endpoint first", "from", o.base(0), "to", o.base(got.lane), "error", o.places[0].err)
	}
}

// silent: a try has been under way for longer than a good Region takes.
func (o *call) silent(lane int, now time.Time) bool {
	one := o.race.lanes[lane]
	return one.pending && now.Sub(one.started) >= o.race.hedgeAfter
}

func (o *call) endpoint(lane int) *endpoint { return o.client.endpoints[o.race.lanes[lane].endpoint] }
func (o *call) base(lane int) string        { return o.endpoint(lane).base }
