package sns

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
	"github.com/paymentdr/paymentdr/internal/localcloud/sns/policy"
)

// attributeValue is a message attribute, as functions get it.
type attributeValue struct{ Type, Value string }

// publication is what is published.
type publication struct {
	id, subject, message string
	perProtocol          map[string]string // MessageStructure json
	attributes           map[string]attributeValue
	at                   time.Time
}

const maximumSubject = 100

// Publish publishes as an identity of the account, which may, and returns the message's id.
func (s *Service) Publish(ctx context.Context, topicARN, subject, message string) (string, error) {
	id, err := s.publish(ctx, topicARN, publication{subject: subject, message: message})
	if err != nil {
		return "", fmt.Errorf("publish to %s: %w", topicARN, err)
	}
	return id, nil
}

// PublishAs publishes as a service, cloudwatch.amazonaws.com, on behalf of a resource: the topic's policy must allow it.
func (s *Service) PublishAs(ctx context.Context, service, sourceARN, topicARN, subject, message string) (string, error) {
	s.mutex.Lock()
	found, err := s.topicLocked(topicARN, "TopicArn")
	if err == nil {
		request := policy.Request{Service: service, Action: "SNS:Publish", Resource: topicARN, SourceARN: sourceARN, SourceAccount: accountOf(sourceARN)}
		if !found.policy.Allows(request) {
			err = awserror.With(http.StatusForbidden, CodeDenied, "User: %s is not authorized to perform: SNS:Publish on resource: %s because no resource-based policy allows the SNS:Publish action", service, topicARN)
		}
	}
	s.mutex.Unlock()
	if err != nil {
		return "", fmt.Errorf("publish to %s for %s: %w", topicARN, sourceARN, err)
	}
	return s.Publish(ctx, topicARN, subject, message)
}

func accountOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[4]
}

func (s *Service) publish(ctx context.Context, topicARN string, p publication) (string, error) {
	if err := p.check(); err != nil {
		return "", err
	}
	s.mutex.Lock()
	found, err := s.topicLocked(topicARN, "TopicArn")
	switch {
	case err != nil:
	case s.closed:
		err = fmt.Errorf("publish to %s: the service is closed", topicARN)
	case p.size() > found.maximum():
		err = invalid("Message too long")
	}
	if err != nil {
		s.mutex.Unlock()
		return "", err
	}
	p.id, p.at = uuid.NewString(), time.Now()
	sender, subscriptions := found.sender(), found.list(nil)
	subscriptions = slices.DeleteFunc(subscriptions, func(one Subscription) bool { return one.PendingConfirmation })
	for _, one := range subscriptions {
		if one.Protocol == Lambda {
			// Inside the lock, so that Close waits for it.
			s.background.Go(func() { s.invoke(one, found.name, p) })
		}
	}
	s.mutex.Unlock()
	s.count("NumberOfMessagesPublished", "Count", found.name, 1)
	s.count("PublishSize", "Bytes", found.name, float64(p.size()))
	s.options.Logger.InfoContext(ctx, "published", "topic", topicARN, "message", p.id, "subject", p.subject, "subscriptions", len(subscriptions))
	for _, one := range subscriptions {
		if one.Protocol != Lambda {
			s.mail(one, found.name, sender, p)
		}
	}
	return p.id, nil
}

// check refuses what Publish refuses before it looks at the topic.
func (p *publication) check() error {
	if p.message == "" {
		return invalid("Empty message")
	}
	if !validSubject(p.subject) {
		return invalid("Subject")
	}
	for _, name := range slices.Sorted(maps.Keys(p.attributes)) {
		kind, _, _ := strings.Cut(p.attributes[name].Type, ".")
		if name == "" || !slices.Contains([]string{"String", "Number", "Binary"}, kind) {
			return awserror.Refuse("ParameterValueInvalid", "The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name)
		}
		if p.attributes[name].Value == "" {
			return awserror.Refuse("ParameterValueInvalid", "The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'.", name, p.attributes[name].Type)
		}
	}
	return nil
}

// validSubject is the documentation's rule: ASCII, beginning with a letter, a digit or punctuation, without line ends and
// control characters, at most 100 characters.
func validSubject(subject string) bool {
	for i, character := range subject {
		if character < ' ' || character > '~' || i == 0 && character == ' ' {
			return false
		}
	}
	return len(subject) <= maximumSubject
}

// size counts what the limit of a message counts.
func (p *publication) size() int {
	size := len(p.message)
	for name, value := range p.attributes {
		size += len(name) + len(value.Type) + len(value.Value)
	}
	return size
}

// text is the message for a protocol.
func (p *publication) text(protocol string) string {
	if text, ok := p.perProtocol[protocol]; ok {
		return text
	}
	if text, ok := p.perProtocol["default"]; ok {
		return text
	}
	return p.message
}

// structure reads a message of MessageStructure json.
func (p *publication) structure(kind string) error {
	switch kind {
	case "":
		return nil
	case "json":
	default:
		return invalid("MessageStructure")
	}
	var members map[string]any
	if err := json.Unmarshal([]byte(p.message), &members); err != nil {
		return invalid("Message Structure - JSON message body failed to parse")
	}
	p.perProtocol = map[string]string{}
	for name, value := range members {
		if text, ok := value.(string); ok {
			p.perProtocol[name] = text
		}
	}
	if _, ok := p.perProtocol["default"]; !ok {
		return invalid("Message Structure - No default entry in JSON message body")
	}
	return nil
}
