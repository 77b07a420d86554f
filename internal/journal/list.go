package journal

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/journal/attribute"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// listTimeout bounds one page of a listing with all its retries.
const listTimeout = 5 * time.Second

// Entry is what the indexes know of a payment; Get reads the rest.
type Entry struct {
	PaymentID string
	CreatedAt time.Time
}

// Page is a part of a listing. Next continues it, and is nil at its end.
type Page struct {
	Entries []Entry
	Next    Cursor
}

// Cursor is where a listing goes on; nil is its start.
type Cursor map[string]types.AttributeValue

// ListPending lists payments of a shard (0 to Shards-1) that are not completed, oldest first.
//
// Indexes are eventually consistent: a payment of the last moments may be missing, and a completed one may still be
// listed. Callers repeat until nothing is found, and read each payment before they act on it.
func (s *Store) ListPending(ctx context.Context, shard int, from Cursor) (Page, error) {
	if shard < 0 || shard >= Shards {
		return Page{}, fmt.Errorf("list pending payments: shard %d is not in 0..%d", shard, Shards-1)
	}
	page, err := s.query(ctx, from, &dynamodb.QueryInput{
		IndexName:                 aws.String("pending"),
		KeyConditionExpression:    aws.String("pendingShard = :shard"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":shard": text(pendingShard(shard))},
	})
	if err != nil {
		return Page{}, fmt.Errorf("list pending payments of shard %d: %w", shard, err)
	}
	return page, nil
}

// ListCreatedShard lists payments of a shard that were created in from <= createdAt < to, within the UTC hour of from,
// oldest first. The remarks of ListPending on consistency hold.
func (s *Store) ListCreatedShard(ctx context.Context, from, to time.Time, shard int, cursor Cursor) (Page, error) {
	if shard < 0 || shard >= Shards {
		return Page{}, fmt.Errorf("list created payments: shard %d is not in 0..%d", shard, Shards-1)
	}
	// BETWEEN takes both ends; the stored resolution is a microsecond. A bound between two microseconds rounds up.
	first, last := ceilMicrosecond(from), ceilMicrosecond(to).Add(-time.Microsecond)
	if last.Before(first) {
		return Page{}, nil
	}
	page, err := s.query(ctx, cursor, &dynamodb.QueryInput{
		IndexName:              aws.String("created"),
		KeyConditionExpression: aws.String("createdShard = :shard AND createdAt BETWEEN :first AND :last"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":shard": text(createdShard(from, shard)),
			":first": text(FormatTime(first)),
			":last":  text(FormatTime(last)),
		},
	})
	if err != nil {
		return Page{}, fmt.Errorf("list payments created from %s, shard %d: %w", FormatTime(from), shard, err)
	}
	return page, nil
}

func ceilMicrosecond(t time.Time) time.Time {
	truncated := t.Truncate(time.Microsecond)
	if truncated.Before(t) {
		return truncated.Add(time.Microsecond)
	}
	return truncated
}

// Pending yields every payment that is not completed, shard by shard. The first error ends it.
func (s *Store) Pending(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		each(ctx, yield, s.ListPending)
	}
}

// ListCreated yields every payment with from <= createdAt < to, hour by hour and shard by shard. The first error ends
// it. It makes at least Shards calls per hour, so ask for hours, not years.
func (s *Store) ListCreated(ctx context.Context, from, to time.Time) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for start := from.UTC(); start.Before(to); start = start.Truncate(time.Hour).Add(time.Hour) {
			end := start.Truncate(time.Hour).Add(time.Hour)
			if to.Before(end) {
				end = to
			}
			more := each(ctx, yield, func(ctx context.Context, shard int, cursor Cursor) (Page, error) {
				return s.ListCreatedShard(ctx, start, end, shard, cursor)
			})
			if !more {
				return
			}
		}
	}
}

// answer is a page, or why there is none.
type answer struct {
	page Page
	err  error
}

// each yields the entries of all shards, one shard after the other, while the next pages of all of them are being read;
// false means that the caller has enough or an error was yielded.
func each(ctx context.Context, yield func(Entry, error) bool, list func(context.Context, int, Cursor) (Page, error)) bool {
	ctx, cancel := context.WithCancel(ctx)
	left := make(chan struct{})
	var readers sync.WaitGroup
	defer readers.Wait()
	defer cancel()
	defer close(left)
	var shards [Shards]chan answer
	for shard := range shards {
		pages := make(chan answer)
		shards[shard] = pages
		readers.Go(func() {
			defer close(pages)
			for cursor := Cursor(nil); ; {
				page, err := list(ctx, shard, cursor)
				select {
				case pages <- answer{page, err}:
				case <-left:
					return
				}
				if cursor = page.Next; cursor == nil || err != nil {
					return
				}
			}
		})
	}
	for _, pages := range shards {
		for next := range pages {
			if next.err != nil {
				yield(Entry{}, next.err)
				return false
			}
			for _, entry := range next.page.Entries {
				if !yield(entry, nil) {
					return false
				}
			}
		}
	}
	return true
}

// Backlog counts the payments that are not completed and finds the oldest; zero values mean that there is none.
func (s *Store) Backlog(ctx context.Context) (count int, oldest time.Time, err error) {
	for entry, err := range s.Pending(ctx) {
		if err != nil {
			return 0, time.Time{}, err
		}
		if count++; oldest.IsZero() || entry.CreatedAt.Before(oldest) {
			oldest = entry.CreatedAt
		}
	}
	return count, oldest, nil
}

// query runs one page of an index query, with the SDK's retries, because a read may be repeated.
func (s *Store) query(ctx context.Context, from Cursor, input *dynamodb.QueryInput) (Page, error) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	input.TableName, input.ExclusiveStartKey, input.Limit = aws.String(s.table), from, aws.Int32(s.pageSize)
	output, err := s.api.Query(ctx, input, listRetries)
	if err != nil {
		return Page{}, wrap(err, nil, "query index", aws.ToString(input.IndexName))
	}
	page := Page{Next: output.LastEvaluatedKey}
	for _, item := range output.Items {
		r := attribute.Reader{Item: item}
		page.Entries = append(page.Entries, Entry{PaymentID: r.Text("sessionId"), CreatedAt: r.Time("createdAt")})
		if r.Err != nil {
			return Page{}, fmt.Errorf("%w: %w", payment.ErrRecordCorrupt, r.Err)
		}
	}
	if len(page.Next) == 0 {
		page.Next = nil
	}
	return page, nil
}
