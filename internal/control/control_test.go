package control_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/dynamotest"
	"github.com/paymentdr/paymentdr/internal/dynamotest/fault"
	"github.com/paymentdr/paymentdr/internal/payment"
)

var base = time.Date(2026, 11, 23, 23, 59, 59, 999_990_000, time.UTC)

// patience is the attempt timeout of tests on a machine that others use too.
const patience = 10 * time.Second

func first() control.Lease {
	return control.Lease{Region: "us-east-1", Epoch: 1, Seq: 1, State: payment.LeaseActive, Holder: "run-1", UpdatedAt: base}
}

func TestLeaseIsSavedOnlyOnTheVersionRead(t *testing.T) {
	table := dynamotest.ControlTable(t)
	east, west := control.New(dynamotest.Client(t), table, patience), control.New(dynamotest.Client(t), table, patience)
	if _, err := east.Load(t.Context()); !errors.Is(err, control.ErrNoLease) {
		t.Fatalf("load of nothing = %v, want %v", err, control.ErrNoLease)
	}
	saved, err := east.Save(t.Context(), first())
	if err != nil {
		t.Fatal(err)
	}
	if saved.Version != 1 {
		t.Fatalf("first version is %d, want 1", saved.Version)
	}
	if _, err := west.Save(t.Context(), first()); !errors.Is(err, control.ErrLost) {
		t.Fatalf("second creation = %v, want %v", err, control.ErrLost)
	}
	read, err := west.Load(t.Context())
	if err != nil || read != saved {
		t.Fatalf("loaded %+v (%v), saved %+v", read, err, saved)
	}
	claim := read
	claim.Region, claim.Epoch, claim.State, claim.InVain = "us-west-2", 2, payment.LeasePromoting, 1
	claimed, err := west.Save(t.Context(), claim)
	if err != nil {
		t.Fatal(err)
	}
	if read, err := east.Load(t.Context()); err != nil || read != claimed {
		t.Fatalf("loaded %+v (%v), claimed %+v", read, err, claimed)
	}
	renewal := saved
	renewal.Seq++
	if _, err := east.Save(t.Context(), renewal); !errors.Is(err, control.ErrLost) {
		t.Fatalf("renewal on an old version = %v, want %v", err, control.ErrLost)
	}
	if read, err := east.Load(t.Context()); err != nil || read != claimed {
		t.Fatalf("after a lost renewal loaded %+v (%v), want %+v", read, err, claimed)
	}
	if term, err := east.Current(t.Context()); err != nil || term != (payment.Term{Region: "us-west-2", Epoch: 2, State: payment.LeasePromoting}) {
		t.Fatalf("current term is %+v (%v)", term, err)
	}
}

func TestOfConcurrentClaimsOneWins(t *testing.T) {
	table := dynamotest.ControlTable(t)
	store := control.New(dynamotest.Client(t), table, patience)
	lease, err := store.Save(t.Context(), first())
	if err != nil {
		t.Fatal(err)
	}
	errs := make([]error, 16)
	var group sync.WaitGroup
	for n := range errs {
		group.Go(func() {
			claim := lease
			claim.Epoch, claim.Holder = 2, fmt.Sprintf("run-%d", n)
			_, errs[n] = store.Save(t.Context(), claim)
		})
	}
	group.Wait()
	won := 0
	for n, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, control.ErrLost) {
			t.Errorf("claim %d = %v", n, err)
		}
	}
	if won != 1 {
		t.Fatalf("%d claims won, want 1", won)
	}
}

func TestSaveRefusesWhatNobodyMeans(t *testing.T) {
	store := control.New(dynamotest.Client(t), dynamotest.ControlTable(t), patience)
	for name, change := range map[string]func(*control.Lease){
		"unknown state":    func(l *control.Lease) { l.State = "held" },
		"no Region":        func(l *control.Lease) { l.Region = "" },
		"epoch zero":       func(l *control.Lease) { l.Epoch = 0 },
		"negative seq":     func(l *control.Lease) { l.Seq = -1 },
		"negative version": func(l *control.Lease) { l.Version = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			lease := first()
			change(&lease)
			if _, err := store.Save(t.Context(), lease); err == nil {
				t.Error("saved")
			}
			if _, err := store.Load(t.Context()); !errors.Is(err, control.ErrNoLease) {
				t.Errorf("a refused save left %v", err)
			}
		})
	}
}

