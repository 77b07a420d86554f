package sns

import (
	"context"
	"encoding/xml"
	"maps"
	"net/http"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
	"github.com/paymentdr/paymentdr/internal/localcloud/awsquery"
	"github.com/paymentdr/paymentdr/internal/localcloud/paging"
)

type form = awsquery.Form

// Handler is the SNS API of the Region. Signatures are accepted unread; every caller counts as an identity of the account
// that may do all of this.
func (s *Service) Handler() http.Handler {
	return &awsquery.Handler{Service: "SNS", Version: "2010-03-31", Namespace: "http://sns.amazonaws.com/doc/2010-03-31/", Logger: s.options.Logger,
		Actions: map[string]awsquery.Action{
			"ConfirmSubscription":       s.confirmSubscription,
			"CreateTopic":               s.createTopic,
			"DeleteTopic":               s.deleteTopic,
			"GetSubscriptionAttributes": s.getSubscriptionAttributes,
			"GetTopicAttributes":        s.getTopicAttributes,
			"ListSubscriptions":         s.listSubscriptions,
			"ListSubscriptionsByTopic":  s.listSubscriptionsByTopic,
			"ListTagsForResource":       s.listTagsForResource,
			"ListTopics":                s.listTopics,
			"Publish":                   s.publishOver,
			"PublishBatch":              s.publishBatch,
			"SetSubscriptionAttributes": s.setSubscriptionAttributes,
			"SetTopicAttributes":        s.setTopicAttributes,
			"Subscribe":                 s.subscribeOver,
			"TagResource":               s.tagResource,
			"Unsubscribe":               s.unsubscribe,
			"UntagResource":             s.untagResource,
		}}
}

// list is a list of the protocol; it is there even when it is empty.
type list[T any] struct {
	Members []T `xml:"member"`
}

// attributes is a map of the protocol, ordered by key.
type attributes map[string]string

type attributeEntry struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// MarshalXML implements xml.Marshaler.
func (a attributes) MarshalXML(encoder *xml.Encoder, start xml.StartElement) error {
	var entries struct {
		Entries []attributeEntry `xml:"entry"`
	}
	for _, key := range sortedKeys(a) {
		entries.Entries = append(entries.Entries, attributeEntry{key, a[key]})
	}
	return encoder.EncodeElement(entries, start)
}

const pageSize = 100

func page[T any](all []T, f form) ([]T, string, error) {
	part, next, ok := paging.Cut(all, pageSize, f.Get("NextToken"))
	if !ok {
		return nil, "", invalid("NextToken Reason: it is not one of this service")
	}
	return part, next, nil
}

type topicResult struct{ TopicArn string }

func (s *Service) createTopic(_ context.Context, f form) (any, error) {
	wanted, tags := f.Map("Attributes.entry", "key", "value"), f.Map("Tags.member", "Key", "Value")
	if f.Has("DataProtectionPolicy") {
		return nil, invalid("DataProtectionPolicy Reason: it is not modelled by the local SNS")
	}
	made, err := s.newTopic(f.Get("Name"), wanted, tags)
	if err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	existing := s.topics[made.arn]
	if existing == nil {
		s.topics[made.arn] = made
		return topicResult{made.arn}, nil
	}
	for name, value := range made.attributes {
		if existing.attributes[name] != value {
			return nil, invalid("Attributes Reason: Topic already exists with different attributes")
		}
	}
	if len(tags) > 0 && !maps.Equal(existing.tags, made.tags) {
		return nil, invalid("Tags Reason: Topic already exists with different tags")
	}
	return topicResult{made.arn}, nil
}

func (s *Service) deleteTopic(_ context.Context, f form) (any, error) {
	return nil, s.DeleteTopic(f.Get("TopicArn"))
}

func (s *Service) listTopics(_ context.Context, f form) (any, error) {
	part, next, err := page(s.Topics(), f)
	if err != nil {
		return nil, err
	}
	var out struct {
		Topics    list[topicResult]
		NextToken string `xml:",omitempty"`
	}
	for _, arn := range part {
		out.Topics.Members = append(out.Topics.Members, topicResult{arn})
	}
	out.NextToken = next
	return out, nil
}

type attributesResult struct{ Attributes attributes }

// deliveryPolicy is SNS's default for http and https.
const deliveryPolicy = `{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}`

func (s *Service) getTopicAttributes(_ context.Context, f form) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.topicLocked(f.Get("TopicArn"), "TopicArn")
	if err != nil {
		return nil, err
	}
	pending := 0
	for _, one := range found.subscriptions {
		if one.PendingConfirmation {
			pending++
		}
	}
	out := attributes{
		"TopicArn": found.arn, "Owner": s.options.Account, displayAttribute: "", policyAttribute: s.defaultPolicy(found.arn),
		"SubscriptionsConfirmed": decimal(len(found.subscriptions) - pending), "SubscriptionsPending": decimal(pending), "SubscriptionsDeleted": "0",
		"EffectiveDeliveryPolicy": deliveryPolicy, sizeAttribute: decimal(found.maximum()),
	}
	maps.Copy(out, found.attributes)
	return attributesResult{out}, nil
}

func (s *Service) setTopicAttributes(_ context.Context, f form) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.topicLocked(f.Get("TopicArn"), "TopicArn")
	if err != nil {
		return nil, err
	}
	return nil, found.attribute(f.Get("AttributeName"), f.Get("AttributeValue"), s.defaultPolicy(found.arn))
}

type tagMember struct{ Key, Value string }

// taggedLocked finds a topic for the three actions on tags, which say ResourceNotFound.
func (s *Service) taggedLocked(f form) (*topic, error) {
	if err := checkARN(f.Get("ResourceArn"), "ResourceArn"); err != nil {
		return nil, err
	}
	if found := s.topics[f.Get("ResourceArn")]; found != nil {
		return found, nil
	}
	return nil, awserror.With(http.StatusNotFound, "ResourceNotFound", "Resource does not exist")
}

func (s *Service) tagResource(_ context.Context, f form) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.taggedLocked(f)
	if err != nil {
		return nil, err
	}
	together := maps.Clone(found.tags)
	maps.Copy(together, f.Map("Tags.member", "Key", "Value"))
	if err := checkTags(together); err != nil {
		return nil, err
	}
	found.tags = together
	return struct{}{}, nil
}

func (s *Service) untagResource(_ context.Context, f form) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.taggedLocked(f)
	if err != nil {
		return nil, err
	}
	for _, key := range f.List("TagKeys") {
		delete(found.tags, key)
	}
	return struct{}{}, nil
}

func (s *Service) listTagsForResource(_ context.Context, f form) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.taggedLocked(f)
	if err != nil {
		return nil, err
	}
	var out struct{ Tags list[tagMember] }
	for _, key := range sortedKeys(found.tags) {
		out.Tags.Members = append(out.Tags.Members, tagMember{key, found.tags[key]})
	}
	return out, nil
}
