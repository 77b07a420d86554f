package secretsmanager

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"

	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

// replicated makes a secret with a replica in the west, in sync.
func (p *pair) replicated(t *testing.T) string {
	t.Helper()
	arn := must[string](t)(p.east.Put(t.Context(), Secret{Name: "s", Description: "d", KMSKeyID: "east-key", Tags: map[string]string{"Name": "s"},
		Replicas: []Replica{{"us-west-2", "west-key"}}}))
	must[string](t)(p.east.PutValue(t.Context(), arn, Value{String: "zero"}))
	p.inSync(t, arn)
	return arn
}

func TestReplicaFollows(t *testing.T) {
	p := startPair(t, Options{}, Options{})
	arn := p.replicated(t)
	west := client(t, p.west)
	there := inRegion(arn, "us-west-2")
	for _, id := range []string{"s", there} {
		if got := value(t, p.west, id, ""); got != "zero" {
			t.Errorf("%s: %s", id, got)
		}
	}
	described := must[*sdk.DescribeSecretOutput](t)(west.DescribeSecret(t.Context(), &sdk.DescribeSecretInput{SecretId: &there}))
	if *described.ARN != there || *described.PrimaryRegion != "us-east-1" || *described.KmsKeyId != "west-key" || *described.Description != "d" ||
		len(described.Tags) != 1 || described.ReplicationStatus != nil {
		t.Errorf("replica %+v", described)
	}
	described = must[*sdk.DescribeSecretOutput](t)(client(t, p.east).DescribeSecret(t.Context(), &sdk.DescribeSecretInput{SecretId: &arn}))
	status := described.ReplicationStatus
	if *described.PrimaryRegion != "us-east-1" || len(status) != 1 || *status[0].Region != "us-west-2" || *status[0].KmsKeyId != "west-key" ||
		status[0].Status != types.StatusTypeInSync || *status[0].StatusMessage != "Replication succeeded" {
		t.Errorf("primary %+v", described)
	}
	must[string](t)(p.east.PutValue(t.Context(), "s", Value{String: "one"}))
	p.inSync(t, arn)
	if got := value(t, p.west, "s", "") + value(t, p.west, "s", "AWSPREVIOUS"); got != "onezero" {
		t.Errorf("values %s", got)
	}
}

// TestReplicaIsReadOnly: each write gets AWS's refusal, but a key of its own.
func TestReplicaIsReadOnly(t *testing.T) {
	p := startPair(t, Options{Rotate: nil}, Options{Rotate: (&lambda{}).rotate})
	arn := p.replicated(t)
	west, id := client(t, p.west), text("s")
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"put": func() error {
			_, err := west.PutSecretValue(ctx, &sdk.PutSecretValueInput{SecretId: id, SecretString: text("x")})
			return err
		},
		"update": func() error {
			_, err := west.UpdateSecret(ctx, &sdk.UpdateSecretInput{SecretId: id, Description: text("x")})
			return err
		},
		"label": func() error {
			_, err := west.UpdateSecretVersionStage(ctx, &sdk.UpdateSecretVersionStageInput{SecretId: id, VersionStage: text("x"), MoveToVersionId: text("y")})
			return err
		},
		"rotate": func() error {
			_, err := west.RotateSecret(ctx, &sdk.RotateSecretInput{SecretId: id, RotationLambdaARN: text(function)})
			return err
		},
		"cancel": func() error {
			_, err := west.CancelRotateSecret(ctx, &sdk.CancelRotateSecretInput{SecretId: id})
			return err
		},
		"delete": func() error {
			_, err := west.DeleteSecret(ctx, &sdk.DeleteSecretInput{SecretId: id})
			return err
		},
		"restore": func() error {
			_, err := west.RestoreSecret(ctx, &sdk.RestoreSecretInput{SecretId: id})
			return err
		},
		"tag": func() error {
			_, err := west.TagResource(ctx, &sdk.TagResourceInput{SecretId: id, Tags: []types.Tag{{Key: text("a"), Value: text("b")}}})
			return err
		},
		"untag": func() error {
			_, err := west.UntagResource(ctx, &sdk.UntagResourceInput{SecretId: id, TagKeys: []string{"Name"}})
			return err
		},
		"replicate": func() error {
			_, err := west.ReplicateSecretToRegions(ctx, &sdk.ReplicateSecretToRegionsInput{SecretId: id, AddReplicaRegions: []types.ReplicaRegionType{{Region: text("eu-west-1")}}})
			return err
		},
		"resource": func() error { _, err := p.west.Put(ctx, Secret{Name: "s", Description: "other"}); return err },
	} {
		refused(t, name, call(), "InvalidParameterException", "Operation not permitted on a replica secret. Call must be made in primary secret's region.")
	}
	must[*sdk.UpdateSecretOutput](t)(west.UpdateSecret(ctx, &sdk.UpdateSecretInput{SecretId: id, KmsKeyId: text("own-key")}))
	must[string](t)(p.east.PutValue(ctx, arn, Value{String: "one"}))
	p.inSync(t, arn)
	if found := must[*record](t)(p.west.find("s")); found.KMSKeyID != "own-key" || value(t, p.west, "s", "") != "one" {
		t.Errorf("key %s", found.KMSKeyID)
	}
}

