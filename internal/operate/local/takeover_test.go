package local_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/cli"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/operate/status"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// BenchmarkTakeover kills the active Region (kill -9) and measures until the other one's ledger is writable, by the
// controller's own record; then the Region is started again, and the next turn is the other way round. The lease's ttl is
// 6 s. scripts/takeovers runs it.
func BenchmarkTakeover(b *testing.B) {
	d, cloud := start(b)
	var took []time.Duration
	for b.Loop() {
		took = append(took, takeover(d, cloud))
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(took[0].Seconds(), "min-s")
	b.ReportMetric(took[len(took)/2].Seconds(), "median-s")
	b.ReportMetric(took[len(took)-1].Seconds(), "max-s")
}

// takeover is one turn.
func takeover(d desk, cloud *control.Client) time.Duration {
	d.Helper()
	var from, to string
	d.await("both Regions are whole", time.Minute, func() bool {
		from = d.look().Lease.Region
		to = map[string]string{primary: secondary, secondary: primary}[from]
		return to != "" && d.operate("switchover", "--to", to, "--check").code == cli.ExitOK
	})
	epoch := d.look().Lease.Epoch
	killed := time.Now()
	if err := cloud.Order(d.Context(), control.Order{Do: control.Kill, Region: from}); err != nil {
		d.Fatal(err)
	}
	d.await(to+" is active", time.Minute, func() bool {
		lease := d.look().Lease
		return lease.Region == to && lease.State == payment.LeaseActive
	})
	var events []status.Event
	if o := d.operate("history", "--kind", "writable", "--output=json"); json.Unmarshal([]byte(o.stdout), &events) != nil {
		d.Fatalf("history: %s", o.stderr)
	}
	if err := cloud.Order(d.Context(), control.Order{Do: control.Start, Region: from}); err != nil {
		d.Fatal(err)
	}
	for _, event := range events {
		if event.Epoch > epoch && event.Region == to {
			took := event.At.Sub(killed)
			d.Logf("%s was writable %s after %s was killed", to, took.Round(time.Millisecond), from)
			return took
		}
	}
	d.Fatalf("%s is active, and its history has no writable ledger: %+v", to, events)
	return 0
}
