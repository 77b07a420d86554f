package failover_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/payment"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// Each case is one row of the state table: what is seen (ages, not times), and the decision.
func TestDecide(t *testing.T) {
	datadriven.Walk(t, "testdata/decide", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd != "decide" {
				d.Fatalf(t, "unknown command %q", d.Cmd)
			}
			seen := parseObservation(t, d)
			decision := failover.Decide(seen, noon)
			var out strings.Builder
			fmt.Fprintf(&out, "%s", decision.Action)
			if decision.Action != failover.Wait {
				next := decision.Next
				fmt.Fprintf(&out, " %s epoch %d seq %d %s by %s if version %d", next.Region, next.Epoch, next.Seq, next.State, next.Holder, next.Version)
			}
			if decision.Next.InVain > 0 {
				fmt.Fprintf(&out, ", %d in vain", decision.Next.InVain)
			}
			if decision.Work != failover.NoWork {
				fmt.Fprintf(&out, ", then %s", decision.Work)
			}
			if decision.Fenced {
				out.WriteString(" (fenced)")
			}
			if decision.Lossless {
				out.WriteString(" (lossless)")
			}
			return out.String() + "\n" + decision.Reason + "\n"
		})
	})
}

// parseObservation reads: self=east|west reading=... lease=region/epoch/seq/state/holder in-vain=n moved=age held=age
// journal=good|bad/age|unknown ledger=... database=writer|replica|promoting|arriving|storage-failure|<problem> intent=kind/to/until [of-epoch=n] asked=age.
func parseObservation(t *testing.T, d *datadriven.TestData) failover.Observation {
	t.Helper()
	seen := failover.Observation{
		Self:    settings("east", "e1"),
		Reading: failover.LeaseRead,
		Journal: failover.Health{Known: true, Good: true}, Ledger: failover.Health{Known: true, Good: true},
		Database: failover.Database{Writer: true, Usable: true},
	}
	for _, argument := range d.CmdArgs {
		value := ""
		if len(argument.Vals) > 0 {
			value = argument.Vals[0]
		}
		switch argument.Key {
		case "self":
			seen.Self = settings(value, value[:1]+"1")
			seen.Database.Writer = value == "east"
		case "reading":
			if seen.Reading = failover.Reading(value); seen.Reading != failover.LeaseAbsent {
				seen.ReadError = "no answer"
			}
		case "lease":
			part := strings.Split(value, "/")
			seen.Lease = control.Lease{Region: part[0], Epoch: whole(t, part[1]), Seq: whole(t, part[2]), State: payment.LeaseState(part[3]), Holder: part[4], Version: 40}
		case "in-vain":
			seen.Lease.InVain = whole(t, value)
		case "moved":
			seen.Moved = noon.Add(-age(t, value))
		case "held":
			seen.Held = noon.Add(-age(t, value))
		case "journal":
			seen.Journal = health(t, value)
		case "ledger":
			seen.Ledger = health(t, value)
		case "intent": // kind/to/seq at which it ends
			part := strings.Split(value, "/")
			seen.Intent = control.Intent{ID: "asked", By: "ann", Kind: control.IntentKind(part[0]), To: part[1], Epoch: seen.Lease.Epoch,
				Until: whole(t, part[2]), Since: noon.Add(-time.Hour), State: control.IntentOpen}
			seen.IntentRead = true
		case "intents": // read, and none stands
			seen.IntentRead = true
		case "of-epoch":
			seen.Intent.Epoch = whole(t, value)
		case "asked":
			seen.Asked = noon.Add(-age(t, value))
		case "database":
			seen.Database = map[string]failover.Database{
				"writer": {Writer: true, Usable: true}, "replica": {Usable: true}, "promoting": {Promoting: true, Usable: true},
				"arriving":        {Writer: true, Promoting: true, Usable: true},
				"storage-failure": {Writer: true},
			}[value]
			if !seen.Database.Usable {
				seen.Database.Problem = value
			}
		default:
			d.Fatalf(t, "unknown argument %q", argument.Key)
		}
	}
	return seen
}

// settings are those of a Region: east is the primary.
func settings(region, run string) failover.Settings {
	place, peer := payment.PlacePrimary, "west"
	if region == "west" {
		place, peer = payment.PlaceSecondary, "east"
	}
	return failover.Settings{Region: region, Peer: peer, Place: place, Run: run, TTL: 15 * time.Second, Tick: 2 * time.Second}
}

func health(t *testing.T, value string) failover.Health {
	t.Helper()
	state, since, _ := strings.Cut(value, "/")
	switch state {
	case "good":
		return failover.Health{Known: true, Good: true}
	case "unknown":
		return failover.Health{}
	}
	return failover.Health{Known: true, Since: noon.Add(-age(t, since)), Problem: "no answer"}
}

func age(t *testing.T, value string) time.Duration {
	t.Helper()
	parsed, err := time.ParseDuration(value)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func whole(t *testing.T, value string) int64 {
	t.Helper()
	parsed, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}
