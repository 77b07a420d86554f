package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	judging "github.com/paymentdr/paymentdr/internal/drill"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/outage"
	"github.com/paymentdr/paymentdr/internal/drill/payer"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/scenario"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
	"github.com/paymentdr/paymentdr/internal/pause"
)

// Options say how a scenario is played.
type Options struct {
	Scenario scenario.Scenario
	Target   Target
	Config   config.Config
	// Receipts is the file that payers write, which must not exist.
	Receipts string
	// Run names the drill in payment ids; Seed fixes what is paid.
	Run  string
	Seed uint64
	// DNSPayers and ClientPayers are programs, with the new payments a second of each kind together.
	DNSPayers, ClientPayers int
	DNSRate, ClientRate     float64
	// Copies is the share of payments that are sent twice on purpose.
	Copies float64
	// Before is the load before the fault.
	Before time.Duration
	// Progress is told what goes on; nil tells nobody.
	Progress func(format string, arguments ...any)
	// Broken says that the fault is not what it should be, so that nobody waits for what it would cause; nil never does.
	Broken func() error
}

// Bounds of a drill's phases, beside what its configuration and scenario imply.
const (
	afterCalm     = 2 * time.Second   // beyond the calm that ends an interruption
	payerTimeout  = 5 * time.Second   // ordinary.DefaultTimeout: who hangs on a dead connection learns it so late
	settleTimeout = 120 * time.Second // until the ledger has everything
	answerTimeout = 60 * time.Second  // until the last payments are acknowledged, after the load
)

// Play plays the scenario and gives the evidence, to be assessed. Without evidence there is an error. With evidence there may
// be one, too: the fault was not what the scenario says, so that a verdict would not be about it.
func Play(ctx context.Context, options Options) (judging.Finished, error) {
	d := &drill{options: options, target: options.Target}
	if d.options.Progress == nil {
		d.options.Progress = func(string, ...any) {}
	}
	finished, err := d.play(ctx)
	if err != nil {
		return judging.Finished{}, fmt.Errorf("drill %s: %w", options.Scenario.Name, err)
	}
	if d.untrue != nil {
		return finished, fmt.Errorf("drill %s: %w", options.Scenario.Name, d.untrue)
	}
	return finished, nil
}

// drill is a scenario being played.
type drill struct {
	options Options
	target  Target
	places  scenario.Places
	epoch   int64
	began   time.Time
	fault   time.Time
	// own are the events that the drill itself makes.
	own      []event.Event
	problems []string
	// unserved is why nothing was broken, untrue why the fault was not what the scenario says.
	unserved, untrue error
}

func (d *drill) play(ctx context.Context) (judging.Finished, error) {
	lease, err := d.awaitTerm(ctx)
	if err != nil {
		return judging.Finished{}, err
	}
	d.places, d.epoch = d.target.places(lease.Region), lease.Epoch
	if prepare := d.options.Scenario.Prepare; prepare != nil {
		d.began = time.Now() // what is awaited happens after it
		if err := prepare(ctx, d); err != nil {
			return judging.Finished{}, fmt.Errorf("prepare: %w", err)
		}
		// It may have moved the lease.
		if lease, err = d.awaitTerm(ctx); err != nil {
			return judging.Finished{}, err
		}
		d.places, d.epoch = d.target.places(lease.Region), lease.Epoch
	}
	before, err := d.read(ctx)
	if err != nil {
		return judging.Finished{}, fmt.Errorf("read journal and ledger before the load: %w", err)
	}
	fleet, receipts, err := d.load(ctx)
	if err != nil {
		return judging.Finished{}, err
	}
	defer receipts.Close()
	broken := d.breakAndWatch(ctx, fleet)
	if err := errors.Join(ctx.Err(), d.unserved); err != nil {
		return judging.Finished{}, err
	}
	if broken != nil {
		d.problems = append(d.problems, broken.Error())
	}
	d.options.Progress("waiting for the last answers")
	fleet.Stop()
	d.note(event.LoadStopped, "", "")
	if err := d.finish(ctx, fleet); err != nil {
		return judging.Finished{}, err
	}
	end := time.Now()
	if err := receipts.Close(); err != nil {
		return judging.Finished{}, err
	}
	return d.judge(ctx, before, end)
}

