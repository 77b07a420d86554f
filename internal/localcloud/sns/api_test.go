package sns

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/paymentdr/paymentdr/internal/localcloud/sdktest"
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

func TestSDKRefusesTopics(t *testing.T) {
	w := start(t, Options{})
	api, ctx := client(t, w), t.Context()
	arn := text(must[string](t)(w.PutTopic(Topic{Name: "t"})))
	long := strings.Repeat("x", 256<<10)
	create := func(in sdk.CreateTopicInput) func() error {
		return func() error { _, err := api.CreateTopic(ctx, &in); return err }
	}
	set := func(name, value string) func() error {
		return func() error {
			_, err := api.SetTopicAttributes(ctx, &sdk.SetTopicAttributesInput{TopicArn: arn, AttributeName: &name, AttributeValue: &value})
			return err
		}
	}
	sdktest.Refused(t,
		sdktest.Refusal{Name: "name", Call: create(sdk.CreateTopicInput{Name: text("a b")}), Code: "InvalidParameter", Message: "Invalid parameter: Topic Name"},
		sdktest.Refusal{Name: "long name", Call: create(sdk.CreateTopicInput{Name: text(long[:257])}), Code: "InvalidParameter", Message: "Invalid parameter: Topic Name"},
		sdktest.Refusal{Name: "fifo", Call: create(sdk.CreateTopicInput{Name: text("t.fifo"), Attributes: map[string]string{"FifoTopic": "true"}}), Code: "InvalidParameter", Message: "FIFO topics are not modelled"},
		sdktest.Refusal{Name: "attribute", Call: create(sdk.CreateTopicInput{Name: text("x"), Attributes: map[string]string{"Colour": "red"}}), Code: "InvalidParameter", Message: "Invalid parameter: AttributeName"},
		sdktest.Refusal{Name: "tag", Call: create(sdk.CreateTopicInput{Name: text("x"), Tags: []types.Tag{{Key: text("aws:x"), Value: text("y")}}}), Code: "InvalidParameter", Message: "Invalid parameter: Tags"},
		sdktest.Refusal{Name: "data protection", Call: create(sdk.CreateTopicInput{Name: text("x"), DataProtectionPolicy: text("{}")}), Code: "InvalidParameter", Message: "not modelled"},
		sdktest.Refusal{Name: "policy", Call: set("Policy", "{}"), Code: "InvalidParameter", Message: "Invalid parameter: Policy Error"},
		sdktest.Refusal{Name: "display name", Call: set("DisplayName", long[:101]), Code: "InvalidParameter", Message: "Invalid parameter: DisplayName"},
		sdktest.Refusal{Name: "display name's lines", Call: set("DisplayName", "a\r\nBcc: b"), Code: "InvalidParameter", Message: "Invalid parameter: DisplayName"},
		sdktest.Refusal{Name: "size", Call: set("MaximumMessageSize", "1"), Code: "InvalidParameter", Message: "MaximumMessageSize"},
		sdktest.Refusal{Name: "signature", Call: set("SignatureVersion", "3"), Code: "InvalidParameter", Message: "SignatureVersion"},
		sdktest.Refusal{Name: "tracing", Call: set("TracingConfig", "x"), Code: "InvalidParameter", Message: "TracingConfig"},
		sdktest.Refusal{Name: "unknown attribute", Call: set("Colour", "red"), Code: "InvalidParameter", Message: "Invalid parameter: AttributeName"},
	)
	w.untouched()
}

