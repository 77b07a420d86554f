package sns

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
)

type messageResult struct{ MessageId string }

func (s *Service) publishOver(ctx context.Context, f form) (any, error) {
	topicARN, member := f.Get("TopicArn"), "TopicArn"
	switch {
	case f.Has("PhoneNumber"):
		return nil, invalid("PhoneNumber Reason: SMS is not modelled by the local SNS")
	case f.Has("TargetArn"):
		topicARN, member = f.Get("TargetArn"), "TargetArn"
	case topicARN == "":
		return nil, invalid("TopicArn or TargetArn Reason: no value for required parameter")
	}
	if err := checkARN(topicARN, member); err != nil {
		return nil, err
	}
	p, err := readPublication(f, "")
	if err != nil {
		return nil, err
	}
	id, err := s.publish(ctx, topicARN, p)
	if err != nil {
		return nil, err
	}
	return messageResult{id}, nil
}

// readPublication reads the members that Publish and an entry of PublishBatch have.
func readPublication(f form, prefix string) (publication, error) {
	p := publication{subject: f.Get(prefix + "Subject"), message: f.Get(prefix + "Message"), attributes: map[string]attributeValue{}}
	switch {
	case f.Has(prefix+"Subject") && p.subject == "":
		return p, invalid("Subject")
	case f.Has(prefix + "MessageGroupId"), f.Has(prefix + "MessageDeduplicationId"):
		return p, invalid("MessageGroupId Reason: FIFO topics are not modelled by the local SNS")
	}
	for i := 1; f.Has(fmt.Sprintf("%sMessageAttributes.entry.%d.Name", prefix, i)); i++ {
		entry := fmt.Sprintf("%sMessageAttributes.entry.%d.", prefix, i)
		value := attributeValue{f.Get(entry + "Value.DataType"), f.Get(entry + "Value.StringValue")}
		if binary := f.Get(entry + "Value.BinaryValue"); binary != "" {
			if _, err := base64.StdEncoding.DecodeString(binary); err != nil {
				return p, invalid("MessageAttributes Reason: BinaryValue is not base64")
			}
			value.Value = binary
		}
		p.attributes[f.Get(entry+"Name")] = value
	}
	return p, p.structure(f.Get(prefix + "MessageStructure"))
}

const maximumBatch = 10

var entryPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

type successMember struct{ Id, MessageId string }

type failureMember struct {
	Id, Code, Message string
	SenderFault       bool
}

func (s *Service) publishBatch(ctx context.Context, f form) (any, error) {
	const name = "PublishBatchRequestEntries"
	refuse := func(code, format string, arguments ...any) error {
		return awserror.Refuse(code, format, arguments...)
	}
	topicARN, entries := f.Get("TopicArn"), f.Members(name, "Id")
	switch {
	case entries == 0:
		return nil, refuse("EmptyBatchRequest", "The batch request doesn't contain any entries.")
	case entries > maximumBatch:
		return nil, refuse("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.")
	}
	s.mutex.Lock()
	found, err := s.topicLocked(topicARN, "TopicArn")
	if err != nil {
		s.mutex.Unlock()
		return nil, err
	}
	limit := found.maximum()
	s.mutex.Unlock()
	seen, total := map[string]bool{}, 0
	for i := 1; i <= entries; i++ {
		id := f.Get(fmt.Sprintf("%s.member.%d.Id", name, i))
		switch {
		case !entryPattern.MatchString(id):
			return nil, refuse("InvalidBatchEntryId", "The Id of a batch entry in a batch request doesn't abide by the specification.")
		case seen[id]:
			return nil, refuse("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.")
		}
		seen[id] = true
		if p, err := readPublication(f, fmt.Sprintf("%s.member.%d.", name, i)); err == nil {
			total += p.size()
		}
	}
	if total > limit {
		return nil, refuse("BatchRequestTooLong", "The length of all the batch messages put together is more than the limit.")
	}
	var out struct {
		Successful list[successMember]
		Failed     list[failureMember]
	}
	for i := 1; i <= entries; i++ {
		prefix := fmt.Sprintf("%s.member.%d.", name, i)
		p, err := readPublication(f, prefix)
		message := ""
		if err == nil {
			message, err = s.publish(ctx, topicARN, p)
		}
		var known *Error
		switch id := f.Get(prefix + "Id"); {
		case err == nil:
			out.Successful.Members = append(out.Successful.Members, successMember{id, message})
		case errors.As(err, &known):
			out.Failed.Members = append(out.Failed.Members, failureMember{id, known.Code, known.Message, true})
		default:
			return nil, err
		}
	}
	return out, nil
}
