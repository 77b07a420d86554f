package sns

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/localcloud/sns/mailbox"
)

// The protocols that are delivered.
const (
	Email     = "email"
	EmailJSON = "email-json"
	Lambda    = "lambda"
)

// others are what SNS knows besides.
var others = []string{"http", "https", "sms", "sqs", "application", "firehose"}

// Subscription is what a subscription's resource says.
type Subscription struct {
	TopicARN, Protocol, Endpoint string
	// ARN and PendingConfirmation are what became of it.
	ARN                 string
	PendingConfirmation bool
}

type subscription struct {
	Subscription
	token   string    // confirms it
	expires time.Time // the token
}

// tokenLife is how long a person has time to confirm.
const tokenLife = 3 * 24 * time.Hour

var functionPattern = regexp.MustCompile(`^arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9_-]{1,64}(:[a-zA-Z0-9$_-]+)?$`)

// checkEndpoint refuses protocols that are not delivered, and endpoints that are none.
func (s *Service) checkEndpoint(protocol, endpoint string) error {
	switch protocol {
	case Email, EmailJSON:
		address, err := mail.ParseAddress(endpoint)
		if err != nil || address.Address != endpoint {
			return invalid("Email address")
		}
		return nil
	case Lambda:
		switch {
		case !functionPattern.MatchString(endpoint):
			return invalid("Lambda endpoint ARN")
		case s.options.Invoke == nil:
			return invalid("Protocol Reason: the local SNS of %s has no functions to deliver to", s.options.Region)
		}
		return nil
	}
	if slices.Contains(others, protocol) {
		return invalid("Protocol Reason: %s is not modelled by the local SNS, which delivers by email, email-json and lambda", protocol)
	}
	return invalid("Amazon SNS does not support this protocol string: %s", protocol)
}

// PutSubscription subscribes, or finds the subscription that is there, and returns its ARN. That of an address is pending
// until it is confirmed, and nothing is delivered before.
func (s *Service) PutSubscription(wanted Subscription) (string, error) {
	made, err := s.subscribe(wanted)
	if err != nil {
		return "", fmt.Errorf("subscribe %s to %s: %w", wanted.Endpoint, wanted.TopicARN, err)
	}
	return made.ARN, nil
}

func (s *Service) subscribe(wanted Subscription) (Subscription, error) {
	if err := s.checkEndpoint(wanted.Protocol, wanted.Endpoint); err != nil {
		return wanted, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.topicLocked(wanted.TopicARN, "TopicArn")
	if err != nil {
		return wanted, err
	}
	for _, one := range found.subscriptions {
		if one.Protocol == wanted.Protocol && one.Endpoint == wanted.Endpoint {
			return one.Subscription, nil
		}
	}
	// The same subscription has the same ARN, also after a restart.
	id := uuid.NewSHA1(uuid.NameSpaceURL, []byte(wanted.TopicARN+" "+wanted.Protocol+" "+wanted.Endpoint))
	wanted.ARN = wanted.TopicARN + ":" + id.String()
	wanted.PendingConfirmation = wanted.Protocol != Lambda && !s.options.AutoConfirm
	made := &subscription{Subscription: wanted}
	if wanted.PendingConfirmation {
		made.token, made.expires = strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", ""), time.Now().Add(tokenLife)
		if err := s.askLocked(found, made); err != nil {
			return wanted, err
		}
	}
	found.subscriptions = append(found.subscriptions, made)
	return made.Subscription, nil
}

// askLocked mails the link that confirms a subscription. It leads nowhere here: Confirm or ConfirmSubscription do it.
func (s *Service) askLocked(t *topic, made *subscription) error {
	query := url.Values{"TopicArn": {t.arn}, "Token": {made.token}, "Endpoint": {made.Endpoint}}
	return s.box.Put(mailbox.Message{
		ID: uuid.NewString(), Date: time.Now(), From: t.sender(), To: made.Endpoint, TopicARN: t.arn,
		Subject: "AWS Notification - Subscription Confirmation",
		Body: fmt.Sprintf("You have chosen to subscribe to the topic:\n%s\n\n"+
			"To confirm this subscription, click or visit the link below (If this was in error no action is necessary):\n"+
			"https://sns.%s.amazonaws.com/confirmation.html?%s\n", t.arn, s.options.Region, query.Encode()),
	})
}

// Subscriptions lists a topic's subscriptions in the order in which they were made; "" lists those of every topic.
func (s *Service) Subscriptions(topicARN string) ([]Subscription, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var list []Subscription
	if topicARN != "" {
		found, err := s.topicLocked(topicARN, "TopicArn")
		if err != nil {
			return nil, err
		}
		return found.list(list), nil
	}
	for _, arn := range sortedKeys(s.topics) {
		list = s.topics[arn].list(list)
	}
	return list, nil
}

func (t *topic) list(list []Subscription) []Subscription {
	for _, one := range t.subscriptions {
		list = append(list, one.Subscription)
	}
	return list
}

// Confirm confirms a subscription, as the person does whose address it is. It may be repeated.
func (s *Service) Confirm(subscriptionARN string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_, found, err := s.subscriptionLocked(subscriptionARN)
	if err != nil {
		return err
	}
	found.PendingConfirmation = false
	return nil
}

// DeleteSubscription unsubscribes. A subscription that is gone is left alone.
func (s *Service) DeleteSubscription(subscriptionARN string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	t, found, err := s.subscriptionLocked(subscriptionARN)
	var known *Error
	if errors.As(err, &known) && known.Code == CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	t.subscriptions = slices.DeleteFunc(slices.Clone(t.subscriptions), func(one *subscription) bool { return one == found })
	return nil
}

func (s *Service) subscriptionLocked(arn string) (*topic, *subscription, error) {
	if err := checkARN(arn, "SubscriptionArn"); err != nil {
		return nil, nil, err
	}
	for _, t := range s.topics {
		for _, one := range t.subscriptions {
			if one.ARN == arn {
				return t, one, nil
			}
		}
	}
	return nil, nil, noSubscription()
}
