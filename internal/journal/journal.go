// Package journal keeps accepted payments in the DynamoDB session table: the record that makes a payment safe.
//
// The table is a multi-Region strongly consistent (MRSC) global table, so a conditional write is decided against the
// latest version in any Region, and a write that succeeded is in two Regions. MRSC has no transactions, no TTL and no
// local indexes; only single-item conditional writes, strong reads and queries on two sparse KEYS_ONLY indexes are used.
//
// The SDK's own retries are off: after an ambiguous write a blind second try of a condition would take our own item for
// somebody else's. Begin, Get, Complete and Probe make one attempt, and the caller decides; listings and GetMany retry, being reads.
package journal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/journal/storeerror"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// API is the part of the DynamoDB client that the journal calls.
type API interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// DefaultAttemptTimeout bounds one call. A strongly consistent write from us-west-2 crosses the continent twice
// (about 130 ms); a call that takes five times that is better tried again on another connection.
const DefaultAttemptTimeout = 700 * time.Millisecond

// Options tune a Store; the zero value is right for production.
type Options struct {
	// AttemptTimeout bounds one call; 0 means DefaultAttemptTimeout.
	AttemptTimeout time.Duration
	// PageSize bounds one page of a listing; 0 means 500.
	PageSize int32
}

// Store is the journal in one table, seen from one Region. It implements payment.Journal.
type Store struct {
	api            API
	table          string
	attemptTimeout time.Duration
	pageSize       int32
}

var _ payment.Journal = (*Store)(nil)

// New is the journal in the table. Make the client with NewClient, or with retries off.
func New(api API, table string, options Options) *Store {
	store := &Store{api: api, table: table, attemptTimeout: options.AttemptTimeout, pageSize: options.PageSize}
	if store.attemptTimeout <= 0 {
		store.attemptTimeout = DefaultAttemptTimeout
	}
	if store.pageSize <= 0 {
		store.pageSize = 500
	}
	return store
}

// connections are kept open to the endpoint: as many as a failover controller uses at a time. The SDK keeps ten, and
// whoever makes more calls than that at once pays for a handshake with each of the others.
const connections = 128

// NewClient is a DynamoDB client that tries once per call, as this package and internal/control need it.
func NewClient(config aws.Config, options ...func(*dynamodb.Options)) *dynamodb.Client {
	if config.HTTPClient == nil {
		config.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(transport *http.Transport) {
			transport.MaxIdleConns, transport.MaxIdleConnsPerHost = connections, connections
		})
	}
	once := func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }
	return dynamodb.NewFromConfig(config, append([]func(*dynamodb.Options){once}, options...)...)
}

// listRetries turns retries on for a read-only call.
func listRetries(o *dynamodb.Options) {
	o.Retryer = retry.NewStandard(func(s *retry.StandardOptions) {
		s.MaxAttempts = 4
		s.MaxBackoff = time.Second
	})
}

// Begin implements payment.Journal.
func (s *Store) Begin(ctx context.Context, record payment.Record) error {
	ctx, cancel := context.WithTimeout(ctx, s.attemptTimeout)
	defer cancel()
	_, err := s.api.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           aws.String(s.table),
		Item:                encode(record),
		ConditionExpression: aws.String("attribute_not_exists(sessionId)"),
	})
	return wrap(err, payment.ErrRecordExists, "put payment", record.ID)
}

// Get implements payment.Journal; the read is strongly consistent.
func (s *Store) Get(ctx context.Context, paymentID string) (payment.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, s.attemptTimeout)
	defer cancel()
	output, err := s.api.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      aws.String(s.table),
		Key:            itemKey(paymentID),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return payment.Record{}, wrap(err, nil, "get payment", paymentID)
	}
	if len(output.Item) == 0 {
		return payment.Record{}, fmt.Errorf("get payment %s: %w", paymentID, payment.ErrRecordNotFound)
	}
	record, err := decode(output.Item)
	if err != nil {
		return payment.Record{}, fmt.Errorf("get payment %s: %w", paymentID, err)
	}
	return record, nil
}

// Complete implements payment.Journal. The write also takes the record out of the index of pending payments.
func (s *Store) Complete(ctx context.Context, completion payment.Completion) error {
	err := s.complete(ctx, completion)
	if !errors.Is(err, errNotProcessing) {
		return err
	}
	// Somebody else was first, or something is wrong: the latest record tells.
	record, err := s.Get(ctx, completion.PaymentID)
	switch {
	case err != nil:
		return err
	case record.TransactionID != completion.TransactionID:
		return fmt.Errorf("complete payment %s: journal has %s, completion has %s: %w",
			completion.PaymentID, record.TransactionID, completion.TransactionID, payment.ErrTransactionMismatch)
	case record.Status == payment.StatusCompleted:
		return nil
	}
	return fmt.Errorf("complete payment %s: condition failed on a record that meets it: %w", completion.PaymentID, payment.ErrJournalBusy)
}

var errNotProcessing = errors.New("record is not processing under this transaction id")

func (s *Store) complete(ctx context.Context, completion payment.Completion) error {
	ctx, cancel := context.WithTimeout(ctx, s.attemptTimeout)
	defer cancel()
	_, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:           aws.String(s.table),
		Key:                 itemKey(completion.PaymentID),
		ConditionExpression: aws.String("transactionId = :transaction AND #status = :processing"),
		UpdateExpression:    aws.String("SET #status = :completed, completedAt = :at, postedRegion = :region REMOVE pendingShard"),
		ExpressionAttributeNames: map[string]string{
			"#status": "status",
		},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":transaction": text(completion.TransactionID),
			":processing":  text(string(payment.StatusProcessing)),
			":completed":   text(string(payment.StatusCompleted)),
			":at":          text(FormatTime(completion.At)),
			":region":      text(completion.PostedRegion),
		},
	})
	return wrap(err, errNotProcessing, "complete payment", completion.PaymentID)
}

// Probe shows that this Region can write: a conditional update of the Region's own probe item, which no payment id can
// name and no index holds. A condition that fails (a later probe won) was decided by a quorum and is as good.
// The caller's context bounds it.
func (s *Store) Probe(ctx context.Context, region string, at time.Time) error {
	_, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:           aws.String(s.table),
		Key:                 itemKey("#probe/" + region),
		ConditionExpression: aws.String("attribute_not_exists(probedAt) OR probedAt < :at"),
		UpdateExpression:    aws.String("SET probedAt = :at"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":at": text(FormatTime(at)),
		},
	})
	if storeerror.Classify(err) == storeerror.ConditionFailed {
		return nil
	}
	return wrap(err, nil, "probe journal from", region)
}

// wrap names the call, and the class of its error by payment's sentinels.
func wrap(err, conditionFailed error, call, object string) error {
	switch storeerror.Classify(err) {
	case storeerror.OK:
		return nil
	case storeerror.ConditionFailed:
		if conditionFailed != nil {
			return fmt.Errorf("%s %s: %w", call, object, conditionFailed)
		}
	case storeerror.Busy:
		return fmt.Errorf("%s %s: %w: %w", call, object, payment.ErrJournalBusy, err)
	case storeerror.Ambiguous:
		return fmt.Errorf("%s %s: %w: %w", call, object, payment.ErrJournalAmbiguous, err)
	}
	return fmt.Errorf("%s %s: %w", call, object, err)
}