func TestItemsThatThisProgramDidNotWrite(t *testing.T) {
	table := dynamotest.ControlTable(t)
	client := dynamotest.Client(t)
	store := control.New(client, table, patience)
	if _, err := store.Save(t.Context(), first()); err != nil {
		t.Fatal(err)
	}
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "lease"}, "sk": &types.AttributeValueMemberS{Value: "current"}}
	original, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(table), Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []struct {
		attribute string
		value     types.AttributeValue
		want      error
	}{
		{"schema", &types.AttributeValueMemberN{Value: "2"}, control.ErrNewerSchema},
		{"schema", &types.AttributeValueMemberN{Value: "0"}, control.ErrCorrupt},
		{"schema", &types.AttributeValueMemberS{Value: "1"}, control.ErrCorrupt},
		{"epoch", &types.AttributeValueMemberN{Value: "1.5"}, control.ErrCorrupt},
		{"epoch", &types.AttributeValueMemberN{Value: "-1"}, control.ErrCorrupt},
		{"inVain", &types.AttributeValueMemberN{Value: "-1"}, control.ErrCorrupt},
		{"state", &types.AttributeValueMemberS{Value: "lost"}, control.ErrCorrupt},
		{"updatedAt", &types.AttributeValueMemberS{Value: "now"}, control.ErrCorrupt},
		{"version", &types.AttributeValueMemberN{Value: "0"}, control.ErrCorrupt},
		{"region", &types.AttributeValueMemberN{Value: "1"}, control.ErrCorrupt},
	} {
		t.Run(change.attribute, func(t *testing.T) {
			item := map[string]types.AttributeValue{}
			for name, value := range original.Item {
				item[name] = value
			}
			item[change.attribute] = change.value
			if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(table), Item: item}); err != nil {
				t.Fatal(err)
			}
			if lease, err := store.Load(t.Context()); !errors.Is(err, change.want) {
				t.Errorf("load = %+v, %v; want %v", lease, err, change.want)
			}
		})
	}
}

func TestEachFaultIsNamedByWhatItMeans(t *testing.T) {
	for kind, want := range map[fault.Kind]error{
		fault.TimeoutAfter: control.ErrAmbiguous, fault.ServerErrorAfter: control.ErrAmbiguous, fault.ResetBefore: control.ErrAmbiguous,
		fault.Conflict: control.ErrBusy, fault.Throttle: control.ErrBusy,
	} {
		t.Run(kind.String(), func(t *testing.T) {
			table := dynamotest.ControlTable(t)
			failing := control.New(dynamotest.Client(t, fault.Wrap(fault.NewScript("", kind, kind, kind))), table, patience)
			working := control.New(dynamotest.Client(t), table, patience)
			if _, err := failing.Save(t.Context(), first()); !errors.Is(err, want) {
				t.Errorf("save = %v, want %v", err, want)
			}
			if _, err := working.Load(t.Context()); errors.Is(err, control.ErrNoLease) == kind.CarriedOut() {
				t.Errorf("after %s load = %v", kind, err)
			}
			if _, err := failing.Load(t.Context()); !errors.Is(err, want) {
				t.Errorf("load = %v, want %v", err, want)
			}
			if err := failing.AppendEvent(t.Context(), control.Event{At: base, Kind: "claimed"}); !errors.Is(err, want) {
				t.Errorf("append = %v, want %v", err, want)
			}
		})
	}
}

func TestEventsAreListedInOrderAndOnce(t *testing.T) {
	store := control.New(dynamotest.Client(t), dynamotest.ControlTable(t), patience)
	event := func(n int) control.Event {
		return control.Event{
			ID: fmt.Sprintf("id-%02d", n), At: base.Add(time.Duration(n) * time.Microsecond), Kind: "renewed",
			Region: "us-east-1", Epoch: int64(n), Detail: map[string]string{"n": fmt.Sprint(n)},
		}
	}
	// The day changes between number 9 and number 10.
	for n := 19; n >= 0; n-- {
		for range 2 {
			if err := store.AppendEvent(t.Context(), event(n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, span := range []struct {
		name        string
		from, to    time.Time
		first, past int
	}{
		{"all", base.Add(-50 * time.Hour), base.Add(time.Hour), 0, 20},
		{"half open over midnight", event(4).At, event(12).At, 4, 12},
		{"bounds between microseconds", event(4).At.Add(500), event(7).At.Add(500), 5, 8},
		{"empty", event(4).At, event(4).At, 0, 0},
		{"inverted", event(9).At, event(4).At, 0, 0},
	} {
		t.Run(span.name, func(t *testing.T) {
			next := span.first
			for got, err := range store.Events(t.Context(), span.from, span.to) {
				if err != nil {
					t.Fatal(err)
				}
				if want := event(next); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("event %d is %v, want %v", next, got, want)
				}
				next++
			}
			if next != span.past {
				t.Errorf("listed up to %d, want %d", next, span.past)
			}
		})
	}
	if err := store.AppendEvent(t.Context(), control.Event{At: base}); err == nil {
		t.Error("an event without a kind was appended")
	}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
