package secretsmanager

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestCreateAndRead(t *testing.T) {
	api := client(t, start(t, Options{}))
	ctx := t.Context()
	made, err := api.CreateSecret(ctx, &sdk.CreateSecretInput{
		Name: text("payment/app-creds"), Description: text("for payments"), KmsKeyId: text("alias/payments"), SecretString: text("one"),
		ClientRequestToken: text("11111111-1111-1111-1111-111111111111"), Tags: []types.Tag{{Key: text("Name"), Value: text("creds")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^arn:aws:secretsmanager:us-east-1:123456789012:secret:payment/app-creds-[A-Za-z0-9]{6}$`).MatchString(*made.ARN) {
		t.Errorf("ARN %s", *made.ARN)
	}
	partial := (*made.ARN)[:len(*made.ARN)-7]
	for _, id := range []string{"payment/app-creds", *made.ARN, partial} {
		got, err := api.GetSecretValue(ctx, &sdk.GetSecretValueInput{SecretId: &id})
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if *got.ARN != *made.ARN || *got.Name != "payment/app-creds" || *got.SecretString != "one" || *got.VersionId != *made.VersionId ||
			!slices.Equal(got.VersionStages, []string{"AWSCURRENT"}) || time.Since(*got.CreatedDate).Abs() > time.Minute {
			t.Errorf("%s: %+v", id, got)
		}
	}
	described, err := api.DescribeSecret(ctx, &sdk.DescribeSecretInput{SecretId: &partial})
	if err != nil {
		t.Fatal(err)
	}
	want := &sdk.DescribeSecretOutput{
		ARN: made.ARN, Name: text("payment/app-creds"), Description: text("for payments"), KmsKeyId: text("alias/payments"),
		Tags:               []types.Tag{{Key: text("Name"), Value: text("creds")}},
		VersionIdsToStages: map[string][]string{*made.VersionId: {"AWSCURRENT"}},
	}
	ignored := cmp.Options{
		cmpopts.IgnoreFields(sdk.DescribeSecretOutput{}, "CreatedDate", "LastChangedDate", "LastAccessedDate", "ResultMetadata"),
		cmpopts.IgnoreUnexported(sdk.DescribeSecretOutput{}, types.Tag{}),
	}
	if diff := cmp.Diff(want, described, ignored); diff != "" {
		t.Error(diff)
	}
	if accessed := described.LastAccessedDate; accessed == nil || !accessed.Equal(day(time.Now())) {
		t.Errorf("last accessed %v, want the day", accessed)
	}
	// The same request again, as an SDK's retry, is the same secret.
	again, err := api.CreateSecret(ctx, &sdk.CreateSecretInput{Name: made.Name, SecretString: text("one"), ClientRequestToken: made.VersionId})
	if err != nil || *again.ARN != *made.ARN {
		t.Errorf("the same request again: %v, %v", again, err)
	}
}

func TestSecretWithoutValue(t *testing.T) {
	api := client(t, start(t, Options{}))
	made, err := api.CreateSecret(t.Context(), &sdk.CreateSecretInput{Name: text("empty")})
	if err != nil || made.VersionId != nil {
		t.Fatalf("%+v, %v", made, err)
	}
	described := must[*sdk.DescribeSecretOutput](t)(api.DescribeSecret(t.Context(), &sdk.DescribeSecretInput{SecretId: made.ARN}))
	if described.VersionIdsToStages != nil || described.LastAccessedDate != nil || described.RotationEnabled != nil || described.PrimaryRegion != nil {
		t.Errorf("%+v", described)
	}
	_, err = api.GetSecretValue(t.Context(), &sdk.GetSecretValueInput{SecretId: made.ARN})
	refused(t, "no value", err, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT")
	// The first version is current, whatever labels it is given.
	put := must[*sdk.PutSecretValueOutput](t)(api.PutSecretValue(t.Context(), &sdk.PutSecretValueInput{
		SecretId: made.ARN, SecretString: text("one"), VersionStages: []string{"mine"},
	}))
	if !slices.Equal(put.VersionStages, []string{"AWSCURRENT", "mine"}) {
		t.Errorf("labels %v", put.VersionStages)
	}
}

// TestStagesMove follows labels through puts and moves, as AWS moves them.
func TestStagesMove(t *testing.T) {
	s := start(t, Options{})
	api := client(t, s)
	arn := create(t, api, "s", "zero")
	names := map[string]string{}
	put := func(value string, stages ...string) string {
		t.Helper()
		out := must[*sdk.PutSecretValueOutput](t)(api.PutSecretValue(t.Context(), &sdk.PutSecretValueInput{SecretId: &arn, SecretString: &value, VersionStages: stages}))
		names[*out.VersionId] = value
		return *out.VersionId
	}
	check := func(moment, want string) {
		t.Helper()
		described := must[*sdk.DescribeSecretOutput](t)(api.DescribeSecret(t.Context(), &sdk.DescribeSecretInput{SecretId: &arn}))
		var got []string
		for id, stages := range described.VersionIdsToStages {
			name := names[id]
			if name == "" {
				name = "zero"
			}
			got = append(got, name+"="+strings.Join(stages, "+"))
		}
		slices.Sort(got)
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s: %s, want %s", moment, text, want)
		}
	}
	one := put("one")
	check("a put", "one=AWSCURRENT zero=AWSPREVIOUS")
	two := put("two", "AWSPENDING")
	check("a pending put", "one=AWSCURRENT two=AWSPENDING zero=AWSPREVIOUS")
	if got := value(t, s, arn, "AWSPENDING") + value(t, s, arn, "") + value(t, s, arn, "AWSPREVIOUS"); got != "twoonezero" {
		t.Errorf("values %s", got)
	}
	must[*sdk.UpdateSecretVersionStageOutput](t)(api.UpdateSecretVersionStage(t.Context(), &sdk.UpdateSecretVersionStageInput{
		SecretId: &arn, VersionStage: text("AWSCURRENT"), MoveToVersionId: &two, RemoveFromVersionId: &one}))
	check("a rotation's end", "one=AWSPREVIOUS two=AWSCURRENT+AWSPENDING")
	must[*sdk.UpdateSecretVersionStageOutput](t)(api.UpdateSecretVersionStage(t.Context(), &sdk.UpdateSecretVersionStageInput{
		SecretId: &arn, VersionStage: text("AWSPENDING"), RemoveFromVersionId: &two}))
	check("a removal", "one=AWSPREVIOUS two=AWSCURRENT")
	three := put("three", "a", "b")
	check("own labels", "one=AWSPREVIOUS three=a+b two=AWSCURRENT")
	put("four", "a", "b", "c")
	check("labels taken away", "four=a+b+c one=AWSPREVIOUS two=AWSCURRENT")
	updated := must[*sdk.UpdateSecretOutput](t)(api.UpdateSecret(t.Context(), &sdk.UpdateSecretInput{SecretId: &arn, SecretBinary: []byte("five")}))
	names[*updated.VersionId] = "five"
	check("an update", "five=AWSCURRENT four=a+b+c two=AWSPREVIOUS")
	got := must[*sdk.GetSecretValueOutput](t)(api.GetSecretValue(t.Context(), &sdk.GetSecretValueInput{SecretId: &arn, VersionId: updated.VersionId, VersionStage: text("AWSCURRENT")}))
	if string(got.SecretBinary) != "five" || got.SecretString != nil {
		t.Errorf("%+v", got)
	}
	listed := func(deprecated bool) (ids []string) {
		pages := sdk.NewListSecretVersionIdsPaginator(api, &sdk.ListSecretVersionIdsInput{SecretId: &arn, IncludeDeprecated: &deprecated, MaxResults: aws.Int32(2)})
		for pages.HasMorePages() {
			for _, one := range must[*sdk.ListSecretVersionIdsOutput](t)(pages.NextPage(t.Context())).Versions {
				if !slices.Equal(one.KmsKeyIds, []string{"DefaultEncryptionKey"}) {
					t.Errorf("keys %v", one.KmsKeyIds)
				}
				ids = append(ids, *one.VersionId)
			}
		}
		return ids
	}
	if labelled, all := listed(false), listed(true); len(labelled) != 3 || len(all) != 6 || slices.Contains(labelled, three) || !slices.Contains(all, three) {
		t.Errorf("%d versions with labels and %d together, want 3 and 6", len(labelled), len(all))
	}
}

func TestPutIsIdempotent(t *testing.T) {
	s := start(t, Options{})
	api := client(t, s)
	arn := create(t, api, "s", "zero")
	token := text("22222222-2222-2222-2222-222222222222")
	put := func(value string) error {
		_, err := api.PutSecretValue(t.Context(), &sdk.PutSecretValueInput{SecretId: &arn, SecretString: &value, ClientRequestToken: token})
		return err
	}
	if err := put("one"); err != nil {
		t.Fatal(err)
	}
	must[string](t)(s.PutValue(t.Context(), arn, Value{String: "two"}))
	if err := put("one"); err != nil {
		t.Errorf("the same put again: %v", err)
	}
	if got := value(t, s, arn, ""); got != "two" {
		t.Errorf("the same put again moved AWSCURRENT to %s", got)
	}
	refused(t, "another value", put("other"), "ResourceExistsException", "You can't use ClientRequestToken "+*token+" because that value is already in use for a version of secret "+arn)
	_, err := api.UpdateSecret(t.Context(), &sdk.UpdateSecretInput{SecretId: &arn, SecretString: text("one"), ClientRequestToken: token})
	refused(t, "an update with a known token", err, "ResourceExistsException", "already in use")
}

func TestDeleteAndRestore(t *testing.T) {
	api := client(t, start(t, Options{}))
	ctx := t.Context()
	arn := create(t, api, "s", "zero")
	deleted := must[*sdk.DeleteSecretOutput](t)(api.DeleteSecret(ctx, &sdk.DeleteSecretInput{SecretId: text("s"), RecoveryWindowInDays: aws.Int64(7)}))
	if until := time.Until(*deleted.DeletionDate); *deleted.ARN != arn || (until-7*24*time.Hour).Abs() > time.Minute {
		t.Errorf("%+v", deleted)
	}
	marked := "You can't perform this operation on the secret because it was marked for deletion."
	_, err := api.GetSecretValue(ctx, &sdk.GetSecretValueInput{SecretId: &arn})
	refused(t, "get", err, "InvalidRequestException", marked)
	_, err = api.PutSecretValue(ctx, &sdk.PutSecretValueInput{SecretId: &arn, SecretString: text("x")})
	refused(t, "put", err, "InvalidRequestException", marked)
	_, err = api.RotateSecret(ctx, &sdk.RotateSecretInput{SecretId: &arn})
	refused(t, "rotate without a function", err, "AccessDeniedException", "cannot invoke")
	_, err = api.DeleteSecret(ctx, &sdk.DeleteSecretInput{SecretId: &arn})
	refused(t, "delete", err, "InvalidRequestException", marked)
	_, err = api.CreateSecret(ctx, &sdk.CreateSecretInput{Name: text("s")})
	refused(t, "create", err, "InvalidRequestException", "You can't create this secret because a secret with this name is already scheduled for deletion.")
	if list := must[*sdk.ListSecretsOutput](t)(api.ListSecrets(ctx, &sdk.ListSecretsInput{})); len(list.SecretList) != 0 {
		t.Error("a deleted secret is listed")
	}
	list := must[*sdk.ListSecretsOutput](t)(api.ListSecrets(ctx, &sdk.ListSecretsInput{IncludePlannedDeletion: aws.Bool(true)}))
	if len(list.SecretList) != 1 || list.SecretList[0].DeletedDate == nil {
		t.Errorf("planned deletions: %+v", list.SecretList)
	}
	described := must[*sdk.DescribeSecretOutput](t)(api.DescribeSecret(ctx, &sdk.DescribeSecretInput{SecretId: &arn}))
	if described.DeletedDate == nil {
		t.Error("no DeletedDate")
	}
	must[*sdk.RestoreSecretOutput](t)(api.RestoreSecret(ctx, &sdk.RestoreSecretInput{SecretId: &arn}))
	must[*sdk.GetSecretValueOutput](t)(api.GetSecretValue(ctx, &sdk.GetSecretValueInput{SecretId: &arn}))

	must[*sdk.DeleteSecretOutput](t)(api.DeleteSecret(ctx, &sdk.DeleteSecretInput{SecretId: &arn, ForceDeleteWithoutRecovery: aws.Bool(true)}))
	_, err = api.DescribeSecret(ctx, &sdk.DescribeSecretInput{SecretId: &arn})
	refused(t, "describe", err, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	must[*sdk.DeleteSecretOutput](t)(api.DeleteSecret(ctx, &sdk.DeleteSecretInput{SecretId: &arn, ForceDeleteWithoutRecovery: aws.Bool(true)}))
	if again := create(t, api, "s", "zero"); again == arn {
		t.Error("a secret of the same name has the same ARN")
	}
}

func TestListSecrets(t *testing.T) {
	s := start(t, Options{})
	api := client(t, s)
	for name, tags := range map[string]map[string]string{"b/one": {"team": "blue"}, "a/two": {"Team": "red"}, "b/three": nil} {
		must[string](t)(s.Put(t.Context(), Secret{Name: name, Description: "The secret " + name, Tags: tags}))
	}
	for _, test := range []struct {
		key    types.FilterNameStringType
		values []string
		want   string
	}{
		{"name", []string{"b/"}, "b/one b/three"},
		{"name", []string{"B/"}, ""},
		{"name", []string{"!b/"}, "a/two"},
		{"name", []string{"a/two", "b/t"}, "a/two b/three"},
		{"description", []string{"the SECRET a"}, "a/two"},
		{"tag-key", []string{"team"}, "b/one"},
		{"tag-value", []string{"re"}, "a/two"},
		{"all", []string{"three BLUE"}, "b/one b/three"},
		{"primary-region", []string{"us-east-1"}, ""},
		{"owning-service", []string{"rds"}, ""},
	} {
		out := must[*sdk.ListSecretsOutput](t)(api.ListSecrets(t.Context(), &sdk.ListSecretsInput{Filters: []types.Filter{{Key: test.key, Values: test.values}}}))
		var names []string
		for _, one := range out.SecretList {
			names = append(names, *one.Name)
		}
		slices.Sort(names)
		want := strings.Fields(test.want)
		slices.Sort(want)
		if !slices.Equal(names, want) {
			t.Errorf("%s %v: %v, want %v", test.key, test.values, names, want)
		}
	}
	var names []string
	pages := sdk.NewListSecretsPaginator(api, &sdk.ListSecretsInput{MaxResults: aws.Int32(2), SortBy: types.SortByTypeName, SortOrder: types.SortOrderTypeDesc})
	for pages.HasMorePages() {
		for _, one := range must[*sdk.ListSecretsOutput](t)(pages.NextPage(t.Context())).SecretList {
			names = append(names, *one.Name)
		}
	}
	if !slices.Equal(names, []string{"b/three", "b/one", "a/two"}) {
		t.Errorf("pages: %v", names)
	}
}

func TestTagsAndBatch(t *testing.T) {
	s := start(t, Options{})
	api := client(t, s)
	arn := create(t, api, "one", "1")
	create(t, api, "two", "2")
	must[*sdk.TagResourceOutput](t)(api.TagResource(t.Context(), &sdk.TagResourceInput{SecretId: &arn, Tags: []types.Tag{{Key: text("b"), Value: text("1")}, {Key: text("a"), Value: text("2")}}}))
	must[*sdk.UntagResourceOutput](t)(api.UntagResource(t.Context(), &sdk.UntagResourceInput{SecretId: &arn, TagKeys: []string{"b", "none"}}))
	described := must[*sdk.DescribeSecretOutput](t)(api.DescribeSecret(t.Context(), &sdk.DescribeSecretInput{SecretId: &arn}))
	if len(described.Tags) != 1 || *described.Tags[0].Key != "a" {
		t.Errorf("tags %+v", described.Tags)
	}
	got := must[*sdk.BatchGetSecretValueOutput](t)(api.BatchGetSecretValue(t.Context(), &sdk.BatchGetSecretValueInput{SecretIdList: []string{"one", "three", "two"}}))
	if len(got.SecretValues) != 2 || *got.SecretValues[1].SecretString != "2" || len(got.Errors) != 1 || *got.Errors[0].ErrorCode != "ResourceNotFoundException" || *got.Errors[0].SecretId != "three" {
		t.Errorf("%+v", got)
	}
	got = must[*sdk.BatchGetSecretValueOutput](t)(api.BatchGetSecretValue(t.Context(), &sdk.BatchGetSecretValueInput{Filters: []types.Filter{{Key: "name", Values: []string{"t"}}}}))
	if len(got.SecretValues) != 1 || *got.SecretValues[0].SecretString != "2" {
		t.Errorf("%+v", got)
	}
	policy := must[*sdk.GetResourcePolicyOutput](t)(api.GetResourcePolicy(t.Context(), &sdk.GetResourcePolicyInput{SecretId: &arn}))
	if policy.ResourcePolicy != nil {
		t.Errorf("policy %v", policy)
	}
}

func TestRandomPassword(t *testing.T) {
	api := client(t, start(t, Options{}))
	got := must[*sdk.GetRandomPasswordOutput](t)(api.GetRandomPassword(t.Context(), &sdk.GetRandomPasswordInput{}))
	if len(*got.RandomPassword) != 32 {
		t.Errorf("%d characters", len(*got.RandomPassword))
	}
	got = must[*sdk.GetRandomPasswordOutput](t)(api.GetRandomPassword(t.Context(), &sdk.GetRandomPasswordInput{
		PasswordLength: aws.Int64(1), RequireEachIncludedType: aws.Bool(false), ExcludeLowercase: aws.Bool(true), ExcludeUppercase: aws.Bool(true),
		ExcludePunctuation: aws.Bool(true), ExcludeCharacters: text("012345678"), IncludeSpace: aws.Bool(false),
	}))
	if *got.RandomPassword != "9" {
		t.Errorf("password %s", *got.RandomPassword)
	}
}