// checkServed refuses to break a system that does not work: nothing could be concluded.
func (d *drill) checkServed(tally payer.Tally) error {
	for kind, payers := range map[receipt.PayerKind]int{receipt.DNS: d.options.DNSPayers, receipt.Client: d.options.ClientPayers} {
		if payers > 0 && tally[kind].Acknowledged == 0 {
			d.unserved = fmt.Errorf("%s were acknowledged nothing in %s before the fault (%d attempts failed): nothing was broken", verdict.Words(kind), d.options.Before, tally[kind].Failed)
		}
	}
	return d.unserved
}

// finish waits until every payment is acknowledged or refused, for as long as a payer would.
func (d *drill) finish(ctx context.Context, fleet *payer.Fleet) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return fleet.Wait(ctx)
}

// breakAndWatch injects the fault and lets payers pay until the system has recovered, or will not.
func (d *drill) breakAndWatch(ctx context.Context, fleet *payer.Fleet) error {
	if err := pause.For(ctx, d.options.Before); err != nil {
		return err
	}
	if err := d.checkServed(fleet.Tally()); err != nil {
		return err
	}
	s := d.options.Scenario
	d.options.Progress("fault: %s", s.Story)
	d.fault = time.Now()
	d.note(event.FaultInjected, d.places.Active, s.Title)
	if err := s.Break(ctx, d); err != nil {
		d.untrue = fmt.Errorf("inject the fault: %w", err)
		return d.untrue
	}
	expected := s.Expect(d.places, d.options.Config)
	missed := d.awaitAll(ctx, expected.Must)
	if err := pause.For(ctx, time.Until(d.fault.Add(s.Watched(d.options.Config)))); err != nil {
		return err
	}
	if s.Mend != nil {
		d.note(event.FaultEnded, "", "")
		if err := s.Mend(ctx, d); err != nil {
			d.untrue = fmt.Errorf("mend: %w", err)
			return d.untrue
		}
	}
	d.options.Progress("watching the payers until they are calm (%s)", tallyText(fleet.Tally()))
	if err := d.awaitCalm(ctx, fleet); err != nil {
		return err
	}
	return missed
}

// awaitCalm waits until no payer can have the old answer any more, and then as long as an interruption needs to end.
func (d *drill) awaitCalm(ctx context.Context, fleet *payer.Fleet) error {
	if err := d.awaitServed(ctx, fleet); err != nil {
		return err
	}
	return pause.For(ctx, d.stale(ctx)+payerTimeout+outage.Calm+afterCalm)
}

// stale is how long a payer may still have an answer of DNS that is no longer given.
func (d *drill) stale(ctx context.Context) time.Duration {
	events, err := d.events(ctx)
	if _, changed := event.First(events, event.DNSChanged, d.fault); err == nil && !changed {
		return 0
	}
	return d.target.TTL
}

// awaitServed waits until payments of DNS payers are acknowledged again, for as long as detection may take at all.
func (d *drill) awaitServed(ctx context.Context, fleet *payer.Fleet) error {
	const every, most = 200 * time.Millisecond, 6 * time.Minute
	deadline := time.Now().Add(most)
	for last := fleet.Tally()[receipt.DNS].Acknowledged; ; {
		if err := pause.For(ctx, every); err != nil {
			return err
		}
		now := fleet.Tally()[receipt.DNS]
		if d.options.DNSPayers == 0 || now.Acknowledged > last && now.Waiting() <= int64(d.options.DNSRate)+1 {
			return nil
		}
		last = now.Acknowledged
		if time.Now().After(deadline) {
			d.problems = append(d.problems, fmt.Sprintf("payers that follow DNS were not served within %s", most))
			return nil
		}
	}
}

func tallyText(tally payer.Tally) string {
	dns, client := tally[receipt.DNS], tally[receipt.Client]
	return fmt.Sprintf("%d payments acknowledged, %d waiting, %d attempts failed", dns.Acknowledged+client.Acknowledged,
		dns.Waiting()+client.Waiting(), dns.Failed+client.Failed)
}
