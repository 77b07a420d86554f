package scenario_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/scenario"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
	cloud "github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// played is a scenario that went as it should, told apart from what it says itself.
type played struct {
	dns, client time.Duration // how long payers are cut off
	events      func(p scenario.Places) []event.Event
	// needs and forbids are the kinds of events without which, and with which, it did not go as it should.
	needs, forbids []event.Kind
}

// quietly, and with what shows that the fault had an effect.
func quietly(effect func(p scenario.Places) []event.Event, needs ...event.Kind) played {
	return played{events: effect, needs: needs, forbids: []event.Kind{event.LeaseClaimed, event.PromoteCalled, event.LeaseReleased, event.DNSChanged}}
}

// showing is what went quietly and had one event as its effect.
func showing(seconds int, kind event.Kind, region func(scenario.Places) string, detail string) played {
	return quietly(func(p scenario.Places) []event.Event {
		return []event.Event{happened(seconds, kind, region(p), detail)}
	}, kind)
}

// takenOver says when a takeover did what, in seconds.
func takenOver(claims, writes, acts, answers int) func(scenario.Places) []event.Event {
	return func(p scenario.Places) []event.Event {
		return []event.Event{
			happened(claims, event.LeaseClaimed, p.Standby, "epoch 2"), happened(claims, event.PromoteCalled, p.Standby, "epoch 2"),
			happened(writes, event.LedgerWritable, p.Standby, "epoch 2"), happened(acts, event.TermActive, p.Standby, "epoch 2, replayed 560"),
			happened(answers, event.DNSChanged, p.Standby, ""),
		}
	}
}

func handedOver(p scenario.Places) []event.Event {
	return []event.Event{
		happened(3, event.LeaseReleased, p.Active, "epoch 1"), happened(4, event.LeaseClaimed, p.Standby, "epoch 2"),
		happened(5, event.LedgerWritable, p.Standby, "epoch 2"), happened(6, event.TermActive, p.Standby, "epoch 2, handedOver true"),
		happened(20, event.DNSChanged, p.Standby, ""),
	}
}

func and(first func(scenario.Places) []event.Event, more func(scenario.Places) event.Event) func(scenario.Places) []event.Event {
	return func(p scenario.Places) []event.Event { return append(first(p), more(p)) }
}

var (
	overtaken = []event.Kind{event.LeaseClaimed, event.LedgerWritable, event.TermActive, event.DNSChanged}
	handed    = []event.Kind{event.LeaseClaimed, event.LedgerWritable, event.TermActive}
	refused   = played{31 * time.Second, time.Second, takenOver(17, 22, 29, 23), overtaken, nil}
	silent    = played{38 * time.Second, 3 * time.Second, takenOver(17, 22, 29, 27), overtaken, nil}
	asked     = played{0, time.Second, handedOver, handed, []event.Kind{event.PromoteCalled}}
)

var asExpected = map[string]played{
	"region-loss": refused, "frozen-region": silent, "slow-region": silent, "partition": silent, "partition-one-way": silent,
	"failback": asked, "switchover": asked,
	"database-loss": {0, time.Second, and(takenOver(33, 38, 45, 55), func(p scenario.Places) event.Event {
		return happened(32, event.LeaseReleased, p.Active, "epoch 1")
	}), append(slices.Clone(overtaken), event.LeaseReleased), nil},
	"controller-crash": {31 * time.Second, time.Second, and(takenOver(17, 80, 90, 23), func(p scenario.Places) event.Event {
		return happened(18, cloud.FunctionKilled, p.Standby, "")
	}), append(slices.Clone(overtaken), cloud.FunctionKilled), nil},
	"lost-standby":   showing(0, cloud.RegionKilled, func(p scenario.Places) string { return p.Standby }, "process signal: killed"),
	"late-run":       showing(0, cloud.RuleDelayed, func(p scenario.Places) string { return p.Active }, "by 1m0s"),
	"link-cut":       showing(0, cloud.LinkChanged, func(scenario.Places) string { return "" }, "do cut"),
	"backup-missing": showing(70, event.AlarmRaised, func(p scenario.Places) string { return p.Active }, "payment-dr-backup-failed"),
	"rotation":       showing(2, event.SecretRotated, func(p scenario.Places) string { return p.Primary }, "current version new"),
	"slow-prober": quietly(func(p scenario.Places) []event.Event {
		found := []event.Event{happened(20, event.CheckersUnhealthy, p.Secondary, "from us-east-1, healthy to 13 of 15")}
		if p.Active == p.Primary {
			found = append(found, happened(25, event.CheckersUnhealthy, p.Primary, "from us-east-1, healthy to 13 of 15"))
		}
		return found
	}, event.CheckersUnhealthy),
}

// evidence of what went as it should.
func (one played) evidence(places scenario.Places) evidence {
	return evidence{
		events: one.events(places), cut: map[receipt.PayerKind]time.Duration{receipt.DNS: one.dns, receipt.Client: one.client},
		processing: map[receipt.PayerKind]time.Duration{receipt.DNS: interval},
	}
}

