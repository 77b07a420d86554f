package sns

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

func TestSDKTopics(t *testing.T) {
	w := start(t, Options{})
	api, ctx := client(t, w), t.Context()
	in := &sdk.CreateTopicInput{Name: text("t"), Attributes: map[string]string{"DisplayName": "Alerts <&>"}, Tags: []types.Tag{{Key: text("a"), Value: text("1")}}}
	made := must[*sdk.CreateTopicOutput](t)(api.CreateTopic(ctx, in))
	arn := made.TopicArn
	if *arn != "arn:aws:sns:us-east-1:123456789012:t" {
		t.Errorf("ARN %s", *arn)
	}
	if again := must[*sdk.CreateTopicOutput](t)(api.CreateTopic(ctx, in)); *again.TopicArn != *arn {
		t.Errorf("again: %s", *again.TopicArn)
	}
	must[*sdk.CreateTopicOutput](t)(api.CreateTopic(ctx, &sdk.CreateTopicInput{Name: text("t")}))
	_, err := api.CreateTopic(ctx, &sdk.CreateTopicInput{Name: text("t"), Attributes: map[string]string{"DisplayName": "other"}})
	refused(t, "other attributes", err, 400, "InvalidParameter", "Invalid parameter: Attributes Reason: Topic already exists with different attributes")
	_, err = api.CreateTopic(ctx, &sdk.CreateTopicInput{Name: text("t"), Tags: []types.Tag{{Key: text("a"), Value: text("2")}}})
	refused(t, "other tags", err, 400, "InvalidParameter", "Invalid parameter: Tags Reason: Topic already exists with different tags")
	got := must[*sdk.GetTopicAttributesOutput](t)(api.GetTopicAttributes(ctx, &sdk.GetTopicAttributesInput{TopicArn: arn})).Attributes
	if got["DisplayName"] != "Alerts <&>" || got["Owner"] != "123456789012" || got["SubscriptionsPending"] != "0" || !strings.Contains(got["Policy"], "__default_policy_ID") || got["TopicArn"] != *arn || got["KmsMasterKeyId"] != "" {
		t.Errorf("attributes %v", got)
	}
	for name, value := range map[string]string{"KmsMasterKeyId": "key", "DisplayName": "", "SignatureVersion": "2", "TracingConfig": "Active", "MaximumMessageSize": "1024"} {
		must[*sdk.SetTopicAttributesOutput](t)(api.SetTopicAttributes(ctx, &sdk.SetTopicAttributesInput{TopicArn: arn, AttributeName: &name, AttributeValue: &value}))
	}
	got = must[*sdk.GetTopicAttributesOutput](t)(api.GetTopicAttributes(ctx, &sdk.GetTopicAttributesInput{TopicArn: arn})).Attributes
	if got["DisplayName"] != "" || got["KmsMasterKeyId"] != "key" || got["MaximumMessageSize"] != "1024" {
		t.Errorf("attributes %v", got)
	}
	must[*sdk.TagResourceOutput](t)(api.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{{Key: text("b"), Value: text("2")}}}))
	must[*sdk.UntagResourceOutput](t)(api.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a", "none"}}))
	tags := must[*sdk.ListTagsForResourceOutput](t)(api.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: arn})).Tags
	if len(tags) != 1 || *tags[0].Key != "b" {
		t.Errorf("tags %+v", tags)
	}
	for i := range 130 {
		must[string](t)(w.PutTopic(Topic{Name: fmt.Sprintf("many-%03d", i)}))
	}
	var names []string
	for pages := sdk.NewListTopicsPaginator(api, &sdk.ListTopicsInput{}); pages.HasMorePages(); {
		for _, one := range must[*sdk.ListTopicsOutput](t)(pages.NextPage(ctx)).Topics {
			names = append(names, *one.TopicArn)
		}
	}
	if len(names) != 131 || !slices.IsSorted(names) {
		t.Errorf("%d topics", len(names))
	}
	must[*sdk.DeleteTopicOutput](t)(api.DeleteTopic(ctx, &sdk.DeleteTopicInput{TopicArn: arn}))
	must[*sdk.DeleteTopicOutput](t)(api.DeleteTopic(ctx, &sdk.DeleteTopicInput{TopicArn: arn}))
	_, err = api.GetTopicAttributes(ctx, &sdk.GetTopicAttributesInput{TopicArn: arn})
	refused(t, "deleted", err, 404, "NotFound", "Topic does not exist")
}

