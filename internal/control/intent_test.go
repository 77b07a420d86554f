package control_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/dynamotest"
	"github.com/paymentdr/paymentdr/internal/dynamotest/fault"
)

func asked(id string) control.Intent {
	return control.Intent{
		ID: id, Kind: control.IntentSwitchover, To: "us-west-2", Epoch: 7, Until: 400, By: "ann@desk", Why: "patching", At: base, State: control.IntentOpen,
	}
}

func TestIntentIsWrittenOnTheVersionRead(t *testing.T) {
	store := control.New(dynamotest.Client(t), dynamotest.ControlTable(t), patience)
	if _, err := store.LoadIntent(t.Context()); !errors.Is(err, control.ErrNoIntent) {
		t.Fatalf("load of nothing = %v, want %v", err, control.ErrNoIntent)
	}
	saved, err := store.SaveIntent(t.Context(), asked("one"))
	if err != nil || saved.Version != 1 {
		t.Fatalf("saved %+v (%v), want version 1", saved, err)
	}
	replay := asked("two")
	replay.Kind, replay.Since, replay.Version = control.IntentReplay, base, 1
	if saved, err = store.SaveIntent(t.Context(), replay); err != nil {
		t.Fatal(err)
	}
	if read, err := store.LoadIntent(t.Context()); err != nil || !read.Since.Equal(replay.Since.Truncate(1000)) || read.ID != "two" || read.Version != 2 {
		t.Fatalf("loaded %+v (%v), saved %+v", read, err, saved)
	}
	if _, err := store.SaveIntent(t.Context(), asked("three")); !errors.Is(err, control.ErrLost) {
		t.Errorf("creation over one that is there = %v, want %v", err, control.ErrLost)
	}
}

func TestOfConcurrentOperatorsOneWins(t *testing.T) {
	store := control.New(dynamotest.Client(t), dynamotest.ControlTable(t), patience)
	errs := make([]error, 16)
	var group sync.WaitGroup
	for n := range errs {
		group.Go(func() { _, errs[n] = store.SaveIntent(t.Context(), asked(fmt.Sprint(n))) })
	}
	group.Wait()
	winner := ""
	for n, err := range errs {
		if err == nil && winner == "" {
			winner = fmt.Sprint(n)
		} else if !errors.Is(err, control.ErrLost) {
			t.Errorf("operator %d = %v, %s has won", n, err, winner)
		}
	}
	if read, err := store.LoadIntent(t.Context()); err != nil || read.ID != winner || winner == "" {
		t.Errorf("the item is %s's (%v), %s was told that it won", read.ID, err, winner)
	}
}

func TestIntentsThatNobodyMeans(t *testing.T) {
	table := dynamotest.ControlTable(t)
	client := dynamotest.Client(t)
	store := control.New(client, table, patience)
	for name, change := range map[string]func(*control.Intent){
		"unknown kind": func(i *control.Intent) { i.Kind = "restart" }, "unknown state": func(i *control.Intent) { i.State = "" },
		"no id": func(i *control.Intent) { i.ID = "" }, "no region": func(i *control.Intent) { i.To = "" },
		"nobody": func(i *control.Intent) { i.By = "" }, "no term": func(i *control.Intent) { i.Epoch = 0 },
		"replay from never": func(i *control.Intent) { i.Kind = control.IntentReplay }, "switchover with a time": func(i *control.Intent) { i.Since = base },
		"negative version": func(i *control.Intent) { i.Version = -1 }, "no time": func(i *control.Intent) { i.At = i.Since },
	} {
		t.Run(name, func(t *testing.T) {
			intent := asked("x")
			change(&intent)
			if _, err := store.SaveIntent(t.Context(), intent); err == nil {
				t.Error("saved")
			}
		})
	}
	if _, err := store.SaveIntent(t.Context(), asked("x")); err != nil {
		t.Fatal(err)
	}
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "intent"}, "sk": &types.AttributeValueMemberS{Value: "current"}}
	original, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	for attribute, bad := range map[string]struct {
		value types.AttributeValue
		want  error
	}{
		"schema": {&types.AttributeValueMemberN{Value: "2"}, control.ErrNewerSchema}, "kind": {&types.AttributeValueMemberS{Value: "restart"}, control.ErrCorrupt},
		"until": {&types.AttributeValueMemberS{Value: "9"}, control.ErrCorrupt}, "since": {&types.AttributeValueMemberS{Value: "noon"}, control.ErrCorrupt},
		"version": {&types.AttributeValueMemberN{Value: "0"}, control.ErrCorrupt},
	} {
		t.Run(attribute, func(t *testing.T) {
			item := map[string]types.AttributeValue{}
			for name, value := range original.Item {
				item[name] = value
			}
			item[attribute] = bad.value
			if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item}); err != nil {
				t.Fatal(err)
			}
			if intent, err := store.LoadIntent(t.Context()); !errors.Is(err, bad.want) {
				t.Errorf("load = %+v, %v; want %v", intent, err, bad.want)
			}
		})
	}
}

func TestIntentFaultsAreNamed(t *testing.T) {
	for kind, want := range map[fault.Kind]error{fault.TimeoutAfter: control.ErrAmbiguous, fault.Throttle: control.ErrBusy} {
		table := dynamotest.ControlTable(t)
		store := control.New(dynamotest.Client(t, fault.Wrap(fault.NewScript("", kind, kind))), table, patience)
		if _, err := store.SaveIntent(t.Context(), asked("x")); !errors.Is(err, want) {
			t.Errorf("save with %s = %v, want %v", kind, err, want)
		}
		if _, err := store.LoadIntent(t.Context()); !errors.Is(err, want) {
			t.Errorf("load with %s = %v, want %v", kind, err, want)
		}
	}
}

func TestStanding(t *testing.T) {
	intent := asked("x")
	for name, test := range map[string]struct {
		lease control.Lease
		state control.IntentState
		want  bool
	}{
		"its term":        {control.Lease{Epoch: 7, Seq: 399}, control.IntentOpen, true},
		"its end":         {control.Lease{Epoch: 7, Seq: 400}, control.IntentOpen, false},
		"the next term":   {control.Lease{Epoch: 8}, control.IntentOpen, false},
		"an earlier term": {control.Lease{Epoch: 6}, control.IntentOpen, false},
		"withdrawn":       {control.Lease{Epoch: 7}, control.IntentWithdrawn, false},
		"done":            {control.Lease{Epoch: 7}, control.IntentDone, false},
	} {
		if intent.State = test.state; intent.Standing(test.lease) != test.want {
			t.Errorf("%s: standing %t, want %t", name, !test.want, test.want)
		}
	}
}
