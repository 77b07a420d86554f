package sns

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/sns/mailbox"
)

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// sender is the name that mails come from.
func (t *topic) sender() string {
	if name := t.attributes[displayAttribute]; name != "" {
		return name
	}
	return "AWS Notifications"
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

func (s *Service) unsubscribeURL(to Subscription) string {
	return fmt.Sprintf("https://sns.%s.amazonaws.com/unsubscribe.html?%s", s.options.Region,
		url.Values{"SubscriptionArn": {to.ARN}, "Endpoint": {to.Endpoint}}.Encode())
}

// mail puts a mail into the mailbox.
func (s *Service) mail(to Subscription, topicName, sender string, p publication) {
	subject, body := p.subject, p.text(to.Protocol)
	if subject == "" {
		subject = "AWS Notification Message"
	}
	if to.Protocol == EmailJSON {
		body = notification{
			Type: "Notification", MessageID: p.id, TopicARN: to.TopicARN, Subject: p.subject, Message: body, Timestamp: stamp(p.at),
			SignatureVersion: "1", UnsubscribeURL: s.unsubscribeURL(to),
		}.text()
	} else {
		body += "\n\n--\nIf you wish to stop receiving notifications from this topic, please click or visit the link below to unsubscribe:\n" +
			s.unsubscribeURL(to) + "\n\nPlease do not reply directly to this email. If you have any questions or comments regarding this email, please contact us at https://aws.amazon.com/support\n"
	}
	err := s.box.Put(mailbox.Message{ID: p.id + "-" + to.ARN[len(to.ARN)-8:], Date: p.at, From: sender, To: to.Endpoint, Subject: subject, Body: body, TopicARN: to.TopicARN})
	s.delivered(to, topicName, err)
}

// notification is what email-json carries.
type notification struct {
	Type             string
	MessageID        string `json:"MessageId"`
	TopicARN         string `json:"TopicArn"`
	Subject          string `json:",omitempty"`
	Message          string
	Timestamp        string
	SignatureVersion string
	UnsubscribeURL   string
}

func (n notification) text() string {
	content, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		panic(err) // texts always marshal
	}
	return string(content) + "\n"
}

// delivered notes how a delivery ended.
func (s *Service) delivered(to Subscription, topicName string, err error) {
	if err == nil {
		s.count("NumberOfNotificationsDelivered", "Count", topicName, 1)
		return
	}
	s.count("NumberOfNotificationsFailed", "Count", topicName, 1)
	s.options.Logger.Error("deliver notification", "subscription", to.ARN, "endpoint", to.Endpoint, "error", err)
}

// event is what a function gets: one record.
func (s *Service) event(to Subscription, p publication) []byte {
	attributes := map[string]attributeValue{}
	maps.Copy(attributes, p.attributes)
	var subject *string
	if p.subject != "" {
		subject = &p.subject
	}
	content, err := json.Marshal(map[string]any{"Records": []any{map[string]any{
		"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": to.ARN,
		"Sns": map[string]any{
			"Type": "Notification", "MessageId": p.id, "TopicArn": to.TopicARN, "Subject": subject, "Message": p.text(Lambda),
			"Timestamp": stamp(p.at), "SignatureVersion": "1", "Signature": "", "SigningCertUrl": "", "UnsubscribeUrl": s.unsubscribeURL(to),
			"MessageAttributes": attributes,
		},
	}}})
	if err != nil {
		panic(err) // texts always marshal
	}
	return content
}

// maximumRetries is what SNS's delivery policy for functions adds up to, over 23 days.
const maximumRetries = 100_015

// RetryDelay is SNS's wait before the nth retry of a function ("Amazon SNS message delivery retries"): three at once, two
// after a second each, ten from one to 20 seconds, all others after 20 seconds.
func RetryDelay(retry int) time.Duration {
	switch {
	case retry <= 3:
		return 0
	case retry <= 5:
		return time.Second
	case retry <= 15:
		return min(time.Second<<((retry-6)/2), 20*time.Second)
	}
	return 20 * time.Second
}

// invoke hands an event to a function until that succeeds, or is given up.
func (s *Service) invoke(to Subscription, topicName string, p publication) {
	event := s.event(to, p)
	for retry := 1; ; retry++ {
		err := s.options.Invoke(s.stopped, to.Endpoint, to.TopicARN, event)
		if s.stopped.Err() != nil {
			return
		}
		var says interface{ Retryable() bool }
		if err == nil || !errors.As(err, &says) || !says.Retryable() || retry > maximumRetries {
			s.delivered(to, topicName, err)
			return
		}
		select {
		case <-s.stopped.Done():
			return
		case <-time.After(s.options.RetryDelay(retry)):
		}
	}
}
