package control

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/journal/attribute"
)

// IntentKind is what an operator asks the controllers for.
type IntentKind string

// The kinds. A failback is a switchover to the configured primary.
const (
	// IntentFailover: the holder steps down, at the loss of what its ledger has not replicated, and To takes over.
	IntentFailover IntentKind = "failover"
	// IntentSwitchover: the holder drains, hands its database over without loss, and steps down for To.
	IntentSwitchover IntentKind = "switchover"
	// IntentDrain: processors stop posting for a while; payments wait in the journal, and the controller posts them.
	IntentDrain IntentKind = "drain"
	// IntentReplay: the holder compares journal and ledger from Since on, and posts what is missing.
	IntentReplay IntentKind = "replay"
)

// IntentState says whether an intent is still meant.
type IntentState string

// The states. Whether an open failover or switchover has come true is seen from the lease, not written here.
const (
	IntentOpen      IntentState = "open"
	IntentWithdrawn IntentState = "withdrawn"
	IntentDone      IntentState = "done" // a replay has ended
)

// Intent is what an operator asks for. There is one item, so there is one intent at a time.
//
// It is bound to a term and ends by the lease's own counter: a controller judges it without comparing clocks, and an
// intent that everybody has forgotten stops by itself.
type Intent struct {
	ID   string
	Kind IntentKind
	// To is the Region that shall be active; that of the holder for a drain and a replay.
	To string
	// Epoch is the term that it was asked in; in any other it means nothing.
	Epoch int64
	// Until is the lease's seq at which it ends: the holder renews once a tick.
	Until int64
	// Since is where a replay begins; zero for the other kinds.
	Since time.Time
	// By and Why are for people.
	By, Why string
	// At is the operator's clock, for people.
	At    time.Time
	State IntentState
	// Version grows by one with every write of the item. 0 means that it was never written.
	Version int64
}

// ErrNoIntent: no intent was ever written; SaveIntent with a zero Version creates the first.
var ErrNoIntent = errors.New("no intent was ever written")

// Standing tells whether the intent is to be followed in the term that lease is.
func (i Intent) Standing(lease Lease) bool {
	return i.State == IntentOpen && i.Epoch == lease.Epoch && lease.Seq < i.Until
}

// LoadIntent reads the newest intent, strongly consistent; errors are those of Load, ErrNoIntent instead of ErrNoLease.
func (s *Store) LoadIntent(ctx context.Context) (Intent, error) {
	return load(ctx, s, "intent", ErrNoIntent, decodeIntent)
}

// SaveIntent writes next if the item still has the version that next.Version names, and returns it with its new
// version. ErrLost: another operator was faster. After ErrAmbiguous, LoadIntent tells.
func (s *Store) SaveIntent(ctx context.Context, next Intent) (Intent, error) {
	if err := next.validate(); err != nil {
		return Intent{}, fmt.Errorf("save intent: %w", err)
	}
	read := next.Version
	next.Version = read + 1
	if err := s.putOnVersion(ctx, "intent", encodeIntent(next), read); err != nil {
		return Intent{}, err
	}
	return next, nil
}

// validate refuses what no program of ours means to write.
func (i Intent) validate() error {
	switch i.Kind {
	case IntentFailover, IntentSwitchover, IntentDrain, IntentReplay:
	default:
		return fmt.Errorf("kind %q is not an intent's", i.Kind)
	}
	switch i.State {
	case IntentOpen, IntentWithdrawn, IntentDone:
	default:
		return fmt.Errorf("state %q is not an intent's", i.State)
	}
	if i.ID == "" || i.To == "" || i.By == "" || i.At.IsZero() || i.Epoch < 1 || i.Until < 0 || i.Version < 0 {
		return fmt.Errorf("id %q, region %q, by %q, at %v, epoch %d, until %d, version %d: the first four must be set, epoch at least 1, the rest not negative",
			i.ID, i.To, i.By, i.At, i.Epoch, i.Until, i.Version)
	}
	if (i.Kind == IntentReplay) == i.Since.IsZero() {
		return fmt.Errorf("since is %v: a replay has it, nothing else", i.Since)
	}
	return nil
}

func encodeIntent(intent Intent) map[string]types.AttributeValue {
	item := map[string]types.AttributeValue{
		"pk": text("intent"), "sk": text("current"),
		"id": text(intent.ID), "kind": text(string(intent.Kind)), "to": text(intent.To),
		"epoch": number(intent.Epoch), "until": number(intent.Until), "by": text(intent.By), "why": text(intent.Why),
		"at": text(attribute.FormatTime(intent.At)), "state": text(string(intent.State)),
		"version": number(intent.Version), "schema": number(Schema),
	}
	if !intent.Since.IsZero() {
		item["since"] = text(attribute.FormatTime(intent.Since))
	}
	return item
}

func decodeIntent(item map[string]types.AttributeValue) (Intent, error) {
	r := attribute.Reader{Item: item}
	schema := r.Number("schema")
	if r.Err == nil && schema > Schema {
		return Intent{}, fmt.Errorf("%w: it has %d, this program reads up to %d", ErrNewerSchema, schema, Schema)
	}
	intent := Intent{
		ID: r.Text("id"), Kind: IntentKind(r.Text("kind")), To: r.Text("to"), Epoch: r.Number("epoch"), Until: r.Number("until"),
		By: r.Text("by"), Why: r.Text("why"), At: r.Time("at"), State: IntentState(r.Text("state")), Version: r.Number("version"),
	}
	if _, there := item["since"]; there {
		intent.Since = r.Time("since")
	}
	if r.Err == nil {
		r.Err = intent.validate()
	}
	if r.Err == nil && (intent.Version < 1 || schema < 1) {
		r.Err = fmt.Errorf("version is %d, schema %d, both start at 1", intent.Version, schema)
	}
	if r.Err != nil {
		return Intent{}, fmt.Errorf("%w: %w", ErrCorrupt, r.Err)
	}
	return intent, nil
}
