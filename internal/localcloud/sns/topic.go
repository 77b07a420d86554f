package sns

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/paymentdr/paymentdr/internal/localcloud/sns/policy"
)

// Topic is what a topic's resource says.
type Topic struct {
	Name, DisplayName, KMSKeyID string
	// Policy is a policy document; "" leaves the topic the policy that it has: PutTopicPolicy's, or the default.
	Policy string
	// Attributes are others that SNS knows, by SNS's names: SignatureVersion, TracingConfig, DeliveryPolicy,
	// MaximumMessageSize.
	Attributes map[string]string
	Tags       map[string]string
}

// topic is a topic with its subscriptions, in the order in which they were made.
type topic struct {
	arn, name     string
	attributes    map[string]string // that were set
	policy        *policy.Policy
	tags          map[string]string
	subscriptions []*subscription
}

const (
	policyAttribute  = "Policy"
	displayAttribute = "DisplayName"
	keyAttribute     = "KmsMasterKeyId"
	sizeAttribute    = "MaximumMessageSize"
)

// The limits of the API's documentation.
const (
	defaultSize     = 256 << 10
	minimumSize     = 1 << 10
	maximumSize     = 1 << 20
	maximumDisplay  = 100
	maximumTags     = 50
	maximumTagKey   = 128
	maximumTagValue = 256
)

var topicPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// checkARN refuses what is no ARN, in SNS's words.
func checkARN(arn, member string) error {
	if parts := strings.Count(arn, ":") + 1; arn == "" {
		return invalid("%s Reason: no value for required parameter", member)
	} else if parts < 6 {
		return invalid("%s Reason: An ARN must have at least 6 elements, not %d", member, parts)
	}
	return nil
}

// attribute checks and sets an attribute of a topic; "" makes it what it is by default.
func (t *topic) attribute(name, value, defaultPolicy string) error {
	switch name {
	case policyAttribute:
		text := value
		if text == "" {
			text = defaultPolicy
		}
		parsed, err := policy.Parse(text)
		if err != nil {
			return invalid("Policy Error: %s", err)
		}
		t.policy = parsed
	case displayAttribute:
		if len(value) > maximumDisplay || strings.ContainsFunc(value, unicode.IsControl) {
			return invalid("DisplayName")
		}
	case sizeAttribute:
		if size, err := strconv.Atoi(value); value != "" && (err != nil || size < minimumSize || size > maximumSize) {
			return invalid("MaximumMessageSize Reason: it is not between %d and %d", minimumSize, maximumSize)
		}
	case "SignatureVersion":
		if value != "" && value != "1" && value != "2" {
			return invalid("SignatureVersion")
		}
	case "TracingConfig":
		if value != "" && value != "PassThrough" && value != "Active" {
			return invalid("TracingConfig")
		}
	case keyAttribute, "DeliveryPolicy":
	default:
		return invalid("AttributeName")
	}
	if value == "" {
		delete(t.attributes, name)
	} else {
		t.attributes[name] = value
	}
	return nil
}

// set sets several attributes, in the order of their names.
func (t *topic) set(attributes map[string]string, defaultPolicy string) error {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if err := t.attribute(name, attributes[name], defaultPolicy); err != nil {
			return err
		}
	}
	return nil
}

func checkTags(tags map[string]string) error {
	if len(tags) > maximumTags {
		return &Error{Code: "TagLimitExceeded", Status: 400, Message: "Could not complete request: tag quota of per resource exceeded"}
	}
	for key, value := range tags {
		if key == "" || len(key) > maximumTagKey || len(value) > maximumTagValue || strings.HasPrefix(strings.ToLower(key), "aws:") {
			return invalid("Tags Reason: tag %q", key)
		}
	}
	return nil
}

// maximum is the size of a message.
func (t *topic) maximum() int {
	if size, err := strconv.Atoi(t.attributes[sizeAttribute]); err == nil {
		return size
	}
	return defaultSize
}

// defaultPolicy is what SNS gives a topic: the owner's account may do everything, services on its behalf included.
func (s *Service) defaultPolicy(arn string) string {
	return fmt.Sprintf(`{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},`+
		`"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission","SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],`+
		`"Resource":"%s","Condition":{"StringEquals":{"AWS:SourceOwner":"%s"}}}]}`, arn, s.options.Account)
}

// newTopic checks a topic's name, attributes and tags.
func (s *Service) newTopic(name string, attributes, tags map[string]string) (*topic, error) {
	if strings.HasSuffix(name, ".fifo") || attributes["FifoTopic"] == "true" {
		return nil, invalid("Topic Name Reason: FIFO topics are not modelled by the local SNS")
	}
	if !topicPattern.MatchString(name) {
		return nil, invalid("Topic Name")
	}
	if err := checkTags(tags); err != nil {
		return nil, err
	}
	made := &topic{arn: s.TopicARN(name), name: name, attributes: map[string]string{}, tags: maps.Clone(tags)}
	if made.tags == nil {
		made.tags = map[string]string{}
	}
	attributes = maps.Clone(attributes)
	delete(attributes, "FifoTopic")
	if err := made.attribute(policyAttribute, "", s.defaultPolicy(made.arn)); err != nil {
		return nil, err
	}
	return made, made.set(attributes, s.defaultPolicy(made.arn))
}

// PutTopic makes a topic or brings it to what its resource says, and returns its ARN. Its subscriptions stay.
func (s *Service) PutTopic(wanted Topic) (string, error) {
	attributes := maps.Clone(wanted.Attributes)
	if attributes == nil {
		attributes = map[string]string{}
	}
	for name, value := range map[string]string{displayAttribute: wanted.DisplayName, keyAttribute: wanted.KMSKeyID, policyAttribute: wanted.Policy} {
		if value != "" {
			attributes[name] = value
		}
	}
	made, err := s.newTopic(wanted.Name, attributes, wanted.Tags)
	if err != nil {
		return "", fmt.Errorf("put topic %s: %w", wanted.Name, err)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if existing := s.topics[made.arn]; existing != nil {
		made.subscriptions = existing.subscriptions
		if wanted.Policy == "" {
			made.policy = existing.policy
			if text, ok := existing.attributes[policyAttribute]; ok {
				made.attributes[policyAttribute] = text
			}
		}
	}
	s.topics[made.arn] = made
	return made.arn, nil
}

// PutTopicPolicy sets a topic's policy document; "" makes it the default again.
func (s *Service) PutTopicPolicy(topicARN, document string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.topicLocked(topicARN, "TopicArn")
	if err == nil {
		err = found.attribute(policyAttribute, document, s.defaultPolicy(found.arn))
	}
	if err != nil {
		return fmt.Errorf("put policy of topic %s: %w", topicARN, err)
	}
	return nil
}

// DeleteTopic removes a topic and its subscriptions. One that is gone is left alone.
func (s *Service) DeleteTopic(topicARN string) error {
	if err := checkARN(topicARN, "TopicArn"); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.topics, topicARN)
	return nil
}
