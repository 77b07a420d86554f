package onaws

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/operate/plan"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// Want is what is asked for.
type Want struct {
	Scenario string
	// Account must be the one that the credentials are of.
	Account string
	// Production says that a system that is none for development may be drilled.
	Production bool
	// MaxLag is how far behind the standby's ledger may be; 0 means plan.DefaultMaxLag.
	MaxLag time.Duration
	// By is who asks.
	By string
}

// Order is a drill that may be played.
type Order struct {
	System System
	// Region is where the fault is made, the active one; Other is left alone.
	Region, Other string
	Template      string
	Account       string
	// Seen is the look that the decision is about.
	Seen status.Snapshot
	// Poll is the time between two looks at the experiment; 0 means the default.
	Poll time.Duration
	kind kind
}

// mostItems is how many items of the journal a judge reads in time, twice.
const mostItems = 500_000

// connectTimeout bounds a try to reach a ledger.
const connectTimeout = 10 * time.Second

// Examine looks at everything and lists every reason not to play what is wanted; it changes nothing. An error is for a
// scenario that there is none.
func (s System) Examine(ctx context.Context, want Want) (Order, []Reason, error) {
	which, err := find(want.Scenario)
	if err != nil {
		return Order{}, nil, err
	}
	order := Order{System: s, kind: which, Seen: s.Observer.Look(ctx)}
	var found reasons
	if s.Config.Drills.Faults != "fis" {
		found.add(NotAsked, "drills.faults is %q: set it to fis and deploy; see docs/drills-aws.md for what that allows", s.Config.Drills.Faults)
	}
	if s.Config.Protected() && !want.Production {
		found.add(Production, "environment %s is protected, so it looks like production: real payers may be refused for a minute; say --yes-production if that is agreed",
			s.Config.EnvironmentSuffix)
	}
	if s.Token == nil && !s.Config.API.Auth.None {
		found.add(NoToken, "the API asks for a token of %s and there is none: give a file with one as --token-file", s.Config.API.Auth.JWT.Issuer)
	}
	order.Region = order.Seen.Lease.Region
	if _, known := order.Seen.Of(order.Region); !known {
		order.Region = s.Config.Regions.Primary // to look at its templates all the same
	}
	order.Other = order.Seen.Peer(order.Region).Name
	found = append(found, s.checkSystem(order, want)...)
	found = append(found, s.checkStores(ctx, order)...)
	found = append(found, s.checkExperiment(ctx, &order, want)...)
	return order, found, nil
}

// checkSystem: both Regions must be wholly up, as for a switchover to the standby.
func (s System) checkSystem(order Order, want Want) reasons {
	var found reasons
	for _, each := range plan.Check(order.Seen, plan.Want{Kind: control.IntentSwitchover, To: order.Other, By: want.By, MaxLag: want.MaxLag}) {
		found.add(Code(each.Code), "%s", each.Text)
	}
	if dns := order.Seen.DNS; dns.Region != order.Region {
		found.add(OtherAnswer, "%s leads to %q (%s), and the active Region is %s: wait until they agree, see paymentdr status", dns.Domain, dns.Region, dns.Problem, order.Region)
	}
	return found
}

// checkStores: the judge must be able to read them, wherever the lease is in the end.
func (s System) checkStores(ctx context.Context, order Order) reasons {
	var found reasons
	table := s.Observer.Access.JournalTable
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	output, err := dynamodb.NewFromConfig(s.region(order.Region).AWS).DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
	switch {
	case err != nil:
		found.add(JournalUnknown, "table %s could not be looked at in %s (%v): the judge scans it", table, order.Region, err)
	case aws.ToInt64(output.Table.ItemCount) > cmp.Or(s.MostItems, mostItems):
		found.add(JournalTooLarge, "table %s has %d items, and the judge reads all of them twice: more than %d are not drilled; use an environment of its own",
			table, aws.ToInt64(output.Table.ItemCount), cmp.Or(s.MostItems, mostItems))
	}
	for _, region := range []string{order.Region, order.Other} {
		conn, err := s.Ledger(ctx, region)
		if err != nil {
			found.add(LedgerUnreachable, "the ledger of %s cannot be read from here (%v): run this inside the network, as reconcile", region, err)
			continue
		}
		_ = conn.Close(ctx) // it was only tried
	}
	return slices.Clip(found)
}