// broken are all ways in which a scenario can go wrong.
func broken(expected verdict.Expectations, good played) map[string]func(*evidence) {
	ways := map[string]func(*evidence){}
	for _, one := range expected.Must {
		ways["without "+one.String()] = func(e *evidence) { e.events = without(e.events, one) }
		ways["before the fault: "+one.String()] = func(e *evidence) { e.events = moved(e.events, one, fault.Add(-time.Millisecond)) }
		if one.Within > 0 {
			ways["too late: "+one.String()] = func(e *evidence) { e.events = moved(e.events, one, fault.Add(one.Within+time.Millisecond)) }
		}
		if one.Region != "" {
			ways["elsewhere: "+one.String()] = func(e *evidence) { e.events = elsewhere(e.events, one) }
		}
	}
	for _, one := range expected.MustNot {
		ways["with "+one.String()] = func(e *evidence) { e.events = append(e.events, forbidden(one)) }
	}
	for _, kind := range good.needs {
		ways["without any "+kind.Label()] = func(e *evidence) { e.events = without(e.events, verdict.Happening{Kind: kind}) }
	}
	for _, kind := range good.forbids {
		ways["with any "+kind.Label()] = func(e *evidence) { e.events = append(e.events, forbidden(verdict.Happening{Kind: kind})) }
	}
	for kind, limit := range expected.RTO {
		ways["cut off for too long, "+string(kind)] = func(e *evidence) { e.cut[kind] = limit + time.Second }
	}
	for kind, limit := range expected.Processing {
		ways["202 for too long, "+string(kind)] = func(e *evidence) { e.processing[kind] = limit + interval }
	}
	for _, kind := range expected.NoFailures {
		ways["a failure, "+string(kind)] = func(e *evidence) { e.failed = kind }
	}
	if expected.Settle > 0 {
		ways["settled too late"] = func(e *evidence) { e.settled = expected.Settle + time.Second }
	}
	maps.Copy(ways, alwaysBroken)
	return ways
}

// alwaysBroken is what no scenario bears.
var alwaysBroken = map[string]func(*evidence){
	"a lost payment": func(e *evidence) {
		e.spoil = func(f *drill.Finished) { f.After.Payments, f.After.Entries = f.After.Payments[1:], f.After.Entries[2:] }
	},
	"a payment that the journal does not have": func(e *evidence) {
		e.spoil = func(f *drill.Finished) { f.After.Items = f.After.Items[1:] }
	},
	"a doubled payment": func(e *evidence) {
		e.spoil = func(f *drill.Finished) { f.After.Payments = append(f.After.Payments, f.After.Payments[0]) }
	},
	"another amount": func(e *evidence) {
		e.spoil = func(f *drill.Finished) { f.After.Payments[0].MinorUnits++ }
	},
	"a payment that was never answered": func(e *evidence) { dropAnswers(e, func(one receipt.Receipt) bool { return one.Due.Equal(began) }) },
	"no payment before the fault": func(e *evidence) {
		dropAnswers(e, func(one receipt.Receipt) bool { return one.Ended.Before(fault) })
	},
	"no payment after the fault": func(e *evidence) {
		dropAnswers(e, func(one receipt.Receipt) bool { return !one.Ended.Before(fault) })
	},
	"no payers": func(e *evidence) { e.spoil = func(f *drill.Finished) { f.Receipts.Receipts = nil } },
}

func dropAnswers(e *evidence, which func(receipt.Receipt) bool) {
	e.spoil = func(f *drill.Finished) {
		f.Receipts.Receipts = slices.DeleteFunc(f.Receipts.Receipts, func(one receipt.Receipt) bool { return one.Kind == receipt.Answered && which(one) })
	}
}

// Every scenario is met by a drill that went as it should, and missed by every way in which one can go wrong, whichever
// Region is active.
func TestEveryScenarioCanBeMissed(t *testing.T) {
	after := places
	after.Active, after.Standby = places.Standby, places.Active
	for _, one := range scenario.All() {
		good, known := asExpected[one.Name]
		if !known {
			t.Errorf("%s: nobody says how it goes when it goes well", one.Name)
			continue
		}
		for _, where := range []scenario.Places{places, after} {
			t.Run(one.Name+" of "+where.Active, func(t *testing.T) {
				t.Parallel()
				if got := good.evidence(where).judge(t, one, where); !got.Met {
					t.Errorf("it went as it should, and is missed: %+v", missed(got))
				}
				for name, change := range broken(one.Expect(where, config.Default()), good) {
					bad := good.evidence(where)
					change(&bad)
					if bad.judge(t, one, where).Met {
						t.Errorf("%s: met", name)
					}
				}
			})
		}
	}
}

func missed(got verdict.Verdict) []verdict.Line {
	return slices.DeleteFunc(slices.Clone(got.Lines), func(line verdict.Line) bool { return line.Met })
}
