package observe

import (
	"context"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/operate/plan"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// Look looks at everything at once. It always returns within little more than the timeout.
func (o *Observer) Look(ctx context.Context) status.Snapshot {
	snapshot := status.Snapshot{Environment: o.Access.Environment, At: o.Now(), Regions: make([]status.Region, len(o.Access.Regions))}
	var group sync.WaitGroup
	look := func(at func(ctx context.Context)) {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, o.Access.Timeout)
			defer cancel()
			at(ctx)
		})
	}
	items := make([]items, len(o.Access.Regions))
	first := make(chan int, len(o.Access.Regions))
	for i, known := range o.Access.Regions {
		region, clients := &snapshot.Regions[i], o.Clients[i]
		region.Name, region.Place = known.Name, known.Place
		look(func(ctx context.Context) {
			items[i] = readItems(ctx, clients.Control)
			region.Tables = items[i].tables()
			if reading(items[i].leaseErr) != failover.LeaseUnread {
				first <- i
			}
		})
		look(func(ctx context.Context) { region.API = askAPI(ctx, clients.HTTP, known.API) })
		look(func(ctx context.Context) { region.Database = o.lookAtDatabase(ctx, clients.RDS, known.Cluster) })
		look(func(ctx context.Context) {
			region.Controller, region.Lag = o.readMetrics(ctx, clients.CloudWatch, known.Cluster)
		})
		look(func(ctx context.Context) { region.Alarms = readAlarms(ctx, clients.CloudWatch, known.AlarmPrefix) })
		look(func(ctx context.Context) { region.Route53 = o.readHealthCheck(ctx, known.API) })
	}
	look(func(ctx context.Context) { o.resolve(ctx, &snapshot.DNS) })
	look(func(ctx context.Context) {
		snapshot.DNS.Alarms = readAlarms(ctx, o.DNSAlarms, o.Access.DNSAlarmPrefixes...)
	})
	o.lookOnce(ctx, &group, first, &snapshot)
	group.Wait()
	o.join(&snapshot, items)
	return snapshot
}

// lookOnce reads what is the same in both Regions in the one whose table answers first. Its time begins then.
func (o *Observer) lookOnce(ctx context.Context, group *sync.WaitGroup, first <-chan int, snapshot *status.Snapshot) {
	group.Go(func() {
		waiting, cancel := context.WithTimeout(ctx, o.Access.Timeout)
		defer cancel()
		select {
		case i := <-first:
			ctx, cancel := context.WithTimeout(ctx, o.Access.Timeout)
			defer cancel()
			var both sync.WaitGroup
			both.Go(func() { snapshot.Journal = o.readJournal(ctx, o.Clients[i].Journal) })
			both.Go(func() { snapshot.Recent = o.readRecent(ctx, o.Clients[i].Control) })
			both.Wait()
		case <-waiting.Done():
			snapshot.Journal.Problem = "no region's tables answered"
		}
	})
}

// join takes the newest reading of each item, and tells the Regions' roles.
func (o *Observer) join(snapshot *status.Snapshot, items []items) {
	snapshot.Lease, snapshot.Intent = newest(items, o.Access.Regions, snapshot.At)
	lease, intent := snapshot.Lease.Control(), snapshot.Intent.Control()
	if snapshot.Intent.ID != "" && snapshot.Lease.Epoch > 0 {
		snapshot.Intent.Running = plan.Occupies(intent, lease)
	}
	for i := range snapshot.Regions {
		region := &snapshot.Regions[i]
		if region.Database.Writer {
			region.Lag.Known = false // what it says is of the time when it followed
		}
		switch {
		case snapshot.Lease.Epoch == 0:
			region.Role = status.RoleUnknown
		case snapshot.Lease.Region == region.Name:
			region.Role = status.RoleActive
		default:
			region.Role = status.RoleStandby
		}
	}
}

// recentEvents are how many events of the last day a snapshot keeps.
const recentEvents = 5

// readRecent reads the history's end; it is there for people, so what cannot be read is left out.
func (o *Observer) readRecent(ctx context.Context, store *control.Store) []status.Event {
	recent := []status.Event{}
	now := o.Now()
	for event, err := range store.Events(ctx, now.Add(-24*time.Hour), now.Add(time.Hour)) {
		if err != nil {
			return recent
		}
		if recent = append(recent, ToEvent(event)); len(recent) > recentEvents {
			recent = recent[1:]
		}
	}
	return recent
}

// ToEvent is an event as it is shown.
func ToEvent(event control.Event) status.Event {
	return status.Event{At: event.At, Kind: event.Kind, Region: event.Region, Epoch: event.Epoch, ID: event.ID, Detail: event.Detail}
}

// Items reads the control items alone, with the Regions' names.
func (o *Observer) Items(ctx context.Context) status.Snapshot {
	ctx, cancel := context.WithTimeout(ctx, o.Access.Timeout)
	defer cancel()
	snapshot := status.Snapshot{Environment: o.Access.Environment, At: o.Now(), Regions: make([]status.Region, len(o.Access.Regions))}
	items := make([]items, len(o.Access.Regions))
	var group sync.WaitGroup
	for i, known := range o.Access.Regions {
		snapshot.Regions[i].Name, snapshot.Regions[i].Place = known.Name, known.Place
		group.Go(func() { items[i] = readItems(ctx, o.Clients[i].Control) })
	}
	group.Wait()
	o.join(&snapshot, items)
	return snapshot
}
