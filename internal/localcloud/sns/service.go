package sns

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/sns/mailbox"
)

// Metrics takes values as CloudWatch does; unit is a CloudWatch unit.
type Metrics interface {
	Record(namespace, name, unit string, dimensions map[string]string, value float64, at time.Time)
}

type noMetrics struct{}

func (noMetrics) Record(string, string, string, map[string]string, float64, time.Time) {}

// Options are what a Service stands on. Region and Account are needed; the zero value of the rest works.
type Options struct {
	// Region and Account of every topic.
	Region, Account string
	// Mailbox is the folder of the mails, one .eml file each; "" keeps them in memory.
	Mailbox string
	// AutoConfirm confirms subscriptions by e-mail at once, without the mail that asks a person to.
	AutoConfirm bool
	// Invoke hands an event to a function, as sns.amazonaws.com for the topic. An error that has Retryable() true is tried
	// again; any other is final. Without it topics have no functions.
	Invoke func(ctx context.Context, functionARN, topicARN string, event []byte) error
	// Metrics gets those of AWS/SNS by TopicName.
	Metrics Metrics
	// RetryDelay is the wait before the nth retry of a function; nil is AWS's (RetryDelay).
	RetryDelay func(retry int) time.Duration
	// Logger gets every publication and every delivery that failed for good; nil logs nothing.
	Logger *slog.Logger
}

// Service is the SNS of one Region. Its methods are safe for concurrent use.
type Service struct {
	options    Options
	box        *mailbox.Box
	background sync.WaitGroup
	stop       context.CancelFunc
	stopped    context.Context

	mutex  sync.Mutex
	closed bool
	topics map[string]*topic // by ARN
}

// New starts a service without topics, with the mails that are in its mailbox already.
func New(options Options) (*Service, error) {
	if options.Region == "" || options.Account == "" {
		return nil, errors.New("start sns: Region and Account are needed")
	}
	if options.Metrics == nil {
		options.Metrics = noMetrics{}
	}
	if options.RetryDelay == nil {
		options.RetryDelay = RetryDelay
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	box, err := mailbox.Open(options.Mailbox)
	if err != nil {
		return nil, fmt.Errorf("start sns: %w", err)
	}
	s := &Service{options: options, box: box, topics: map[string]*topic{}}
	s.stopped, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// Close gives up deliveries under way and waits for them. It is safe twice.
func (s *Service) Close() error {
	s.mutex.Lock()
	s.closed = true
	s.mutex.Unlock()
	s.stop()
	s.background.Wait()
	return nil
}

// Messages lists the mails that were delivered, the oldest first; those that ask for a confirmation, too.
func (s *Service) Messages() []mailbox.Message { return s.box.Messages() }

// TopicARN is the ARN of the topic with a name.
func (s *Service) TopicARN(name string) string {
	return "arn:aws:sns:" + s.options.Region + ":" + s.options.Account + ":" + name
}

// Topics lists the topics' ARNs.
func (s *Service) Topics() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Sorted(maps.Keys(s.topics))
}

// topicLocked finds a topic by its ARN; member is what the request calls it.
func (s *Service) topicLocked(arn, member string) (*topic, error) {
	if err := checkARN(arn, member); err != nil {
		return nil, err
	}
	if found := s.topics[arn]; found != nil {
		return found, nil
	}
	return nil, noTopic()
}

func (s *Service) count(metric, unit, topicName string, value float64) {
	s.options.Metrics.Record("AWS/SNS", metric, unit, map[string]string{"TopicName": topicName}, value, time.Now())
}
