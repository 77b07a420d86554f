package install

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch"
	"github.com/paymentdr/paymentdr/internal/localcloud/events"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
	"github.com/paymentdr/paymentdr/internal/localcloud/logs"
	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager"
	"github.com/paymentdr/paymentdr/internal/localcloud/sns"
)

// Functions is *lambda.Service.
type Functions interface {
	Put(function lambda.Function, archive []byte) error
	Delete(name string) error
	AddPermission(function string, permission lambda.Permission) error
	RemovePermission(function, statementID string) error
}

// Gateway is *apigateway.Gateway.
type Gateway interface {
	Configure(configuration apigateway.Configuration) error
}

// LogGroups is *logs.Service.
type LogGroups interface {
	PutGroup(group logs.Group) error
	DeleteGroup(name string) error
}

// Alarms is *cloudwatch.Service.
type Alarms interface {
	PutAlarm(alarm cloudwatch.Alarm) error
	PutComposite(alarm cloudwatch.Composite) error
	DeleteAlarm(name string) error
	PutDashboard(dashboard cloudwatch.Dashboard) error
	DeleteDashboard(name string) error
}

// Secrets is *secretsmanager.Service.
type Secrets interface {
	Put(ctx context.Context, secret secretsmanager.Secret) (string, error)
	PutValue(ctx context.Context, id string, value secretsmanager.Value) (string, error)
	PutRotation(ctx context.Context, rotation secretsmanager.Rotation) error
	DeleteRotation(ctx context.Context, id string) error
	Delete(ctx context.Context, id string) error
}

// Rules is *events.Service.
type Rules interface {
	PutRule(rule events.Rule) (string, error)
	DeleteRule(name string) error
	PutTarget(target events.Target) error
	DeleteTarget(rule, id string) error
}

// Topics is *sns.Service.
type Topics interface {
	TopicARN(name string) string
	PutTopic(topic sns.Topic) (string, error)
	DeleteTopic(arn string) error
	PutTopicPolicy(arn, document string) error
	PutSubscription(subscription sns.Subscription) (string, error)
	DeleteSubscription(arn string) error
}

// Services are those of the Region. A type whose service is nil is refused.
type Services struct {
	Functions Functions
	Gateway   Gateway
	LogGroups LogGroups
	Alarms    Alarms
	Secrets   Secrets
	Rules     Rules
	Topics    Topics
}

// decoders are the types by name.
func (s Services) decoders() map[string]func(raw []byte) (resource, error) {
	found := map[string]func(raw []byte) (resource, error){}
	if s.Functions != nil {
		newFunctions(s.Functions).register(found)
	}
	if s.Gateway != nil {
		newAPIs(s.Gateway).register(found)
	}
	if s.LogGroups != nil {
		found["aws_cloudwatch_log_group"] = logGroups{s.LogGroups}.decode
	}
	if s.Alarms != nil {
		newAlarms(s.Alarms).register(found)
	}
	if s.Secrets != nil {
		secrets{s.Secrets}.register(found)
	}
	if s.Rules != nil {
		newRules(s.Rules).register(found)
	}
	if s.Topics != nil {
		newTopics(s.Topics).register(found)
	}
	return found
}
