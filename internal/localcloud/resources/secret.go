package resources

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"
	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
)

// Secrets is the Secrets Manager API of a Region: *secretsmanager.Client.
type Secrets interface {
	DescribeSecret(context.Context, *secretsmanager.DescribeSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error)
	GetRandomPassword(context.Context, *secretsmanager.GetRandomPasswordInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetRandomPasswordOutput, error)
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// secret handles aws_secretsmanager_secret. The service, which keeps its secrets over runs, gives the ARN.
func (c *Cloud) secret() handler {
	made := c.regional()
	made.put = func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
		if err := c.send(ctx, full.with(map[string]cty.Value{"arn": cty.NullVal(cty.String), "id": cty.NullVal(cty.String)}), r); err != nil {
			return full, err
		}
		client, err := c.options.Secrets(r.Region)
		if err != nil {
			return full, fmt.Errorf("reach Secrets Manager in %s: %w", r.Region, err)
		}
		described, err := client.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: aws.String(full.text("name"))})
		if err != nil {
			return full, fmt.Errorf("describe secret %s: %w", full.text("name"), err)
		}
		arn := cty.StringVal(aws.ToString(described.ARN))
		return full.with(map[string]cty.Value{"arn": arn, "id": arn}), nil
	}
	return made
}

// secretValue is a version as it was first put. Ephemeral values are new at every run: one that is put again because of
// something else must not change the secret.
type secretValue struct {
	id    string
	value cty.Value
}

// secretVersion handles aws_secretsmanager_secret_version. The version's id makes putting it again harmless.
func (c *Cloud) secretVersion() handler {
	return handler{cloud: c,
		put: func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
			if err := refuse(full.object, "secret_binary"); err != nil {
				return full, err
			}
			stays := r.Prior != cty.NilVal && len(changed(object{r.Prior}, full.object, "secret_string", "secret_string_wo_version")) == 0
			version := c.version(key(r), stays, full.get("secret_string_wo"))
			full = full.with(map[string]cty.Value{"version_id": cty.StringVal(version.id), "has_secret_string_wo": cty.BoolVal(!version.value.IsNull()),
				"id": cty.StringVal(full.text("secret_id") + "|" + version.id), "version_stages": cty.SetVal([]cty.Value{cty.StringVal("AWSCURRENT")})})
			full = full.replaced("secret_string_wo", version.value)
			return full, c.send(ctx, full, r)
		},
		delete: func(ctx context.Context, _ object, r apply.Resource) error {
			c.mutex.Lock()
			delete(c.secrets, key(r))
			c.mutex.Unlock()
			return c.withdraw(ctx, r)
		},
	}
}

func (c *Cloud) version(of string, stays bool, value cty.Value) secretValue {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	known, exists := c.secrets[of]
	if !exists || !stays {
		known = secretValue{id: uuid.NewString(), value: value}
		c.secrets[of] = known
	}
	return known
}

// randomPassword reads aws_secretsmanager_random_password.
func (c *Cloud) randomPassword(ctx context.Context, r apply.Resource) (map[string]cty.Value, error) {
	client, err := c.options.Secrets(r.Region)
	if err != nil {
		return nil, fmt.Errorf("reach Secrets Manager in %s: %w", r.Region, err)
	}
	asked := object{r.Config}
	input := &secretsmanager.GetRandomPasswordInput{ExcludeCharacters: optional(asked.text("exclude_characters")),
		ExcludeLowercase: aws.Bool(asked.yes("exclude_lowercase")), ExcludeUppercase: aws.Bool(asked.yes("exclude_uppercase")),
		ExcludeNumbers: aws.Bool(asked.yes("exclude_numbers")), ExcludePunctuation: aws.Bool(asked.yes("exclude_punctuation")),
		IncludeSpace: aws.Bool(asked.yes("include_space"))}
	if length := asked.number("password_length"); length > 0 {
		input.PasswordLength = aws.Int64(int64(length))
	}
	if asked.set("require_each_included_type") {
		input.RequireEachIncludedType = aws.Bool(asked.yes("require_each_included_type"))
	}
	answer, err := client.GetRandomPassword(ctx, input)
	if err != nil {
		return nil, fmt.Errorf("get a random password in %s: %w", r.Region, err)
	}
	return map[string]cty.Value{"random_password": cty.StringVal(aws.ToString(answer.RandomPassword))}, nil
}

// secretVersionValue reads the ephemeral aws_secretsmanager_secret_version.
func (c *Cloud) secretVersionValue(ctx context.Context, r apply.Resource) (map[string]cty.Value, error) {
	client, err := c.options.Secrets(r.Region)
	if err != nil {
		return nil, fmt.Errorf("reach Secrets Manager in %s: %w", r.Region, err)
	}
	asked := object{r.Config}
	answer, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(asked.text("secret_id")),
		VersionId: optional(asked.text("version_id")), VersionStage: optional(asked.text("version_stage"))})
	if err != nil {
		return nil, fmt.Errorf("get the value of secret %s: %w", asked.text("secret_id"), err)
	}
	found := map[string]cty.Value{"arn": cty.StringVal(aws.ToString(answer.ARN)), "version_id": cty.StringVal(aws.ToString(answer.VersionId)),
		"secret_string": cty.NullVal(cty.String), "version_stage": cty.StringVal("AWSCURRENT"), "version_stages": cty.ListValEmpty(cty.String)}
	if answer.SecretString != nil {
		found["secret_string"] = cty.StringVal(*answer.SecretString)
	}
	if answer.CreatedDate != nil {
		found["created_date"] = cty.StringVal(answer.CreatedDate.UTC().Format("2006-01-02T15:04:05Z"))
	}
	var stages []cty.Value
	for _, stage := range answer.VersionStages {
		stages = append(stages, cty.StringVal(stage))
	}
	if len(stages) > 0 {
		found["version_stages"], found["version_stage"] = cty.ListVal(stages), stages[0]
	}
	return found, nil
}
