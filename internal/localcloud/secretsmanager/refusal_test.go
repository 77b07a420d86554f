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

	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

// TestRefusals: every wrong request gets the documented error, and changes nothing.
func TestRefusals(t *testing.T) {
	s := start(t, Options{Rotate: func(context.Context, string, []byte) error { return nil }})
	api := client(t, s)
	arn := create(t, api, "s", "zero")
	id := text("s")
	current := must[*sdk.GetSecretValueOutput](t)(api.GetSecretValue(t.Context(), &sdk.GetSecretValueInput{SecretId: id})).VersionId
	other := must[*sdk.PutSecretValueOutput](t)(api.PutSecretValue(t.Context(), &sdk.PutSecretValueInput{SecretId: id, SecretString: text("p"), VersionStages: []string{"mine"}})).VersionId
	nobody := text("00000000-0000-0000-0000-000000000000")
	before := must[*record](t)(s.find("s"))
	long := strings.Repeat("x", 65537)
	label := func(stage string, to, from *string) func() error {
		return func() error {
			_, err := api.UpdateSecretVersionStage(t.Context(), &sdk.UpdateSecretVersionStageInput{SecretId: id, VersionStage: &stage, MoveToVersionId: to, RemoveFromVersionId: from})
			return err
		}
	}
	get := func(in sdk.GetSecretValueInput) func() error {
		return func() error { _, err := api.GetSecretValue(t.Context(), &in); return err }
	}
	put := func(in sdk.PutSecretValueInput) func() error {
		return func() error { _, err := api.PutSecretValue(t.Context(), &in); return err }
	}
	create := func(in sdk.CreateSecretInput) func() error {
		return func() error { _, err := api.CreateSecret(t.Context(), &in); return err }
	}
	random := func(in sdk.GetRandomPasswordInput) func() error {
		return func() error { _, err := api.GetRandomPassword(t.Context(), &in); return err }
	}
	rotate := func(in sdk.RotateSecretInput) func() error {
		return func() error { in.SecretId = id; _, err := api.RotateSecret(t.Context(), &in); return err }
	}
	rules := func(rules types.RotationRulesType) func() error {
		return rotate(sdk.RotateSecretInput{RotationLambdaARN: text(function), RotationRules: &rules})
	}
	remove := func(in sdk.DeleteSecretInput) func() error {
		return func() error { in.SecretId = id; _, err := api.DeleteSecret(t.Context(), &in); return err }
	}
	list := func(in sdk.ListSecretsInput) func() error {
		return func() error { _, err := api.ListSecrets(t.Context(), &in); return err }
	}
	for _, test := range []struct {
		name          string
		call          func() error
		code, message string
	}{
		{"get: unknown name", get(sdk.GetSecretValueInput{SecretId: text("nobody")}), "ResourceNotFoundException", "Secrets Manager can't find the specified secret."},
		{"get: another Region", get(sdk.GetSecretValueInput{SecretId: text(inRegion(arn, "us-west-2"))}), "ResourceNotFoundException", "find the specified secret."},
		{"get: another suffix", get(sdk.GetSecretValueInput{SecretId: text(arn[:len(arn)-1] + "_")}), "ResourceNotFoundException", "find the specified secret."},
		{"get: long id", get(sdk.GetSecretValueInput{SecretId: text(long)}), "ValidationException", "'secretId' failed"},
		{"get: unknown label", get(sdk.GetSecretValueInput{SecretId: id, VersionStage: text("x")}), "ResourceNotFoundException", "value for staging label: x"},
		{"get: unknown version", get(sdk.GetSecretValueInput{SecretId: id, VersionId: nobody}), "ResourceNotFoundException", "value for VersionId: " + *nobody},
		{"get: label of another", get(sdk.GetSecretValueInput{SecretId: id, VersionId: other, VersionStage: text("AWSCURRENT")}), "InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId."},
		{"create: exists", create(sdk.CreateSecretInput{Name: id}), "ResourceExistsException", "The operation failed because the secret s already exists."},
		{"create: name", create(sdk.CreateSecretInput{Name: text("a b")}), "ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"},
		{"create: long name", create(sdk.CreateSecretInput{Name: text(long[:513])}), "ValidationException", "less than or equal to 512"},
		{"create: both values", create(sdk.CreateSecretInput{Name: text("n"), SecretString: text("a"), SecretBinary: []byte("a")}), "InvalidParameterException", "You can't specify both a binary secret value and a string secret value"},
		{"create: token", create(sdk.CreateSecretInput{Name: text("n"), ClientRequestToken: text("short")}), "InvalidParameterException", "ClientRequestToken must be 32-64 characters long."},
		{"create: description", create(sdk.CreateSecretInput{Name: text("n"), Description: text(long)}), "ValidationException", "'description' failed"},
		{"create: tag", create(sdk.CreateSecretInput{Name: text("n"), Tags: []types.Tag{{Key: text("aws:x")}}}), "InvalidParameterException", "reserved"},
		{"create: long tag", create(sdk.CreateSecretInput{Name: text("n"), Tags: []types.Tag{{Key: text("x"), Value: text(long)}}}), "ValidationException", "'tags.member.value'"},
		{"create: region", create(sdk.CreateSecretInput{Name: text("n"), AddReplicaRegions: []types.ReplicaRegionType{{Region: text("mars")}}}), "InvalidParameterException", `Invalid replica region: "mars"`},
		{"create: own region", create(sdk.CreateSecretInput{Name: text("n"), AddReplicaRegions: []types.ReplicaRegionType{{Region: text("us-east-1")}}}), "InvalidParameterException", "Invalid replica region"},
		{"create: no link", create(sdk.CreateSecretInput{Name: text("n"), AddReplicaRegions: []types.ReplicaRegionType{{Region: text("us-west-2")}}}), "InvalidParameterException", "no link to us-west-2"},
		{"create: type", create(sdk.CreateSecretInput{Name: text("n"), Type: text("x")}), "InvalidParameterException", "not modelled"},
		{"put: no value", put(sdk.PutSecretValueInput{SecretId: id}), "InvalidRequestException", "You must provide either SecretString or SecretBinary."},
		{"put: empty value", put(sdk.PutSecretValueInput{SecretId: id, SecretString: text("")}), "ValidationException", "'secretString'"},
		{"put: large value", put(sdk.PutSecretValueInput{SecretId: id, SecretString: &long}), "ValidationException", "'secretString'"},
		{"put: large bytes", put(sdk.PutSecretValueInput{SecretId: id, SecretBinary: []byte(long)}), "ValidationException", "'secretBinary'"},
		{"put: empty label", put(sdk.PutSecretValueInput{SecretId: id, SecretString: text("x"), VersionStages: []string{""}}), "ValidationException", "'versionStage'"},
		{"put: many labels", put(sdk.PutSecretValueInput{SecretId: id, SecretString: text("x"), VersionStages: strings.Split(long[:21], "")}), "ValidationException", "'versionStages'"},
		{"put: labels of all versions", put(sdk.PutSecretValueInput{SecretId: id, SecretString: text("x"), VersionStages: strings.Split("abcdefghijklmnopqrst", "")}), "LimitExceededException", "20 staging labels"},
		{"put: rotation token", put(sdk.PutSecretValueInput{SecretId: id, SecretString: text("x"), RotationToken: nobody}), "InvalidParameterException", "RotationToken"},
		{"label: from nowhere", label("AWSCURRENT", other, nil), "InvalidParameterException", "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version " + *current + ", so you must explicitly reference that version in RemoveFromVersionId."},
		{"label: from elsewhere", label("AWSCURRENT", other, other), "InvalidParameterException", "not attached to version " + *other},
		{"label: from nobody", label("AWSCURRENT", other, nobody), "ResourceNotFoundException", "can't find the specified secret version"},
		{"label: to nobody", label("AWSCURRENT", nobody, current), "ResourceNotFoundException", "can't find the specified secret version"},
		{"label: of nobody", label("x", other, current), "InvalidParameterException", "x is not attached"},
		{"label: neither", label("mine", nil, nil), "InvalidParameterException", "You must specify"},
		{"label: current removed", label("AWSCURRENT", nil, current), "InvalidParameterException", "You can't remove the staging label AWSCURRENT"},
		{"label: long", label(long[:257], other, nil), "ValidationException", "'versionStage'"},
		{"random: zero", random(sdk.GetRandomPasswordInput{PasswordLength: aws.Int64(0)}), "ValidationException", "greater than or equal to 1"},
		{"random: long", random(sdk.GetRandomPasswordInput{PasswordLength: aws.Int64(4097)}), "ValidationException", "1 validation error detected: Value '4097' at 'passwordLength' failed to satisfy constraint: Member must have value less than or equal to 4096"},
		{"random: short", random(sdk.GetRandomPasswordInput{PasswordLength: aws.Int64(3)}), "InvalidParameterException", "Password length is too short based on the required types."},
		{"random: type", random(sdk.GetRandomPasswordInput{ExcludeCharacters: text("0123456789")}), "InvalidParameterException", "All characters of the desired type have been excluded."},
		{"random: excluded", random(sdk.GetRandomPasswordInput{ExcludeCharacters: &long}), "ValidationException", "'excludeCharacters'"},
		{"rotate: no function", rotate(sdk.RotateSecretInput{}), "InvalidRequestException", "No Lambda rotation function ARN is associated with this secret."},
		{"rotate: function", rotate(sdk.RotateSecretInput{RotationLambdaARN: text("rotation")}), "InvalidParameterException", "RotationLambdaARN"},
		{"rotate: token", rotate(sdk.RotateSecretInput{ClientRequestToken: text("t")}), "InvalidParameterException", "32-64 characters"},
		{"rotate: both", rules(types.RotationRulesType{AutomaticallyAfterDays: aws.Int64(1), ScheduleExpression: text("rate(1 day)")}), "InvalidParameterException", "both"},
		{"rotate: days", rules(types.RotationRulesType{AutomaticallyAfterDays: aws.Int64(1001)}), "InvalidParameterException", "RotationRules.AutomaticallyAfterDays must be within 1-1000."},
		{"rotate: minutes", rules(types.RotationRulesType{ScheduleExpression: text("rate(300 minutes)")}), "InvalidParameterException", "hours or days"},
		{"rotate: often", rules(types.RotationRulesType{ScheduleExpression: text("rate(3 hours)")}), "InvalidParameterException", "every 4 hours"},
		{"rotate: seldom", rules(types.RotationRulesType{ScheduleExpression: text("rate(1001 days)")}), "InvalidParameterException", "1000 days"},
		{"rotate: cron", rules(types.RotationRulesType{ScheduleExpression: text("cron(0 8 * * * *)")}), "InvalidParameterException", "must be ?"},
		{"rotate: minute of cron", rules(types.RotationRulesType{ScheduleExpression: text("cron(5 8 * * ? *)")}), "InvalidParameterException", "minutes are 0"},
		{"rotate: duration", rules(types.RotationRulesType{AutomaticallyAfterDays: aws.Int64(1), Duration: text("30m")}), "InvalidParameterException", "Duration"},
		{"rotate: window", rules(types.RotationRulesType{ScheduleExpression: text("rate(4 hours)"), Duration: text("5h")}), "InvalidParameterException", "next one"},
		{"cancel: not rotating", func() error {
			_, err := api.CancelRotateSecret(t.Context(), &sdk.CancelRotateSecretInput{SecretId: id})
			return err
		}, "InvalidRequestException", "isn't configured"},
		{"delete: both", remove(sdk.DeleteSecretInput{ForceDeleteWithoutRecovery: aws.Bool(true), RecoveryWindowInDays: aws.Int64(7)}), "InvalidParameterException", "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."},
		{"delete: window", remove(sdk.DeleteSecretInput{RecoveryWindowInDays: aws.Int64(6)}), "InvalidParameterException", "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."},
		{"list: filter", list(sdk.ListSecretsInput{Filters: []types.Filter{{Key: "colour", Values: []string{"x"}}}}), "ValidationException", "enum"},
		{"list: no value", list(sdk.ListSecretsInput{Filters: []types.Filter{{Key: "name"}}}), "InvalidParameterException", "Invalid filter values"},
		{"list: size", list(sdk.ListSecretsInput{MaxResults: aws.Int32(101)}), "ValidationException", "'maxResults'"},
		{"list: token", list(sdk.ListSecretsInput{NextToken: text("x")}), "InvalidNextTokenException", "NextToken"},
		{"list: order", list(sdk.ListSecretsInput{SortOrder: "up"}), "ValidationException", "'sortOrder'"},
		{"list: sort", list(sdk.ListSecretsInput{SortBy: "size"}), "ValidationException", "'sortBy'"},
		{"batch: neither", func() error {
			_, err := api.BatchGetSecretValue(t.Context(), &sdk.BatchGetSecretValueInput{})
			return err
		}, "InvalidParameterException", "Either 'SecretIdList' or 'Filters' must be provided, but not both."},
		{"stop replication", func() error {
			_, err := api.StopReplicationToReplica(t.Context(), &sdk.StopReplicationToReplicaInput{SecretId: id})
			return err
		}, "InvalidRequestException", "not a replica"},
		{"remove region", func() error {
			_, err := api.RemoveRegionsFromReplication(t.Context(), &sdk.RemoveRegionsFromReplicationInput{SecretId: id, RemoveReplicaRegions: []string{"us-west-2"}})
			return err
		}, "InvalidParameterException", "not replicated to us-west-2"},
		{"not modelled", func() error {
			_, err := api.PutResourcePolicy(t.Context(), &sdk.PutResourcePolicyInput{SecretId: id, ResourcePolicy: text("{}")})
			return err
		}, "UnknownOperationException", "does not model PutResourcePolicy"},
	} {
		refused(t, test.name, test.call(), test.code, test.message)
	}
	if after := must[*record](t)(s.find("s")); after.Sequence != before.Sequence {
		t.Errorf("a refused request changed the secret: %+v", after)
	}
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