func TestSDKSubscriptions(t *testing.T) {
	w := start(t, Options{})
	api, ctx := client(t, w), t.Context()
	arn := text(must[string](t)(w.PutTopic(Topic{Name: "t"})))
	in := &sdk.SubscribeInput{TopicArn: arn, Protocol: text("email"), Endpoint: text(address)}
	if out := must[*sdk.SubscribeOutput](t)(api.Subscribe(ctx, in)); *out.SubscriptionArn != "pending confirmation" {
		t.Errorf("subscribe: %s", *out.SubscriptionArn)
	}
	in.ReturnSubscriptionArn = true
	made := must[*sdk.SubscribeOutput](t)(api.Subscribe(ctx, in)).SubscriptionArn
	function := must[*sdk.SubscribeOutput](t)(api.Subscribe(ctx, &sdk.SubscribeInput{TopicArn: arn, Protocol: text("lambda"), Endpoint: text(functionARN), Attributes: map[string]string{"RawMessageDelivery": "false"}})).SubscriptionArn
	listed := func() (arns []string) {
		for _, one := range must[*sdk.ListSubscriptionsByTopicOutput](t)(api.ListSubscriptionsByTopic(ctx, &sdk.ListSubscriptionsByTopicInput{TopicArn: arn})).Subscriptions {
			arns = append(arns, *one.SubscriptionArn)
		}
		return arns
	}
	if got := listed(); !slices.Equal(got, []string{"PendingConfirmation", *function}) {
		t.Errorf("subscriptions %v", got)
	}
	pending := must[*sdk.GetSubscriptionAttributesOutput](t)(api.GetSubscriptionAttributes(ctx, &sdk.GetSubscriptionAttributesInput{SubscriptionArn: made})).Attributes
	if pending["PendingConfirmation"] != "true" || pending["Endpoint"] != address || pending["Protocol"] != "email" || pending["TopicArn"] != *arn {
		t.Errorf("attributes %v", pending)
	}
	topic := must[*sdk.GetTopicAttributesOutput](t)(api.GetTopicAttributes(ctx, &sdk.GetTopicAttributesInput{TopicArn: arn})).Attributes
	if topic["SubscriptionsPending"] != "1" || topic["SubscriptionsConfirmed"] != "1" {
		t.Errorf("attributes %v", topic)
	}
	// The person follows the mail's link.
	token := regexp.MustCompile(`Token=([0-9a-f]+)`).FindStringSubmatch(w.Messages()[0].Body)[1]
	_, err := api.ConfirmSubscription(ctx, &sdk.ConfirmSubscriptionInput{TopicArn: arn, Token: text(token + "0")})
	refused(t, "another token", err, 400, "InvalidParameter", "Invalid parameter: Token")
	confirmed := must[*sdk.ConfirmSubscriptionOutput](t)(api.ConfirmSubscription(ctx, &sdk.ConfirmSubscriptionInput{TopicArn: arn, Token: &token}))
	if *confirmed.SubscriptionArn != *made {
		t.Errorf("confirmed %s", *confirmed.SubscriptionArn)
	}
	if got := listed(); !slices.Equal(got, []string{*made, *function}) {
		t.Errorf("subscriptions %v", got)
	}
	must[*sdk.SetSubscriptionAttributesOutput](t)(api.SetSubscriptionAttributes(ctx, &sdk.SetSubscriptionAttributesInput{SubscriptionArn: made, AttributeName: text("RawMessageDelivery"), AttributeValue: text("false")}))
	must[*sdk.UnsubscribeOutput](t)(api.Unsubscribe(ctx, &sdk.UnsubscribeInput{SubscriptionArn: made}))
	all := must[*sdk.ListSubscriptionsOutput](t)(api.ListSubscriptions(ctx, &sdk.ListSubscriptionsInput{})).Subscriptions
	if len(all) != 1 || *all[0].SubscriptionArn != *function || *all[0].Owner != "123456789012" {
		t.Errorf("subscriptions %+v", all)
	}
	_, err = api.GetSubscriptionAttributes(ctx, &sdk.GetSubscriptionAttributesInput{SubscriptionArn: made})
	refused(t, "unsubscribed", err, 404, "NotFound", "Subscription does not exist")
}