// TestCutLink: writes go on at once, the replica answers what it had, and is brought up to date, in order, afterwards.
func TestCutLink(t *testing.T) {
	p := startPair(t, Options{}, Options{})
	arn := p.replicated(t)
	p.toWest.cut(errors.New("no route to us-west-2"))
	begun := time.Now()
	for i := range 20 {
		must[string](t)(p.east.PutValue(t.Context(), arn, Value{String: fmt.Sprint("value ", i)}))
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("20 writes took %s", took)
	}
	eventually(t, "the status tells", func() bool { _, message := status(t, p.east, arn); return message == "no route to us-west-2" })
	if state, _ := status(t, p.east, arn); state != statusInProgress {
		t.Errorf("status %s", state)
	}
	if got := value(t, p.west, "s", ""); got != "zero" {
		t.Errorf("the replica has %s", got)
	}
	p.toWest.mend()
	p.inSync(t, arn)
	if got := value(t, p.west, "s", ""); got != "value 19" {
		t.Errorf("the replica has %s", got)
	}
	last := int64(0)
	for _, state := range p.toWest.arrived() {
		if state.Sequence < last {
			t.Errorf("state %d arrived after %d", state.Sequence, last)
		}
		last = state.Sequence
	}
}

// TestOldStatesChangeNothing, whoever delivers them late.
func TestOldStatesChangeNothing(t *testing.T) {
	p := startPair(t, Options{}, Options{})
	arn := p.replicated(t)
	old := p.east.stateOf(must[*record](t)(p.east.find(arn)), "us-west-2")
	must[string](t)(p.east.PutValue(t.Context(), arn, Value{String: "one"}))
	p.inSync(t, arn)
	for range 2 {
		if err := p.west.ApplyReplica(t.Context(), old); err != nil {
			t.Error(err)
		}
	}
	if got := value(t, p.west, "s", ""); got != "one" {
		t.Errorf("the replica went back to %s", got)
	}
}

