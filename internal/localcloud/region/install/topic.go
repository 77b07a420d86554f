package install

import (
	"context"
	"errors"
	"maps"
	"strconv"

	"github.com/paymentdr/paymentdr/internal/localcloud/sns"
)

// topics knows the subscriptions of each topic, by the ARNs that the service gives them. The installer's lock guards it.
type topics struct {
	service Topics
	known   map[string]map[string]string // ARN by what a subscription says, by the topic's ARN
}

func newTopics(service Topics) *topics {
	return &topics{service: service, known: map[string]map[string]string{}}
}

func (t *topics) register(into map[string]func(raw []byte) (resource, error)) {
	into["aws_sns_topic"] = t.decodeTopic
	into["aws_sns_topic_policy"] = t.decodePolicy
	into["aws_sns_topic_subscription"] = t.decodeSubscription
}

func (t *topics) lacks(arn string) error {
	if t.known[arn] == nil {
		return needs("topic %s", arn)
	}
	return nil
}

func (t *topics) decodeTopic(raw []byte) (resource, error) {
	if err := refuse(raw, "fifo_topic", "archive_policy", "content_based_deduplication", "application_failure_feedback_role_arn",
		"application_success_feedback_role_arn", "firehose_failure_feedback_role_arn", "firehose_success_feedback_role_arn", "http_failure_feedback_role_arn",
		"http_success_feedback_role_arn", "lambda_failure_feedback_role_arn", "lambda_success_feedback_role_arn", "sqs_failure_feedback_role_arn",
		"sqs_success_feedback_role_arn"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		Name      string
		Display   string `json:"display_name"`
		Key       string `json:"kms_master_key_id"`
		Policy    string
		Delivery  string            `json:"delivery_policy"`
		Signature int               `json:"signature_version"`
		Tracing   string            `json:"tracing_config"`
		Tags      map[string]string `json:"tags_all"`
	}](raw)
	if err != nil {
		return nil, err
	}
	attributes := map[string]string{"DeliveryPolicy": written.Delivery, "TracingConfig": written.Tracing}
	if written.Signature != 0 {
		attributes["SignatureVersion"] = strconv.Itoa(written.Signature)
	}
	maps.DeleteFunc(attributes, func(_, value string) bool { return value == "" })
	topic := sns.Topic{Name: written.Name, DisplayName: written.Display, KMSKeyID: written.Key, Policy: written.Policy, Attributes: attributes, Tags: written.Tags}
	arn := t.service.TopicARN(topic.Name)
	return simple{topic.Name, func(context.Context) error {
		_, err := t.service.PutTopic(topic)
		if err == nil && t.known[arn] == nil {
			t.known[arn] = map[string]string{}
		}
		return err
	}, func(context.Context) error {
		if err := t.service.DeleteTopic(arn); err != nil {
			return err
		}
		delete(t.known, arn)
		return nil
	}}, nil
}

// onTopic is a resource that goes with its topic.
type onTopic struct {
	simple
	of    *topics
	topic string // ARN
}

func (o onTopic) lost() error { return o.of.lacks(o.topic) }

func (o onTopic) install(ctx context.Context) error {
	if err := o.lost(); err != nil {
		return err
	}
	return o.simple.install(ctx)
}

func (o onTopic) remove(ctx context.Context) error {
	if o.lost() != nil {
		return nil
	}
	return o.simple.remove(ctx)
}

func (t *topics) decodePolicy(raw []byte) (resource, error) {
	written, err := decode[struct{ ARN, Policy string }](raw)
	return onTopic{simple{written.ARN,
		func(context.Context) error { return t.service.PutTopicPolicy(written.ARN, written.Policy) },
		func(context.Context) error { return t.service.PutTopicPolicy(written.ARN, "") },
	}, t, written.ARN}, err
}

func (t *topics) decodeSubscription(raw []byte) (resource, error) {
	if err := refuse(raw, "delivery_policy", "filter_policy", "raw_message_delivery", "redrive_policy", "replay_policy", "subscription_role_arn"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		Topic    string `json:"topic_arn"`
		Protocol string
		Endpoint string
	}](raw)
	if err != nil {
		return nil, err
	}
	if written.Endpoint == "" {
		return nil, errors.New("endpoint is needed")
	}
	id := written.Topic + " " + written.Protocol + " " + written.Endpoint
	return onTopic{simple{id, func(context.Context) error {
		arn, err := t.service.PutSubscription(sns.Subscription{TopicARN: written.Topic, Protocol: written.Protocol, Endpoint: written.Endpoint})
		if err == nil {
			t.known[written.Topic][id] = arn
		}
		return err
	}, func(context.Context) error {
		arn := t.known[written.Topic][id]
		delete(t.known[written.Topic], id)
		return t.service.DeleteSubscription(arn)
	}}, t, written.Topic}, nil
}