func TestSDKPublishes(t *testing.T) {
	w := start(t, Options{AutoConfirm: true})
	api, ctx := client(t, w), t.Context()
	arn := text(must[string](t)(w.PutTopic(Topic{Name: "t"})))
	must[string](t)(w.PutSubscription(Subscription{TopicARN: *arn, Protocol: Email, Endpoint: address}))
	must[string](t)(w.PutSubscription(Subscription{TopicARN: *arn, Protocol: Lambda, Endpoint: functionARN}))
	one := must[*sdk.PublishOutput](t)(api.Publish(ctx, &sdk.PublishInput{
		TargetArn: arn, Subject: text("hello"), Message: text(`{"default":"d","email":"for people","email-json":1}`), MessageStructure: text("json"),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"kind": {DataType: text("String"), StringValue: text("test")}, "raw": {DataType: text("Binary"), BinaryValue: []byte{0, 255}},
		},
	}))
	mail := w.Messages()[0]
	if !strings.HasPrefix(mail.ID, *one.MessageId) || mail.Subject != "hello" || !strings.HasPrefix(mail.Body, "for people\n") {
		t.Errorf("mail %+v", mail)
	}
	batch := must[*sdk.PublishBatchOutput](t)(api.PublishBatch(ctx, &sdk.PublishBatchInput{TopicArn: arn, PublishBatchRequestEntries: []types.PublishBatchRequestEntry{
		{Id: text("a"), Message: text("1")}, {Id: text("b"), Message: text("2"), Subject: text("two\nlines")}, {Id: text("c"), Message: text("3")},
	}}))
	if len(batch.Successful) != 2 || *batch.Successful[1].Id != "c" || len(batch.Failed) != 1 || *batch.Failed[0].Id != "b" || *batch.Failed[0].Code != "InvalidParameter" || !batch.Failed[0].SenderFault {
		t.Errorf("%+v", batch)
	}
	if mails := w.Messages(); len(mails) != 3 {
		t.Errorf("%d mails", len(mails))
	}
	if err := w.Close(); err != nil { // waits for the functions
		t.Fatal(err)
	}
	events := strings.Join(w.got(), "\n")
	for _, want := range []string{`"Message":"d"`, `"kind":{"Type":"String","Value":"test"}`, `"raw":{"Type":"Binary","Value":"AP8="}`} {
		if !strings.Contains(events, want) {
			t.Errorf("%s is not in %s", want, events)
		}
	}
}

