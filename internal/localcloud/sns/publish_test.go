package sns

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// alerts makes the topic that the generated files have, with one subscriber.
func (w *world) alerts() string {
	w.t.Helper()
	arn := must[string](w.t)(w.PutTopic(Topic{Name: "payment-alerts", DisplayName: "Payment System Alerts", KMSKeyID: "key"}))
	if err := w.PutTopicPolicy(arn, fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":"AlarmsPublish","Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":["sns:Publish"],"Resource":%q,"Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}]}`, arn)); err != nil {
		w.t.Fatal(err)
	}
	must[string](w.t)(w.PutSubscription(Subscription{TopicARN: arn, Protocol: Email, Endpoint: address}))
	return arn
}

func TestAlarmReachesTheMailbox(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "mail")
	w := start(t, Options{Mailbox: folder, AutoConfirm: true})
	arn := w.alerts()
	must[string](t)(w.PublishAs(t.Context(), "cloudwatch.amazonaws.com", alarmARN, arn, `ALARM: "payment-db-cpu" in US East`, "You are receiving this email because ...\nCPU"))
	mails := w.Messages()
	if len(mails) != 1 {
		t.Fatalf("%d mails", len(mails))
	}
	mail := mails[0]
	if mail.From != "Payment System Alerts" || mail.To != address || mail.Subject != `ALARM: "payment-db-cpu" in US East` || mail.TopicARN != arn ||
		!strings.HasPrefix(mail.Body, "You are receiving this email because ...\nCPU\n\n--\n") || !strings.Contains(mail.Body, "unsubscribe.html?Endpoint=ops-team%40pay.example.net&SubscriptionArn=") {
		t.Errorf("mail %+v", mail)
	}
	for name, want := range map[string]float64{"NumberOfMessagesPublished": 1, "NumberOfNotificationsDelivered": 1, "NumberOfNotificationsFailed": 0, "PublishSize": 44} {
		if got := w.metric(name + " payment-alerts"); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if files := must[[]string](t)(filepath.Glob(filepath.Join(folder, "*.eml"))); len(files) != 1 {
		t.Errorf("files %v", files)
	}
	// A Region that is started again has its mails.
	if again := start(t, Options{Mailbox: folder}); len(again.Messages()) != 1 {
		t.Error("the mails are gone")
	}
}

func TestPolicyDecidesForServices(t *testing.T) {
	w := start(t, Options{AutoConfirm: true})
	arn := w.alerts()
	publish := func(service, source string) error {
		_, err := w.PublishAs(t.Context(), service, source, arn, "s", "m")
		return err
	}
	denied := "is not authorized to perform: SNS:Publish on resource: " + arn + " because no resource-based policy allows the SNS:Publish action"
	refused(t, "another service", publish("events.amazonaws.com", alarmARN), 403, "AuthorizationError", "User: events.amazonaws.com "+denied)
	refused(t, "another account", publish("cloudwatch.amazonaws.com", strings.Replace(alarmARN, "123456789012", "999999999999", 1)), 403, "AuthorizationError", denied)
	refused(t, "no source", publish("cloudwatch.amazonaws.com", ""), 403, "AuthorizationError", denied)
	if err := publish("cloudwatch.amazonaws.com", alarmARN); err != nil {
		t.Error(err)
	}
	// The same topic again, without a policy, keeps the one that it has; the default lets the account's services publish.
	must[string](t)(w.PutTopic(Topic{Name: "payment-alerts"}))
	refused(t, "after the topic was put again", publish("events.amazonaws.com", alarmARN), 403, "AuthorizationError", denied)
	if err := w.PutTopicPolicy(arn, ""); err != nil {
		t.Fatal(err)
	}
	if err := publish("events.amazonaws.com", alarmARN); err != nil {
		t.Errorf("by the default policy: %v", err)
	}
	refused(t, "another account, by the default policy", publish("events.amazonaws.com", strings.Replace(alarmARN, "123456789012", "999999999999", 1)), 403, "AuthorizationError", denied)
	// An identity of the account may, whatever the policy says.
	must[string](t)(w.Publish(t.Context(), arn, "s", "m"))
	if mails := len(w.Messages()); mails != 3 {
		t.Errorf("%d mails, want 3", mails)
	}
	refused(t, "a policy that cannot be read", w.PutTopicPolicy(arn, `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}]}`), 400, "InvalidParameter", "Invalid parameter: Policy Error: parse policy: statement 1: action")
	refused(t, "a policy of no topic", w.PutTopicPolicy(arn+"x", ""), 404, "NotFound", "Topic does not exist")
	_, err := w.PublishAs(t.Context(), "cloudwatch.amazonaws.com", alarmARN, arn+"x", "s", "m")
	refused(t, "no topic", err, 404, "NotFound", "Topic does not exist")
}

func TestNothingBeforeConfirmation(t *testing.T) {
	w := start(t, Options{})
	arn := w.alerts()
	list := must[[]Subscription](t)(w.Subscriptions(arn))
	if len(list) != 1 || !list[0].PendingConfirmation {
		t.Fatalf("%+v", list)
	}
	must[string](t)(w.Publish(t.Context(), arn, "one", "m"))
	// The resource again does not ask again, and has the same ARN.
	if again := must[string](t)(w.PutSubscription(Subscription{TopicARN: arn, Protocol: Email, Endpoint: address})); again != list[0].ARN {
		t.Errorf("ARN %s, then %s", list[0].ARN, again)
	}
	mails := w.Messages()
	if len(mails) != 1 || mails[0].Subject != "AWS Notification - Subscription Confirmation" || !strings.Contains(mails[0].Body, arn) || !strings.Contains(mails[0].Body, "confirmation.html?Endpoint=ops-team%40pay.example.net&Token=") {
		t.Fatalf("mails %+v", mails)
	}
	if err := errors.Join(w.Confirm(list[0].ARN), w.Confirm(list[0].ARN)); err != nil {
		t.Fatal(err)
	}
	must[string](t)(w.Publish(t.Context(), arn, "two", "m"))
	if mails = w.Messages(); len(mails) != 2 || mails[1].Subject != "two" {
		t.Errorf("mails %+v", mails)
	}
	refused(t, "confirm nobody", w.Confirm(arn+":x"), 404, "NotFound", "Subscription does not exist")
	if err := errors.Join(w.DeleteSubscription(list[0].ARN), w.DeleteSubscription(list[0].ARN)); err != nil {
		t.Error(err)
	}
	must[string](t)(w.Publish(t.Context(), arn, "three", "m"))
	if len(w.Messages()) != 2 || w.metric("NumberOfMessagesPublished payment-alerts") != 3 || w.metric("NumberOfNotificationsDelivered payment-alerts") != 1 {
		t.Errorf("%d mails, %v", len(w.Messages()), w.metrics)
	}
}

func TestMailProtocols(t *testing.T) {
	w := start(t, Options{AutoConfirm: true})
	arn := must[string](t)(w.PutTopic(Topic{Name: "t"}))
	must[string](t)(w.PutSubscription(Subscription{TopicARN: arn, Protocol: Email, Endpoint: "a@example.net"}))
	must[string](t)(w.PutSubscription(Subscription{TopicARN: arn, Protocol: EmailJSON, Endpoint: "b@example.net"}))
	id := must[string](t)(w.Publish(t.Context(), arn, "", "grüße"))
	bodies := map[string]string{}
	for _, mail := range w.Messages() {
		bodies[mail.To] = mail.Body
		if mail.Subject != "AWS Notification Message" || mail.From != "AWS Notifications" {
			t.Errorf("mail %+v", mail)
		}
	}
	if !strings.HasPrefix(bodies["a@example.net"], "grüße\n") {
		t.Errorf("email: %s", bodies["a@example.net"])
	}
	var got notification
	if err := json.Unmarshal([]byte(bodies["b@example.net"]), &got); err != nil || got.MessageID != id || got.Message != "grüße" || got.Type != "Notification" || got.TopicARN != arn {
		t.Errorf("email-json: %s, %v", bodies["b@example.net"], err)
	}
}

// temporary is an error that says that a retry may help.
type temporary struct{}

func (temporary) Error() string   { return "throttled" }
func (temporary) Retryable() bool { return true }

func TestFunctions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Options{})
		w.fail = func(call int) error {
			if call < 6 {
				return temporary{}
			}
			return nil
		}
		arn := must[string](t)(w.PutTopic(Topic{Name: "t"}))
		subscription := must[string](t)(w.PutSubscription(Subscription{TopicARN: arn, Protocol: Lambda, Endpoint: functionARN}))
		begun := time.Now()
		id := must[string](t)(w.Publish(t.Context(), arn, "subject", "message"))
		time.Sleep(time.Minute)
		synctest.Wait()
		events := w.got()
		if len(events) != 6 || w.metric("NumberOfNotificationsDelivered t") != 1 || w.metric("NumberOfNotificationsFailed t") != 0 {
			t.Fatalf("%d events, %v", len(events), w.metrics)
		}
		var event struct {
			Records []struct {
				EventSource, EventVersion, EventSubscriptionArn string
				Sns                                             struct {
					Type, MessageId, TopicArn, Subject, Message string
					Timestamp                                   time.Time
					MessageAttributes                           map[string]attributeValue
				}
			}
		}
		if err := json.Unmarshal([]byte(events[0]), &event); err != nil || len(event.Records) != 1 {
			t.Fatalf("%v in %s", err, events[0])
		}
		record := event.Records[0]
		if record.EventSource != "aws:sns" || record.EventVersion != "1.0" || record.EventSubscriptionArn != subscription || record.Sns.MessageId != id ||
			record.Sns.TopicArn != arn || record.Sns.Subject != "subject" || record.Sns.Message != "message" || !record.Sns.Timestamp.Equal(begun) || record.Sns.MessageAttributes == nil {
			t.Errorf("event %s", events[0])
		}
		w.guard.Lock()
		w.fail = func(int) error { return errors.New("no permission") }
		w.guard.Unlock()
		must[string](t)(w.Publish(t.Context(), arn, "", "message"))
		synctest.Wait()
		if len(w.got()) != 7 || w.metric("NumberOfNotificationsFailed t") != 1 || !strings.Contains(w.got()[6], `"Subject":null`) {
			t.Errorf("%d events, %v", len(w.got()), w.metrics)
		}
		// Whoever waits for a retry does not hold Close up, and a closed service takes nothing.
		w.guard.Lock()
		w.fail = func(int) error { return temporary{} }
		w.guard.Unlock()
		must[string](t)(w.Publish(t.Context(), arn, "", "message"))
		time.Sleep(time.Hour)
		if err := errors.Join(w.Close(), w.Close()); err != nil {
			t.Error(err)
		}
		if _, err := w.Publish(t.Context(), arn, "", "message"); err == nil {
			t.Error("a closed service took a message")
		}
	})
}

func TestRetryDelay(t *testing.T) {
	for retry, want := range map[int]time.Duration{1: 0, 3: 0, 4: time.Second, 6: time.Second, 15: 16 * time.Second, 16: 20 * time.Second, 100_015: 20 * time.Second} {
		if got := RetryDelay(retry); got != want {
			t.Errorf("retry %d after %s, want %s", retry, got, want)
		}
	}
}

// TestMailThatCannotBeWritten is counted, and the publisher does not hear of it.
func TestMailThatCannotBeWritten(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "mail")
	w := start(t, Options{Mailbox: folder, AutoConfirm: true})
	arn := w.alerts()
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	must[string](t)(w.Publish(t.Context(), arn, "s", "m"))
	if w.metric("NumberOfNotificationsFailed payment-alerts") != 1 || len(w.Messages()) != 0 {
		t.Errorf("%v, %d mails", w.metrics, len(w.Messages()))
	}
}

func TestPutTopicIsIdempotent(t *testing.T) {
	w := start(t, Options{AutoConfirm: true})
	arn := w.alerts()
	if again := w.alerts(); again != arn {
		t.Errorf("ARN %s, then %s", arn, again)
	}
	if list := must[[]Subscription](t)(w.Subscriptions("")); len(list) != 1 {
		t.Errorf("%d subscriptions", len(list))
	}
	if err := errors.Join(w.DeleteTopic(arn), w.DeleteTopic(arn)); err != nil || len(w.Topics()) != 0 {
		t.Errorf("%v, topics %v", err, w.Topics())
	}
	if _, err := New(Options{Region: "us-east-1"}); err == nil {
		t.Error("no account and no error")
	}
}
