package secretsmanager

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/paymentdr/paymentdr/internal/localcloud/sdktest"
	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

// refusing is a service with a secret of two versions, and calls of the SDK that it must refuse.
type refusing struct {
	s              *Service
	api            *sdk.Client
	id             *string // "s"
	arn            string
	current, other *string // versions
	nobody         *string // a version that does not exist
	long           string
	before         *record
}

func startRefusing(t *testing.T) *refusing {
	t.Helper()
	s := start(t, Options{Rotate: func(context.Context, string, []byte) error { return nil }})
	r := &refusing{s: s, api: client(t, s), id: text("s"), nobody: text("00000000-0000-0000-0000-000000000000"), long: strings.Repeat("x", 65537)}
	r.arn = create(t, r.api, "s", "zero")
	r.current = must[*sdk.GetSecretValueOutput](t)(r.api.GetSecretValue(t.Context(), &sdk.GetSecretValueInput{SecretId: r.id})).VersionId
	r.other = must[*sdk.PutSecretValueOutput](t)(r.api.PutSecretValue(t.Context(), &sdk.PutSecretValueInput{SecretId: r.id, SecretString: text("p"), VersionStages: []string{"mine"}})).VersionId
	r.before = must[*record](t)(s.find("s"))
	return r
}

// check makes the calls, and sees that none changed the secret.
func (r *refusing) check(t *testing.T, refusals []sdktest.Refusal) {
	t.Helper()
	sdktest.Refused(t, refusals...)
	if after := must[*record](t)(r.s.find("s")); after.Sequence != r.before.Sequence {
		t.Errorf("a refused request changed the secret: %+v", after)
	}
}

