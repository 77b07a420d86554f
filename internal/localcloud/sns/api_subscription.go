package sns

import (
	"context"
	"strconv"
	"time"
)

func decimal(n int) string { return strconv.Itoa(n) }

type subscriptionResult struct{ SubscriptionArn string }

// passive are attributes of a subscription that change nothing for the protocols here, with the values they may have.
var passive = map[string][]string{
	"RawMessageDelivery": {"", "false"}, "DeliveryPolicy": {""}, "FilterPolicyScope": {"", "MessageAttributes"}, "FilterPolicy": {"", "{}"},
	"RedrivePolicy": {""}, "ReplayPolicy": {""}, "SubscriptionRoleArn": {""},
}

func checkSubscriptionAttribute(name, value string) error {
	allowed, known := passive[name]
	if !known {
		return invalid("AttributeName")
	}
	for _, one := range allowed {
		if one == value {
			return nil
		}
	}
	return invalid("Attributes Reason: %s is not modelled by the local SNS", name)
}

func (s *Service) subscribeOver(_ context.Context, f form) (any, error) {
	for name, value := range f.Map("Attributes.entry", "key", "value") {
		if err := checkSubscriptionAttribute(name, value); err != nil {
			return nil, err
		}
	}
	if err := checkARN(f.Get("TopicArn"), "TopicArn"); err != nil {
		return nil, err
	}
	made, err := s.subscribe(Subscription{TopicARN: f.Get("TopicArn"), Protocol: f.Get("Protocol"), Endpoint: f.Get("Endpoint")})
	if err != nil {
		return nil, err
	}
	if made.PendingConfirmation && f.Get("ReturnSubscriptionArn") != "true" {
		return subscriptionResult{"pending confirmation"}, nil
	}
	return subscriptionResult{made.ARN}, nil
}

func (s *Service) confirmSubscription(_ context.Context, f form) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.topicLocked(f.Get("TopicArn"), "TopicArn")
	if err != nil {
		return nil, err
	}
	for _, one := range found.subscriptions {
		if one.token != "" && one.token == f.Get("Token") && time.Now().Before(one.expires) {
			one.PendingConfirmation = false
			return subscriptionResult{one.ARN}, nil
		}
	}
	return nil, invalid("Token")
}

func (s *Service) unsubscribe(_ context.Context, f form) (any, error) {
	return nil, s.DeleteSubscription(f.Get("SubscriptionArn"))
}

type subscriptionMember struct{ SubscriptionArn, Owner, Protocol, Endpoint, TopicArn string }

func (s *Service) listSubscriptions(_ context.Context, f form) (any, error) {
	return s.pageOfSubscriptions("", f)
}

func (s *Service) listSubscriptionsByTopic(_ context.Context, f form) (any, error) {
	if err := checkARN(f.Get("TopicArn"), "TopicArn"); err != nil {
		return nil, err
	}
	return s.pageOfSubscriptions(f.Get("TopicArn"), f)
}

func (s *Service) pageOfSubscriptions(topicARN string, f form) (any, error) {
	all, err := s.Subscriptions(topicARN)
	if err != nil {
		return nil, err
	}
	part, next, err := page(all, f)
	if err != nil {
		return nil, err
	}
	var out struct {
		Subscriptions list[subscriptionMember]
		NextToken     string `xml:",omitempty"`
	}
	for _, one := range part {
		arn := one.ARN
		if one.PendingConfirmation {
			arn = "PendingConfirmation"
		}
		out.Subscriptions.Members = append(out.Subscriptions.Members, subscriptionMember{arn, s.options.Account, one.Protocol, one.Endpoint, one.TopicARN})
	}
	out.NextToken = next
	return out, nil
}

func (s *Service) getSubscriptionAttributes(_ context.Context, f form) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_, found, err := s.subscriptionLocked(f.Get("SubscriptionArn"))
	if err != nil {
		return nil, err
	}
	return attributesResult{attributes{
		"SubscriptionArn": found.ARN, "TopicArn": found.TopicARN, "Owner": s.options.Account, "Protocol": found.Protocol, "Endpoint": found.Endpoint,
		"PendingConfirmation": strconv.FormatBool(found.PendingConfirmation), "ConfirmationWasAuthenticated": "false", "RawMessageDelivery": "false",
		"SubscriptionPrincipal": "arn:aws:iam::" + s.options.Account + ":root",
	}}, nil
}

func (s *Service) setSubscriptionAttributes(_ context.Context, f form) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, _, err := s.subscriptionLocked(f.Get("SubscriptionArn")); err != nil {
		return nil, err
	}
	return nil, checkSubscriptionAttribute(f.Get("AttributeName"), f.Get("AttributeValue"))
}