func TestSDKRefusals(t *testing.T) {
	w := start(t, Options{})
	api, ctx := client(t, w), t.Context()
	arn := text(must[string](t)(w.PutTopic(Topic{Name: "t"})))
	none := text(w.TopicARN("none"))
	long := strings.Repeat("x", 256<<10)
	create := func(in sdk.CreateTopicInput) func() error {
		return func() error { _, err := api.CreateTopic(ctx, &in); return err }
	}
	publish := func(in sdk.PublishInput) func() error {
		if in.TopicArn == nil && in.PhoneNumber == nil {
			in.TopicArn = arn
		}
		return func() error { _, err := api.Publish(ctx, &in); return err }
	}
	subscribe := func(protocol, endpoint string, attributes map[string]string) func() error {
		return func() error {
			_, err := api.Subscribe(ctx, &sdk.SubscribeInput{TopicArn: arn, Protocol: &protocol, Endpoint: &endpoint, Attributes: attributes})
			return err
		}
	}
	set := func(name, value string) func() error {
		return func() error {
			_, err := api.SetTopicAttributes(ctx, &sdk.SetTopicAttributesInput{TopicArn: arn, AttributeName: &name, AttributeValue: &value})
			return err
		}
	}
	batch := func(ids ...string) func() error {
		return func() error {
			in := &sdk.PublishBatchInput{TopicArn: arn, PublishBatchRequestEntries: []types.PublishBatchRequestEntry{}}
			for _, id := range ids {
				message := "m"
				if strings.HasPrefix(id, "long") {
					message = long[:200<<10]
				}
				in.PublishBatchRequestEntries = append(in.PublishBatchRequestEntries, types.PublishBatchRequestEntry{Id: text(id), Message: &message})
			}
			_, err := api.PublishBatch(ctx, in)
			return err
		}
	}
	for _, test := range []struct {
		name          string
		call          func() error
		status        int
		code, message string
	}{
		{"name", create(sdk.CreateTopicInput{Name: text("a b")}), 400, "InvalidParameter", "Invalid parameter: Topic Name"},
		{"long name", create(sdk.CreateTopicInput{Name: text(long[:257])}), 400, "InvalidParameter", "Invalid parameter: Topic Name"},
		{"fifo", create(sdk.CreateTopicInput{Name: text("t.fifo"), Attributes: map[string]string{"FifoTopic": "true"}}), 400, "InvalidParameter", "FIFO topics are not modelled"},
		{"attribute", create(sdk.CreateTopicInput{Name: text("x"), Attributes: map[string]string{"Colour": "red"}}), 400, "InvalidParameter", "Invalid parameter: AttributeName"},
		{"tag", create(sdk.CreateTopicInput{Name: text("x"), Tags: []types.Tag{{Key: text("aws:x"), Value: text("y")}}}), 400, "InvalidParameter", "Invalid parameter: Tags"},
		{"data protection", create(sdk.CreateTopicInput{Name: text("x"), DataProtectionPolicy: text("{}")}), 400, "InvalidParameter", "not modelled"},
		{"policy", set("Policy", "{}"), 400, "InvalidParameter", "Invalid parameter: Policy Error"},
		{"display name", set("DisplayName", long[:101]), 400, "InvalidParameter", "Invalid parameter: DisplayName"},
		{"display name's lines", set("DisplayName", "a\r\nBcc: b"), 400, "InvalidParameter", "Invalid parameter: DisplayName"},
		{"size", set("MaximumMessageSize", "1"), 400, "InvalidParameter", "MaximumMessageSize"},
		{"signature", set("SignatureVersion", "3"), 400, "InvalidParameter", "SignatureVersion"},
		{"tracing", set("TracingConfig", "x"), 400, "InvalidParameter", "TracingConfig"},
		{"unknown attribute", set("Colour", "red"), 400, "InvalidParameter", "Invalid parameter: AttributeName"},
		{"no message", publish(sdk.PublishInput{Message: text("")}), 400, "InvalidParameter", "Invalid parameter: Empty message"},
		{"long message", publish(sdk.PublishInput{Message: text(long + "x")}), 400, "InvalidParameter", "Invalid parameter: Message too long"},
		{"no subject", publish(sdk.PublishInput{Message: text("m"), Subject: text("")}), 400, "InvalidParameter", "Invalid parameter: Subject"},
		{"long subject", publish(sdk.PublishInput{Message: text("m"), Subject: text(long[:101])}), 400, "InvalidParameter", "Invalid parameter: Subject"},
		{"subject's lines", publish(sdk.PublishInput{Message: text("m"), Subject: text("a\nb")}), 400, "InvalidParameter", "Invalid parameter: Subject"},
		{"subject's letters", publish(sdk.PublishInput{Message: text("m"), Subject: text("ü")}), 400, "InvalidParameter", "Invalid parameter: Subject"},
		{"subject's beginning", publish(sdk.PublishInput{Message: text("m"), Subject: text(" a")}), 400, "InvalidParameter", "Invalid parameter: Subject"},
		{"structure", publish(sdk.PublishInput{Message: text("m"), MessageStructure: text("xml")}), 400, "InvalidParameter", "Invalid parameter: MessageStructure"},
		{"not JSON", publish(sdk.PublishInput{Message: text("m"), MessageStructure: text("json")}), 400, "InvalidParameter", "JSON message body failed to parse"},
		{"no default", publish(sdk.PublishInput{Message: text(`{"email":"m"}`), MessageStructure: text("json")}), 400, "InvalidParameter", "Invalid parameter: Message Structure - No default entry in JSON message body"},
		{"attribute's type", publish(sdk.PublishInput{Message: text("m"), MessageAttributes: map[string]types.MessageAttributeValue{"a": {DataType: text("Text"), StringValue: text("x")}}}), 400, "ParameterValueInvalid", "invalid message attribute type"},
		{"attribute's value", publish(sdk.PublishInput{Message: text("m"), MessageAttributes: map[string]types.MessageAttributeValue{"a": {DataType: text("String")}}}), 400, "ParameterValueInvalid", "non-empty"},
		{"group", publish(sdk.PublishInput{Message: text("m"), MessageGroupId: text("g")}), 400, "InvalidParameter", "FIFO"},
		{"no topic", publish(sdk.PublishInput{Message: text("m"), TopicArn: none}), 404, "NotFound", "Topic does not exist"},
		{"no ARN", publish(sdk.PublishInput{Message: text("m"), TopicArn: text("t")}), 400, "InvalidParameter", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"},
		{"phone", publish(sdk.PublishInput{Message: text("m"), PhoneNumber: text("+123")}), 400, "InvalidParameter", "SMS is not modelled"},
		{"neither", func() error { _, err := api.Publish(ctx, &sdk.PublishInput{Message: text("m")}); return err }, 400, "InvalidParameter", "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"},
		{"empty batch", batch(), 400, "EmptyBatchRequest", "doesn't contain any entries"},
		{"large batch", batch(strings.Split("a b c d e f g h i j k", " ")...), 400, "TooManyEntriesInBatchRequest", "more entries than permissible"},
		{"same ids", batch("a", "a"), 400, "BatchEntryIdsNotDistinct", "same Id"},
		{"odd id", batch("a b"), 400, "InvalidBatchEntryId", "abide"},
		{"long batch", batch("long-1", "long-2"), 400, "BatchRequestTooLong", "more than the limit"},
		{"address", subscribe("email", "a@b@c", nil), 400, "InvalidParameter", "Invalid parameter: Email address"},
		{"named address", subscribe("email", "Ops <a@example.net>", nil), 400, "InvalidParameter", "Invalid parameter: Email address"},
		{"function", subscribe("lambda", "on-alarm", nil), 400, "InvalidParameter", "Lambda endpoint"},
		{"queue", subscribe("sqs", "arn:aws:sqs:us-east-1:123456789012:q", nil), 400, "InvalidParameter", "sqs is not modelled by the local SNS"},
		{"https", subscribe("https", "https://example.net", nil), 400, "InvalidParameter", "https is not modelled by the local SNS"},
		{"protocol", subscribe("pigeon", "x", nil), 400, "InvalidParameter", "Invalid parameter: Amazon SNS does not support this protocol string: pigeon"},
		{"filter", subscribe("email", address, map[string]string{"FilterPolicy": `{"a":["b"]}`}), 400, "InvalidParameter", "FilterPolicy is not modelled"},
		{"subscription's attribute", subscribe("email", address, map[string]string{"Colour": "red"}), 400, "InvalidParameter", "Invalid parameter: AttributeName"},
		{"subscribe to nobody", func() error {
			_, err := api.Subscribe(ctx, &sdk.SubscribeInput{TopicArn: none, Protocol: text("email"), Endpoint: text(address)})
			return err
		}, 404, "NotFound", "Topic does not exist"},
		{"unsubscribe", func() error {
			_, err := api.Unsubscribe(ctx, &sdk.UnsubscribeInput{SubscriptionArn: text("PendingConfirmation")})
			return err
		}, 400, "InvalidParameter", "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"},
		{"list by nobody", func() error {
			_, err := api.ListSubscriptionsByTopic(ctx, &sdk.ListSubscriptionsByTopicInput{TopicArn: none})
			return err
		}, 404, "NotFound", "Topic does not exist"},
		{"page", func() error { _, err := api.ListTopics(ctx, &sdk.ListTopicsInput{NextToken: text("x")}); return err }, 400, "InvalidParameter", "Invalid parameter: NextToken"},
		{"tags of nobody", func() error {
			_, err := api.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: none})
			return err
		}, 404, "ResourceNotFound", "Resource does not exist"},
		{"not modelled", func() error {
			_, err := api.ListPlatformApplications(ctx, &sdk.ListPlatformApplicationsInput{})
			return err
		}, 400, "InvalidAction", "does not model ListPlatformApplications"},
	} {
		refused(t, test.name, test.call(), test.status, test.code, test.message)
	}
	if mails, subscriptions := len(w.Messages()), must[[]Subscription](t)(w.Subscriptions("")); mails != 0 || len(subscriptions) != 0 || len(w.Topics()) != 1 {
		t.Errorf("refused requests left %d mails, %d subscriptions, topics %v", mails, len(subscriptions), w.Topics())
	}
}