func TestReadsAndCreationsRefused(t *testing.T) {
	r := startRefusing(t)
	get := func(in sdk.GetSecretValueInput) func() error {
		return func() error { _, err := r.api.GetSecretValue(t.Context(), &in); return err }
	}
	create := func(in sdk.CreateSecretInput) func() error {
		return func() error { _, err := r.api.CreateSecret(t.Context(), &in); return err }
	}
	r.check(t, []sdktest.Refusal{
		{Name: "get: unknown name", Call: get(sdk.GetSecretValueInput{SecretId: text("nobody")}), Code: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret."},
		{Name: "get: another Region", Call: get(sdk.GetSecretValueInput{SecretId: text(inRegion(r.arn, "us-west-2"))}), Code: "ResourceNotFoundException", Message: "find the specified secret."},
		{Name: "get: another suffix", Call: get(sdk.GetSecretValueInput{SecretId: text(r.arn[:len(r.arn)-1] + "_")}), Code: "ResourceNotFoundException", Message: "find the specified secret."},
		{Name: "get: long id", Call: get(sdk.GetSecretValueInput{SecretId: text(r.long)}), Code: "ValidationException", Message: "'secretId' failed"},
		{Name: "get: unknown label", Call: get(sdk.GetSecretValueInput{SecretId: r.id, VersionStage: text("x")}), Code: "ResourceNotFoundException", Message: "value for staging label: x"},
		{Name: "get: unknown version", Call: get(sdk.GetSecretValueInput{SecretId: r.id, VersionId: r.nobody}), Code: "ResourceNotFoundException", Message: "value for VersionId: " + *r.nobody},
		{Name: "get: label of another", Call: get(sdk.GetSecretValueInput{SecretId: r.id, VersionId: r.other, VersionStage: text("AWSCURRENT")}), Code: "InvalidRequestException", Message: "You provided a VersionStage that is not associated to the provided VersionId."},
		{Name: "create: exists", Call: create(sdk.CreateSecretInput{Name: r.id}), Code: "ResourceExistsException", Message: "The operation failed because the secret s already exists."},
		{Name: "create: name", Call: create(sdk.CreateSecretInput{Name: text("a b")}), Code: "ValidationException", Message: "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"},
		{Name: "create: long name", Call: create(sdk.CreateSecretInput{Name: text(r.long[:513])}), Code: "ValidationException", Message: "less than or equal to 512"},
		{Name: "create: both values", Call: create(sdk.CreateSecretInput{Name: text("n"), SecretString: text("a"), SecretBinary: []byte("a")}), Code: "InvalidParameterException", Message: "You can't specify both a binary secret value and a string secret value"},
		{Name: "create: token", Call: create(sdk.CreateSecretInput{Name: text("n"), ClientRequestToken: text("short")}), Code: "InvalidParameterException", Message: "ClientRequestToken must be 32-64 characters long."},
		{Name: "create: description", Call: create(sdk.CreateSecretInput{Name: text("n"), Description: text(r.long)}), Code: "ValidationException", Message: "'description' failed"},
		{Name: "create: tag", Call: create(sdk.CreateSecretInput{Name: text("n"), Tags: []types.Tag{{Key: text("aws:x")}}}), Code: "InvalidParameterException", Message: "reserved"},
		{Name: "create: long tag", Call: create(sdk.CreateSecretInput{Name: text("n"), Tags: []types.Tag{{Key: text("x"), Value: text(r.long)}}}), Code: "ValidationException", Message: "'tags.member.value'"},
		{Name: "create: region", Call: create(sdk.CreateSecretInput{Name: text("n"), AddReplicaRegions: []types.ReplicaRegionType{{Region: text("mars")}}}), Code: "InvalidParameterException", Message: `Invalid replica region: "mars"`},
		{Name: "create: own region", Call: create(sdk.CreateSecretInput{Name: text("n"), AddReplicaRegions: []types.ReplicaRegionType{{Region: text("us-east-1")}}}), Code: "InvalidParameterException", Message: "Invalid replica region"},
		{Name: "create: no link", Call: create(sdk.CreateSecretInput{Name: text("n"), AddReplicaRegions: []types.ReplicaRegionType{{Region: text("us-west-2")}}}), Code: "InvalidParameterException", Message: "no link to us-west-2"},
		{Name: "create: type", Call: create(sdk.CreateSecretInput{Name: text("n"), Type: text("x")}), Code: "InvalidParameterException", Message: "not modelled"},
	})
}

func TestWritesRefused(t *testing.T) {
	r := startRefusing(t)
	put := func(in sdk.PutSecretValueInput) func() error {
		return func() error { _, err := r.api.PutSecretValue(t.Context(), &in); return err }
	}
	label := func(stage string, to, from *string) func() error {
		return func() error {
			_, err := r.api.UpdateSecretVersionStage(t.Context(), &sdk.UpdateSecretVersionStageInput{SecretId: r.id, VersionStage: &stage, MoveToVersionId: to, RemoveFromVersionId: from})
			return err
		}
	}
	r.check(t, []sdktest.Refusal{
		{Name: "put: no value", Call: put(sdk.PutSecretValueInput{SecretId: r.id}), Code: "InvalidRequestException", Message: "You must provide either SecretString or SecretBinary."},
		{Name: "put: empty value", Call: put(sdk.PutSecretValueInput{SecretId: r.id, SecretString: text("")}), Code: "ValidationException", Message: "'secretString'"},
		{Name: "put: large value", Call: put(sdk.PutSecretValueInput{SecretId: r.id, SecretString: &r.long}), Code: "ValidationException", Message: "'secretString'"},
		{Name: "put: large bytes", Call: put(sdk.PutSecretValueInput{SecretId: r.id, SecretBinary: []byte(r.long)}), Code: "ValidationException", Message: "'secretBinary'"},
		{Name: "put: empty label", Call: put(sdk.PutSecretValueInput{SecretId: r.id, SecretString: text("x"), VersionStages: []string{""}}), Code: "ValidationException", Message: "'versionStage'"},
		{Name: "put: many labels", Call: put(sdk.PutSecretValueInput{SecretId: r.id, SecretString: text("x"), VersionStages: strings.Split(r.long[:21], "")}), Code: "ValidationException", Message: "'versionStages'"},
		{Name: "put: labels of all versions", Call: put(sdk.PutSecretValueInput{SecretId: r.id, SecretString: text("x"), VersionStages: strings.Split("abcdefghijklmnopqrst", "")}), Code: "LimitExceededException", Message: "20 staging labels"},
		{Name: "put: rotation token", Call: put(sdk.PutSecretValueInput{SecretId: r.id, SecretString: text("x"), RotationToken: r.nobody}), Code: "InvalidParameterException", Message: "RotationToken"},
		{Name: "label: from nowhere", Call: label("AWSCURRENT", r.other, nil), Code: "InvalidParameterException", Message: "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version " + *r.current + ", so you must explicitly reference that version in RemoveFromVersionId."},
		{Name: "label: from elsewhere", Call: label("AWSCURRENT", r.other, r.other), Code: "InvalidParameterException", Message: "not attached to version " + *r.other},
		{Name: "label: from nobody", Call: label("AWSCURRENT", r.other, r.nobody), Code: "ResourceNotFoundException", Message: "can't find the specified secret version"},
		{Name: "label: to nobody", Call: label("AWSCURRENT", r.nobody, r.current), Code: "ResourceNotFoundException", Message: "can't find the specified secret version"},
		{Name: "label: of nobody", Call: label("x", r.other, r.current), Code: "InvalidParameterException", Message: "x is not attached"},
		{Name: "label: neither", Call: label("mine", nil, nil), Code: "InvalidParameterException", Message: "You must specify"},
		{Name: "label: current removed", Call: label("AWSCURRENT", nil, r.current), Code: "InvalidParameterException", Message: "You can't remove the staging label AWSCURRENT"},
		{Name: "label: long", Call: label(r.long[:257], r.other, nil), Code: "ValidationException", Message: "'versionStage'"},
	})
}

func TestRotationsAndPasswordsRefused(t *testing.T) {
	r := startRefusing(t)
	random := func(in sdk.GetRandomPasswordInput) func() error {
		return func() error { _, err := r.api.GetRandomPassword(t.Context(), &in); return err }
	}
	rotate := func(in sdk.RotateSecretInput) func() error {
		return func() error { in.SecretId = r.id; _, err := r.api.RotateSecret(t.Context(), &in); return err }
	}
	rules := func(rules types.RotationRulesType) func() error {
		return rotate(sdk.RotateSecretInput{RotationLambdaARN: text(function), RotationRules: &rules})
	}
	r.check(t, []sdktest.Refusal{
		{Name: "random: zero", Call: random(sdk.GetRandomPasswordInput{PasswordLength: aws.Int64(0)}), Code: "ValidationException", Message: "greater than or equal to 1"},
		{Name: "random: long", Call: random(sdk.GetRandomPasswordInput{PasswordLength: aws.Int64(4097)}), Code: "ValidationException", Message: "1 validation error detected: Value '4097' at 'passwordLength' failed to satisfy constraint: Member must have value less than or equal to 4096"},
		{Name: "random: short", Call: random(sdk.GetRandomPasswordInput{PasswordLength: aws.Int64(3)}), Code: "InvalidParameterException", Message: "Password length is too short based on the required types."},
		{Name: "random: type", Call: random(sdk.GetRandomPasswordInput{ExcludeCharacters: text("0123456789")}), Code: "InvalidParameterException", Message: "All characters of the desired type have been excluded."},
		{Name: "random: excluded", Call: random(sdk.GetRandomPasswordInput{ExcludeCharacters: &r.long}), Code: "ValidationException", Message: "'excludeCharacters'"},
		{Name: "rotate: no function", Call: rotate(sdk.RotateSecretInput{}), Code: "InvalidRequestException", Message: "No Lambda rotation function ARN is associated with this secret."},
		{Name: "rotate: function", Call: rotate(sdk.RotateSecretInput{RotationLambdaARN: text("rotation")}), Code: "InvalidParameterException", Message: "RotationLambdaARN"},
		{Name: "rotate: token", Call: rotate(sdk.RotateSecretInput{ClientRequestToken: text("t")}), Code: "InvalidParameterException", Message: "32-64 characters"},
		{Name: "rotate: both", Call: rules(types.RotationRulesType{AutomaticallyAfterDays: aws.Int64(1), ScheduleExpression: text("rate(1 day)")}), Code: "InvalidParameterException", Message: "both"},
		{Name: "rotate: days", Call: rules(types.RotationRulesType{AutomaticallyAfterDays: aws.Int64(1001)}), Code: "InvalidParameterException", Message: "RotationRules.AutomaticallyAfterDays must be within 1-1000."},
		{Name: "rotate: minutes", Call: rules(types.RotationRulesType{ScheduleExpression: text("rate(300 minutes)")}), Code: "InvalidParameterException", Message: "hours or days"},
		{Name: "rotate: often", Call: rules(types.RotationRulesType{ScheduleExpression: text("rate(3 hours)")}), Code: "InvalidParameterException", Message: "every 4 hours"},
		{Name: "rotate: seldom", Call: rules(types.RotationRulesType{ScheduleExpression: text("rate(1001 days)")}), Code: "InvalidParameterException", Message: "1000 days"},
		{Name: "rotate: cron", Call: rules(types.RotationRulesType{ScheduleExpression: text("cron(0 8 * * * *)")}), Code: "InvalidParameterException", Message: "must be ?"},
		{Name: "rotate: minute of cron", Call: rules(types.RotationRulesType{ScheduleExpression: text("cron(5 8 * * ? *)")}), Code: "InvalidParameterException", Message: "minutes are 0"},
		{Name: "rotate: duration", Call: rules(types.RotationRulesType{AutomaticallyAfterDays: aws.Int64(1), Duration: text("30m")}), Code: "InvalidParameterException", Message: "Duration"},
		{Name: "rotate: window", Call: rules(types.RotationRulesType{ScheduleExpression: text("rate(4 hours)"), Duration: text("5h")}), Code: "InvalidParameterException", Message: "next one"},
		{Name: "cancel: not rotating", Call: func() error {
			_, err := r.api.CancelRotateSecret(t.Context(), &sdk.CancelRotateSecretInput{SecretId: r.id})
			return err
		}, Code: "InvalidRequestException", Message: "isn't configured"},
	})
}

func TestOtherRequestsRefused(t *testing.T) {
	r := startRefusing(t)
	remove := func(in sdk.DeleteSecretInput) func() error {
		return func() error { in.SecretId = r.id; _, err := r.api.DeleteSecret(t.Context(), &in); return err }
	}
	list := func(in sdk.ListSecretsInput) func() error {
		return func() error { _, err := r.api.ListSecrets(t.Context(), &in); return err }
	}
	r.check(t, []sdktest.Refusal{
		{Name: "delete: both", Call: remove(sdk.DeleteSecretInput{ForceDeleteWithoutRecovery: aws.Bool(true), RecoveryWindowInDays: aws.Int64(7)}), Code: "InvalidParameterException", Message: "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."},
		{Name: "delete: window", Call: remove(sdk.DeleteSecretInput{RecoveryWindowInDays: aws.Int64(6)}), Code: "InvalidParameterException", Message: "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."},
		{Name: "list: filter", Call: list(sdk.ListSecretsInput{Filters: []types.Filter{{Key: "colour", Values: []string{"x"}}}}), Code: "ValidationException", Message: "enum"},
		{Name: "list: no value", Call: list(sdk.ListSecretsInput{Filters: []types.Filter{{Key: "name"}}}), Code: "InvalidParameterException", Message: "Invalid filter values"},
		{Name: "list: size", Call: list(sdk.ListSecretsInput{MaxResults: aws.Int32(101)}), Code: "ValidationException", Message: "'maxResults'"},
		{Name: "list: token", Call: list(sdk.ListSecretsInput{NextToken: text("x")}), Code: "InvalidNextTokenException", Message: "NextToken"},
		{Name: "list: order", Call: list(sdk.ListSecretsInput{SortOrder: "up"}), Code: "ValidationException", Message: "'sortOrder'"},
		{Name: "list: sort", Call: list(sdk.ListSecretsInput{SortBy: "size"}), Code: "ValidationException", Message: "'sortBy'"},
		{Name: "batch: neither", Call: func() error {
			_, err := r.api.BatchGetSecretValue(t.Context(), &sdk.BatchGetSecretValueInput{})
			return err
		}, Code: "InvalidParameterException", Message: "Either 'SecretIdList' or 'Filters' must be provided, but not both."},
		{Name: "stop replication", Call: func() error {
			_, err := r.api.StopReplicationToReplica(t.Context(), &sdk.StopReplicationToReplicaInput{SecretId: r.id})
			return err
		}, Code: "InvalidRequestException", Message: "not a replica"},
		{Name: "remove region", Call: func() error {
			_, err := r.api.RemoveRegionsFromReplication(t.Context(), &sdk.RemoveRegionsFromReplicationInput{SecretId: r.id, RemoveReplicaRegions: []string{"us-west-2"}})
			return err
		}, Code: "InvalidParameterException", Message: "not replicated to us-west-2"},
		{Name: "not modelled", Call: func() error {
			_, err := r.api.PutResourcePolicy(t.Context(), &sdk.PutResourcePolicyInput{SecretId: r.id, ResourcePolicy: text("{}")})
			return err
		}, Code: "UnknownOperationException", Message: "does not model PutResourcePolicy"},
	})
}

// TestRawRequests are what the SDK never sends.
func TestRawRequests(t *testing.T) {
	s := start(t, Options{Rotate: func(context.Context, string, []byte) error { return nil }})
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	must[string](t)(s.Put(t.Context(), Secret{Name: "s"}))
	for _, test := range []struct{ operation, body, code, message string }{
		{"CreateSecret", `{"Name":"x","SecretString":"y"}`, "InvalidRequestException", "You must provide a ClientRequestToken value. We recommend a UUID-type value."},
		{"UpdateSecret", `{"SecretId":"s","SecretString":"y"}`, "InvalidRequestException", "You must provide a ClientRequestToken value."},
		{"PutSecretValue", `{"SecretId":"s","SecretString":"y"}`, "InvalidRequestException", "You must provide a ClientRequestToken value."},
		{"RotateSecret", `{"SecretId":"s"}`, "InvalidParameterException", "You must provide a ClientRequestToken value."},
		{"CreateSecret", `{}`, "ValidationException", "Value null at 'name'"},
		{"DescribeSecret", `{}`, "ValidationException", "Value null at 'secretId' failed to satisfy constraint: Member must not be null"},
		{"TagResource", `{"SecretId":"s"}`, "ValidationException", "'tags'"},
		{"UntagResource", `{"SecretId":"s"}`, "ValidationException", "'tagKeys'"},
		{"ReplicateSecretToRegions", `{"SecretId":"s"}`, "ValidationException", "'addReplicaRegions'"},
		{"GetSecretValue", `{"SecretId":7}`, "SerializationException", "NUMBER"},
	} {
		request := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader(test.body)))
		request.Header.Set("X-Amz-Target", "secretsmanager."+test.operation)
		response := must[*http.Response](t)(server.Client().Do(request))
		body := must[[]byte](t)(io.ReadAll(response.Body))
		_ = response.Body.Close()
		want := fmt.Sprintf(`"__type":%q`, test.code)
		if response.StatusCode != 400 || !strings.Contains(string(body), want) || !strings.Contains(string(body), `"Message":"`) || !strings.Contains(string(body), test.message) {
			t.Errorf("%s %s: %d %s, want %s %s", test.operation, test.body, response.StatusCode, body, test.code, test.message)
		}
	}
}

// TestVersionLimit: a hundred versions of one day are all kept, and there is no room for more; older ones make room.
func TestVersionLimit(t *testing.T) {
	c := &clock{}
	s := start(t, Options{Now: c.now})
	arn := must[string](t)(s.Put(t.Context(), Secret{Name: "s"}))
	put := func(i int) error {
		_, err := s.PutValue(t.Context(), arn, Value{String: fmt.Sprint("value ", i)})
		return err
	}
	for i := range versions.Limit {
		if err := put(i); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, "one more", put(versions.Limit), "LimitExceededException", "100 versions")
	c.jump(25 * time.Hour)
	if err := put(versions.Limit); err != nil {
		t.Errorf("a day later: %v", err)
	}
	found := must[*record](t)(s.find(arn))
	if len(found.Versions) != versions.Limit || *found.Versions[0].Value.String != "value 1" {
		t.Errorf("%d versions are left, the oldest %s", len(found.Versions), *found.Versions[0].Value.String)
	}
}

func TestNewNeedsRegionAndAccount(t *testing.T) {
	if _, err := New(Options{Region: "us-east-1"}); err == nil {
		t.Error("no account and no error")
	}
}
