// Package control keeps the failover state in the DynamoDB control table: the lease, what an operator asks for, and the
// history of events.
//
// The table is strongly consistent across Regions (MRSC), so a conditional write decides between Regions. Every write
// of the lease names the version that it was decided on and loses when that is no longer the latest (invariant I4).
package control

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/journal/storeerror"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Schema is the version of the items that this program writes and the newest that it reads.
const Schema = 1

// DefaultAttemptTimeout bounds one call; see journal.DefaultAttemptTimeout for the reasoning.
const DefaultAttemptTimeout = 700 * time.Millisecond

// API is the part of the DynamoDB client that the control table needs.
type API interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// Lease says which Region acts, in which term.
type Lease struct {
	Region string
	// Epoch is the term's number; it only grows.
	Epoch int64
	// Seq grows with every renewal within a term; a standby watches it move.
	Seq   int64
	State payment.LeaseState
	// InVain counts the terms in a row that stepped down before they were active.
	InVain int64
	// Holder is the run that wrote last, for people.
	Holder string
	// UpdatedAt is the writer's clock, for people: no decision compares it with another machine's clock.
	UpdatedAt time.Time
	// Version grows by one with every write. 0 means that the lease was never written.
	Version int64
}

// The errors that decide a branch, found with errors.Is. Any other error is permanent.
var (
	// ErrNoLease: the item was never written; Save with a zero Version creates it.
	ErrNoLease = errors.New("no lease was ever written")
	// ErrLost: the version read is not the latest; nothing was written. Observe again, decide again.
	ErrLost = errors.New("item was written by another since it was read")
	// ErrBusy: nothing was written; the same call may succeed in a moment.
	ErrBusy = errors.New("control table refused for now, nothing was written")
	// ErrAmbiguous: the write may have taken effect, now or in a moment. Load tells; do not act before it has.
	ErrAmbiguous = errors.New("control table did not answer, the write may have taken effect")
	// ErrCorrupt: the item is there and cannot be what this program wrote.
	ErrCorrupt = errors.New("control item is corrupt")
	// ErrNewerSchema: a newer program wrote the item; this one must not act.
	ErrNewerSchema = errors.New("control item has a newer schema")
)

// Store is the control table as seen from one Region. It is safe for concurrent use and makes one attempt per call
// (listings retry).
type Store struct {
	api            API
	table          string
	attemptTimeout time.Duration
}

// New is the control table; give it a client of journal.NewClient. attemptTimeout 0 means DefaultAttemptTimeout.
func New(api API, table string, attemptTimeout time.Duration) *Store {
	if attemptTimeout <= 0 {
		attemptTimeout = DefaultAttemptTimeout
	}
	return &Store{api: api, table: table, attemptTimeout: attemptTimeout}
}

// Load reads the lease, strongly consistent.
func (s *Store) Load(ctx context.Context) (Lease, error) {
	return load(ctx, s, "lease", ErrNoLease, decodeLease)
}

// Save writes next if the lease still has the version that next.Version names (0: it was never written), and returns it
// with its new version. On an error nothing that was decided may be acted on.
func (s *Store) Save(ctx context.Context, next Lease) (Lease, error) {
	if err := next.validate(); err != nil {
		return Lease{}, fmt.Errorf("save lease: %w", err)
	}
	read := next.Version
	next.Version = read + 1
	if err := s.putOnVersion(ctx, "lease", encodeLease(next), read); err != nil {
		return Lease{}, err
	}
	return next, nil
}

// load reads the one item of a kind.
func load[T any](ctx context.Context, s *Store, kind string, absent error, decode func(map[string]types.AttributeValue) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, s.attemptTimeout)
	defer cancel()
	var none T
	output, err := s.api.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(s.table), Key: itemKey(kind, "current"), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return none, wrap(err, "load "+kind)
	}
	if len(output.Item) == 0 {
		return none, fmt.Errorf("load %s: %w", kind, absent)
	}
	decoded, err := decode(output.Item)
	if err != nil {
		return none, fmt.Errorf("load %s: %w", kind, err)
	}
	return decoded, nil
}

// putOnVersion writes the item of a kind if the one that is there has the version that was read; 0 means that there is
// none.
func (s *Store) putOnVersion(ctx context.Context, kind string, item map[string]types.AttributeValue, read int64) error {
	ctx, cancel := context.WithTimeout(ctx, s.attemptTimeout)
	defer cancel()
	input := &dynamodb.PutItemInput{
		TableName: aws.String(s.table), Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}
	if read > 0 {
		input.ConditionExpression = aws.String("#version = :read")
		input.ExpressionAttributeNames = map[string]string{"#version": "version"}
		input.ExpressionAttributeValues = map[string]types.AttributeValue{":read": number(read)}
	}
	if _, err := s.api.PutItem(ctx, input); err != nil {
		return wrap(err, "save "+kind+" on version "+strconv.FormatInt(read, 10))
	}
	return nil
}

// Current implements payment.Lease by a read of its own; Cached is for the path of every payment.
func (s *Store) Current(ctx context.Context) (payment.Term, error) {
	lease, err := s.Load(ctx)
	if err != nil {
		return payment.Term{}, err
	}
	return payment.Term{Region: lease.Region, Epoch: lease.Epoch, State: lease.State}, nil
}

// validate refuses what no program of ours means to write.
func (l Lease) validate() error {
	switch l.State {
	case payment.LeaseActive, payment.LeasePromoting, payment.LeaseDraining, payment.LeaseReleased:
	default:
		return fmt.Errorf("state %q is not a lease's", l.State)
	}
	if l.Region == "" || l.Epoch < 1 || l.Seq < 0 || l.InVain < 0 || l.Version < 0 {
		return fmt.Errorf("region %q, epoch %d, seq %d, in vain %d, version %d: region must be set, epoch at least 1, the rest not negative",
			l.Region, l.Epoch, l.Seq, l.InVain, l.Version)
	}
	return nil
}

// wrap names the call, and the class of its error.
func wrap(err error, call string) error {
	switch storeerror.Classify(err) {
	case storeerror.ConditionFailed:
		return fmt.Errorf("%s: %w", call, ErrLost)
	case storeerror.Busy:
		return fmt.Errorf("%s: %w: %w", call, ErrBusy, err)
	case storeerror.Ambiguous:
		return fmt.Errorf("%s: %w: %w", call, ErrAmbiguous, err)
	}
	return fmt.Errorf("%s: %w", call, err)
}
