package stack

import (
	"fmt"

	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// alerts makes the Region's own topic: an alarm cannot act on a topic of another Region, and a topic in the other
// Region could be lost with it.
func (r region) alerts() {
	r = r.at("alerts.tf", "Where this Region's alarms go. Each Region has a topic of its own, and each address confirms each of them.")
	r.made.topic = r.topic("alerts", r.names.AlertsTopic(), r.made.operationsKey.Ref("arn"), r.account)
}

// topic is an encrypted topic that alarms of this account publish to, with its subscribers.
func (c concern) topic(name, topicName string, key, account hclgen.Expr) *hclgen.Block {
	topic := c.resource("aws_sns_topic", name, "").
		Set("name", topicName).
		Set("display_name", "Payment System Alerts").
		Set("kms_master_key_id", key).
		Set("tags", nameTag(topicName))
	c.resource("aws_sns_topic_policy", name, "Alarms of this account publish, nobody else.").
		Set("arn", topic.Ref("arn")).
		Set("policy", policy(statement{
			sid:       "AlarmsPublish",
			actions:   []string{"sns:Publish"},
			resources: []any{topic.Ref("arn")},
			principal: service("cloudwatch.amazonaws.com"),
			condition: when("StringEquals", "aws:SourceAccount", account),
		}))
	for i, address := range c.cfg.Alerts.Emails {
		c.resource("aws_sns_topic_subscription", fmt.Sprintf("%s_%d", name, i), onFirst(i, "Confirmed by a person, from the mail that AWS sends.")).
			Set("topic_arn", topic.Ref("arn")).
			Set("protocol", "email").
			Set("endpoint", address)
	}
	return topic
}