func TestSDKRefusesMessages(t *testing.T) {
	w := start(t, Options{})
	api, ctx := client(t, w), t.Context()
	arn := text(must[string](t)(w.PutTopic(Topic{Name: "t"})))
	none := text(w.TopicARN("none"))
	long := strings.Repeat("x", 256<<10)
	publish := func(in sdk.PublishInput) func() error {
		if in.TopicArn == nil && in.PhoneNumber == nil {
			in.TopicArn = arn
		}
		return func() error { _, err := api.Publish(ctx, &in); return err }
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
	sdktest.Refused(t,
		sdktest.Refusal{Name: "no message", Call: publish(sdk.PublishInput{Message: text("")}), Code: "InvalidParameter", Message: "Invalid parameter: Empty message"},
		sdktest.Refusal{Name: "long message", Call: publish(sdk.PublishInput{Message: text(long + "x")}), Code: "InvalidParameter", Message: "Invalid parameter: Message too long"},
		sdktest.Refusal{Name: "no subject", Call: publish(sdk.PublishInput{Message: text("m"), Subject: text("")}), Code: "InvalidParameter", Message: "Invalid parameter: Subject"},
		sdktest.Refusal{Name: "long subject", Call: publish(sdk.PublishInput{Message: text("m"), Subject: text(long[:101])}), Code: "InvalidParameter", Message: "Invalid parameter: Subject"},
		sdktest.Refusal{Name: "subject's lines", Call: publish(sdk.PublishInput{Message: text("m"), Subject: text("a\nb")}), Code: "InvalidParameter", Message: "Invalid parameter: Subject"},
		sdktest.Refusal{Name: "subject's letters", Call: publish(sdk.PublishInput{Message: text("m"), Subject: text("ü")}), Code: "InvalidParameter", Message: "Invalid parameter: Subject"},
		sdktest.Refusal{Name: "subject's beginning", Call: publish(sdk.PublishInput{Message: text("m"), Subject: text(" a")}), Code: "InvalidParameter", Message: "Invalid parameter: Subject"},
		sdktest.Refusal{Name: "structure", Call: publish(sdk.PublishInput{Message: text("m"), MessageStructure: text("xml")}), Code: "InvalidParameter", Message: "Invalid parameter: MessageStructure"},
		sdktest.Refusal{Name: "not JSON", Call: publish(sdk.PublishInput{Message: text("m"), MessageStructure: text("json")}), Code: "InvalidParameter", Message: "JSON message body failed to parse"},
		sdktest.Refusal{Name: "no default", Call: publish(sdk.PublishInput{Message: text(`{"email":"m"}`), MessageStructure: text("json")}), Code: "InvalidParameter", Message: "Invalid parameter: Message Structure - No default entry in JSON message body"},
		sdktest.Refusal{Name: "attribute's type", Call: publish(sdk.PublishInput{Message: text("m"), MessageAttributes: map[string]types.MessageAttributeValue{"a": {DataType: text("Text"), StringValue: text("x")}}}), Code: "ParameterValueInvalid", Message: "invalid message attribute type"},
		sdktest.Refusal{Name: "attribute's value", Call: publish(sdk.PublishInput{Message: text("m"), MessageAttributes: map[string]types.MessageAttributeValue{"a": {DataType: text("String")}}}), Code: "ParameterValueInvalid", Message: "non-empty"},
		sdktest.Refusal{Name: "group", Call: publish(sdk.PublishInput{Message: text("m"), MessageGroupId: text("g")}), Code: "InvalidParameter", Message: "FIFO"},
		sdktest.Refusal{Name: "no topic", Call: publish(sdk.PublishInput{Message: text("m"), TopicArn: none}), Status: 404, Code: "NotFound", Message: "Topic does not exist"},
		sdktest.Refusal{Name: "no ARN", Call: publish(sdk.PublishInput{Message: text("m"), TopicArn: text("t")}), Code: "InvalidParameter", Message: "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"},
		sdktest.Refusal{Name: "phone", Call: publish(sdk.PublishInput{Message: text("m"), PhoneNumber: text("+123")}), Code: "InvalidParameter", Message: "SMS is not modelled"},
		sdktest.Refusal{Name: "neither", Call: func() error { _, err := api.Publish(ctx, &sdk.PublishInput{Message: text("m")}); return err }, Code: "InvalidParameter", Message: "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"},
		sdktest.Refusal{Name: "empty batch", Call: batch(), Code: "EmptyBatchRequest", Message: "doesn't contain any entries"},
		sdktest.Refusal{Name: "large batch", Call: batch(strings.Split("a b c d e f g h i j k", " ")...), Code: "TooManyEntriesInBatchRequest", Message: "more entries than permissible"},
		sdktest.Refusal{Name: "same ids", Call: batch("a", "a"), Code: "BatchEntryIdsNotDistinct", Message: "same Id"},
		sdktest.Refusal{Name: "odd id", Call: batch("a b"), Code: "InvalidBatchEntryId", Message: "abide"},
		sdktest.Refusal{Name: "long batch", Call: batch("long-1", "long-2"), Code: "BatchRequestTooLong", Message: "more than the limit"},
	)
	w.untouched()
}

func TestSDKRefusesSubscriptionsAndTheRest(t *testing.T) {
	w := start(t, Options{})
	api, ctx := client(t, w), t.Context()
	arn := text(must[string](t)(w.PutTopic(Topic{Name: "t"})))
	none := text(w.TopicARN("none"))
	subscribe := func(protocol, endpoint string, attributes map[string]string) func() error {
		return func() error {
			_, err := api.Subscribe(ctx, &sdk.SubscribeInput{TopicArn: arn, Protocol: &protocol, Endpoint: &endpoint, Attributes: attributes})
			return err
		}
	}
	sdktest.Refused(t,
		sdktest.Refusal{Name: "address", Call: subscribe("email", "a@b@c", nil), Code: "InvalidParameter", Message: "Invalid parameter: Email address"},
		sdktest.Refusal{Name: "named address", Call: subscribe("email", "Ops <a@example.net>", nil), Code: "InvalidParameter", Message: "Invalid parameter: Email address"},
		sdktest.Refusal{Name: "function", Call: subscribe("lambda", "on-alarm", nil), Code: "InvalidParameter", Message: "Lambda endpoint"},
		sdktest.Refusal{Name: "queue", Call: subscribe("sqs", "arn:aws:sqs:us-east-1:123456789012:q", nil), Code: "InvalidParameter", Message: "sqs is not modelled by the local SNS"},
		sdktest.Refusal{Name: "https", Call: subscribe("https", "https://example.net", nil), Code: "InvalidParameter", Message: "https is not modelled by the local SNS"},
		sdktest.Refusal{Name: "protocol", Call: subscribe("pigeon", "x", nil), Code: "InvalidParameter", Message: "Invalid parameter: Amazon SNS does not support this protocol string: pigeon"},
		sdktest.Refusal{Name: "filter", Call: subscribe("email", address, map[string]string{"FilterPolicy": `{"a":["b"]}`}), Code: "InvalidParameter", Message: "FilterPolicy is not modelled"},
		sdktest.Refusal{Name: "subscription's attribute", Call: subscribe("email", address, map[string]string{"Colour": "red"}), Code: "InvalidParameter", Message: "Invalid parameter: AttributeName"},
		sdktest.Refusal{Name: "subscribe to nobody", Call: func() error {
			_, err := api.Subscribe(ctx, &sdk.SubscribeInput{TopicArn: none, Protocol: text("email"), Endpoint: text(address)})
			return err
		}, Status: 404, Code: "NotFound", Message: "Topic does not exist"},
		sdktest.Refusal{Name: "unsubscribe", Call: func() error {
			_, err := api.Unsubscribe(ctx, &sdk.UnsubscribeInput{SubscriptionArn: text("PendingConfirmation")})
			return err
		}, Code: "InvalidParameter", Message: "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"},
		sdktest.Refusal{Name: "list by nobody", Call: func() error {
			_, err := api.ListSubscriptionsByTopic(ctx, &sdk.ListSubscriptionsByTopicInput{TopicArn: none})
			return err
		}, Status: 404, Code: "NotFound", Message: "Topic does not exist"},
		sdktest.Refusal{Name: "page", Call: func() error { _, err := api.ListTopics(ctx, &sdk.ListTopicsInput{NextToken: text("x")}); return err }, Code: "InvalidParameter", Message: "Invalid parameter: NextToken"},
		sdktest.Refusal{Name: "tags of nobody", Call: func() error {
			_, err := api.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: none})
			return err
		}, Status: 404, Code: "ResourceNotFound", Message: "Resource does not exist"},
		sdktest.Refusal{Name: "not modelled", Call: func() error {
			_, err := api.ListPlatformApplications(ctx, &sdk.ListPlatformApplicationsInput{})
			return err
		}, Code: "InvalidAction", Message: "does not model ListPlatformApplications"},
	)
	w.untouched()
}

// untouched checks that refused requests left nothing.
func (w *world) untouched() {
	w.t.Helper()
	if mails, subscriptions := len(w.Messages()), must[[]Subscription](w.t)(w.Subscriptions("")); mails != 0 || len(subscriptions) != 0 || len(w.Topics()) != 1 {
		w.t.Errorf("refused requests left %d mails, %d subscriptions, topics %v", mails, len(subscriptions), w.Topics())
	}
}