func TestStateSurvivesJSON(t *testing.T) {
	p := startPair(t, Options{Rotate: (&lambda{}).rotate}, Options{})
	arn := p.replicated(t)
	must[string](t)(p.east.PutValue(t.Context(), arn, Value{Binary: []byte{0, 1, 255}, Stages: []string{"binary"}}))
	want := p.east.stateOf(must[*record](t)(p.east.find(arn)), "us-west-2")
	var got ReplicaState
	if err := json.Unmarshal(must[[]byte](t)(json.Marshal(want)), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestNameTaken: what is there is not overwritten unless that is asked for.
func TestNameTaken(t *testing.T) {
	p := startPair(t, Options{}, Options{})
	must[string](t)(p.west.Put(t.Context(), Secret{Name: "s"}))
	must[string](t)(p.west.PutValue(t.Context(), "s", Value{String: "western"}))
	east := client(t, p.east)
	arn := create(t, east, "s", "eastern")
	regions := []types.ReplicaRegionType{{Region: text("us-west-2")}}
	must[*sdk.ReplicateSecretToRegionsOutput](t)(east.ReplicateSecretToRegions(t.Context(), &sdk.ReplicateSecretToRegionsInput{SecretId: &arn, AddReplicaRegions: regions}))
	failed := func() bool {
		state, message := status(t, p.east, arn)
		return state == statusFailed && message == "Secret with this name already exists in this region"
	}
	eventually(t, "it failed", failed)
	// A change tries again.
	must[string](t)(p.east.PutValue(t.Context(), arn, Value{String: "eastern 2"}))
	eventually(t, "it failed again", failed)
	if got := value(t, p.west, "s", ""); got != "western" {
		t.Errorf("the secret there has %s", got)
	}
	must[*sdk.ReplicateSecretToRegionsOutput](t)(east.ReplicateSecretToRegions(t.Context(), &sdk.ReplicateSecretToRegionsInput{SecretId: &arn, AddReplicaRegions: regions, ForceOverwriteReplicaSecret: true}))
	p.inSync(t, arn)
	if got := value(t, p.west, "s", ""); got != "eastern 2" {
		t.Errorf("the replica has %s", got)
	}
	_, err := east.ReplicateSecretToRegions(t.Context(), &sdk.ReplicateSecretToRegionsInput{SecretId: &arn, AddReplicaRegions: regions})
	refused(t, "replicate again", err, "InvalidParameterException", "already replicated")
}

// TestPromotion is what an operator does when the primary's Region is lost, and the way back.
func TestPromotion(t *testing.T) {
	p := startPair(t, Options{}, Options{})
	arn := p.replicated(t)
	there := inRegion(arn, "us-west-2")
	p.toWest.cut(errors.New("lost"))
	west := client(t, p.west)
	promoted := must[*sdk.StopReplicationToReplicaOutput](t)(west.StopReplicationToReplica(t.Context(), &sdk.StopReplicationToReplicaInput{SecretId: text("s")}))
	if *promoted.ARN != there {
		t.Errorf("ARN %s", *promoted.ARN)
	}
	must[*sdk.PutSecretValueOutput](t)(west.PutSecretValue(t.Context(), &sdk.PutSecretValueInput{SecretId: &there, SecretString: text("western")}))
	must[string](t)(p.east.PutValue(t.Context(), arn, Value{String: "eastern"}))
	p.toWest.mend()
	eventually(t, "the primary has no replica", func() bool { state, _ := status(t, p.east, arn); return state == "" })
	if got := value(t, p.west, "s", ""); got != "western" {
		t.Errorf("the promoted secret has %s", got)
	}
	// The old primary is in the way of a replica, until that may overwrite it.
	back := &sdk.ReplicateSecretToRegionsInput{SecretId: &there, AddReplicaRegions: []types.ReplicaRegionType{{Region: text("us-east-1")}}}
	must[*sdk.ReplicateSecretToRegionsOutput](t)(west.ReplicateSecretToRegions(t.Context(), back))
	eventually(t, "it failed", func() bool { state, _ := status(t, p.west, there); return state == statusFailed })
	back.ForceOverwriteReplicaSecret = true
	must[*sdk.ReplicateSecretToRegionsOutput](t)(west.ReplicateSecretToRegions(t.Context(), back))
	eventually(t, "the east follows", func() bool { state, _ := status(t, p.west, there); return state == statusInSync })
	if got := value(t, p.east, arn, ""); got != "western" {
		t.Errorf("the east has %s", got)
	}
	_, err := p.east.PutValue(t.Context(), arn, Value{String: "x"})
	refused(t, "a write in the east", err, "InvalidParameterException", "replica secret")
}

func TestRemoveReplica(t *testing.T) {
	p := startPair(t, Options{}, Options{})
	arn := p.replicated(t)
	east := client(t, p.east)
	_, err := east.DeleteSecret(t.Context(), &sdk.DeleteSecretInput{SecretId: &arn})
	refused(t, "delete", err, "InvalidParameterException", "You can't delete secret "+arn+" that still has replica regions [us-west-2]")
	p.toWest.cut(errors.New("cut"))
	removed := must[*sdk.RemoveRegionsFromReplicationOutput](t)(east.RemoveRegionsFromReplication(t.Context(), &sdk.RemoveRegionsFromReplicationInput{SecretId: &arn, RemoveReplicaRegions: []string{"us-west-2"}}))
	if len(removed.ReplicationStatus) != 0 {
		t.Errorf("%+v", removed.ReplicationStatus)
	}
	// The primary can go before its replica has; a new secret of the name finds room there all the same.
	must[*sdk.DeleteSecretOutput](t)(east.DeleteSecret(t.Context(), &sdk.DeleteSecretInput{SecretId: &arn, ForceDeleteWithoutRecovery: new(bool)}))
	must[*sdk.RestoreSecretOutput](t)(east.RestoreSecret(t.Context(), &sdk.RestoreSecretInput{SecretId: &arn}))
	force := true
	must[*sdk.DeleteSecretOutput](t)(east.DeleteSecret(t.Context(), &sdk.DeleteSecretInput{SecretId: &arn, ForceDeleteWithoutRecovery: &force}))
	again := must[string](t)(p.east.Put(t.Context(), Secret{Name: "s", Replicas: []Replica{{Region: "us-west-2"}}}))
	must[string](t)(p.east.PutValue(t.Context(), again, Value{String: "again"}))
	if got := value(t, p.west, "s", ""); got != "zero" {
		t.Errorf("the replica has %s", got)
	}
	p.toWest.mend()
	p.inSync(t, again)
	if found := must[*record](t)(p.west.find("s")); found.ARN != inRegion(again, "us-west-2") || value(t, p.west, "s", "") != "again" {
		t.Errorf("the west has %s", found.ARN)
	}
	p.east.mutex.Lock()
	defer p.east.mutex.Unlock()
	if len(p.east.records) != 1 {
		t.Errorf("%d secrets are remembered in the east", len(p.east.records))
	}
}

// TestRotationReachesTheReplica, with the label that a reader there asks for.
func TestRotationReachesTheReplica(t *testing.T) {
	l := &lambda{}
	p := startPair(t, Options{Rotate: l.rotate}, Options{})
	l.service = p.east
	arn := p.replicated(t)
	if err := p.east.PutRotation(t.Context(), Rotation{SecretID: arn, FunctionARN: function, Rules: Rules{AutomaticallyAfterDays: 30}, Immediately: true}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the new value is there", func() bool {
		return value(t, p.west, "s", "") != "zero" && value(t, p.west, "s", versions.Previous) == "zero"
	})
	p.inSync(t, arn)
	d := p.west.describe(must[*record](t)(p.west.find("s")))
	if !*d.RotationEnabled || d.RotationLambdaARN != function || d.NextRotationDate == nil {
		t.Errorf("replica %+v", d)
	}
	// It rotates in the primary's Region only: the west has no function, and tries none.
	if l.steps() != allSteps {
		t.Errorf("steps %s", l.steps())
	}
}

func TestResend(t *testing.T) {
	p := startPair(t, Options{}, Options{})
	arn := p.replicated(t)
	fresh := start(t, Options{Region: "us-west-2"})
	p.toWest.to(t, fresh)
	if err := p.east.Resend("us-west-2"); err != nil {
		t.Fatal(err)
	}
	p.inSync(t, arn)
	if got := value(t, fresh, "s", ""); got != "zero" {
		t.Errorf("the new replica has %s", got)
	}
}

func TestLinkAnswersThatAreNotOurs(t *testing.T) {
	p := startPair(t, Options{}, Options{})
	p.toWest.url += "\x00"
	if err := p.toWest.send(t.Context(), "", ReplicaState{}); err == nil {
		t.Error("a URL that is none, and no error")
	}
	server := httptestServer(t, 502, "bad gateway")
	if err := PostReplica(t.Context(), p.toWest.client, server, ReplicaState{ARN: "a"}); err == nil || err.Error() != "send state of a: 502 Bad Gateway: bad gateway" {
		t.Errorf("%v", err)
	}
}
