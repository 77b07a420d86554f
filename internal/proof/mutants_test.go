package proof_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/proof"
)

// mutants are services with one guard taken out. The judge must find each guilty of the rule that the guard keeps.
var mutants = []struct {
	name  string
	guilt proof.Rule
	rates rates
	mutation
}{
	{"the journal's put has no condition", proof.RuleTransaction, usual, mutation{
		api: func(api journal.API) journal.API { return unconditional{api} }}},
	{"a payment is acknowledged before the journal has it", proof.RuleTransaction, usual, mutation{
		journal: func(real payment.Journal) payment.Journal { return &hasty{Journal: real} }}},
	{"a journal write without an answer is taken for done", proof.RuleTransaction, rates{wire: 0.3, crash: 0.02}, mutation{
		journal: func(real payment.Journal) payment.Journal { return trusting{real} }}},
	{"fingerprints are not compared", proof.RuleFingerprint, usual, mutation{
		journal: func(real payment.Journal) payment.Journal { return &blind{Journal: real} }}},
	{"a post that failed is taken for done", proof.RuleLost, usual, mutation{
		ledger: func(real payment.Ledger) payment.Ledger { return careless{real} }}},
	{"the post has no fence", proof.RuleFence, usual, mutation{schema: withoutFence}},
	{"the post does not expect to be repeated", proof.RuleSettled, usual, mutation{schema: withoutOnConflict}},
	{"the ledger has no unique keys", proof.RuleDoubled, usual, mutation{schema: withoutKeys}},
}

func TestMutantsAreFoundGuilty(t *testing.T) {
	for _, mutant := range mutants {
		t.Run(mutant.name, func(t *testing.T) {
			w := newWorld(t, seed(t), mutant.rates, mutant.mutation)
			found := map[proof.Rule]int{}
			for _, violation := range proof.Check(run(t, w, mutantSize), mutantSearchTime) {
				found[violation.Rule]++
			}
			t.Logf("broken rules: %v", found)
			if found[mutant.guilt] == 0 {
				t.Errorf("rule %q is not found broken: the proof would not notice this fault", mutant.guilt)
			}
		})
	}
}

// TestSoundServiceIsAcquitted is the mutants' run without a mutation: what finds them guilty is not their size.
func TestSoundServiceIsAcquitted(t *testing.T) {
	w := newWorld(t, seed(t), usual, mutation{})
	for _, violation := range proof.Check(run(t, w, mutantSize), searchTime) {
		t.Error(violation)
	}
}

var mutantSize = size{payers: 16, payments: 80, sends: 40}

// mutantSearchTime is short: a broken history can take for ever to search, and the other rules tell, too.
const mutantSearchTime = 200 * time.Millisecond

// unconditional takes the condition out of the journal's put.
type unconditional struct{ journal.API }

func (u unconditional) PutItem(ctx context.Context, input *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	changed := *input
	changed.ConditionExpression = nil
	return u.API.PutItem(ctx, &changed, options...)
}

// hasty says that a record is written and writes it afterwards.
type hasty struct {
	payment.Journal
	writes sync.WaitGroup
}

func (h *hasty) Begin(ctx context.Context, record payment.Record) error {
	h.writes.Go(func() {
		defer func() { _ = recover() }() // the processor died in the middle of it
		_ = h.Journal.Begin(context.WithoutCancel(ctx), record)
	})
	return nil
}

// trusting takes a write whose outcome is unknown for done.
type trusting struct{ payment.Journal }

func (t trusting) Begin(ctx context.Context, record payment.Record) error {
	err := t.Journal.Begin(ctx, record)
	if errors.Is(err, payment.ErrJournalAmbiguous) {
		return nil
	}
	return err
}

// blind makes every recorded payment look like the one that is asked for.
type blind struct {
	payment.Journal
	asked sync.Map // of *script: the request's fingerprint
}

func (b *blind) Begin(ctx context.Context, record payment.Record) error {
	b.asked.Store(scriptOf(ctx), record.Fingerprint)
	return b.Journal.Begin(ctx, record)
}

func (b *blind) Get(ctx context.Context, paymentID string) (payment.Record, error) {
	record, err := b.Journal.Get(ctx, paymentID)
	if asked, ok := b.asked.Load(scriptOf(ctx)); ok && err == nil {
		record.Fingerprint = asked.(string)
	}
	return record, err
}

// careless takes a ledger that does not answer for one that has posted.
type careless struct{ payment.Ledger }

func (c careless) Post(ctx context.Context, posting payment.Posting) (payment.PostResult, error) {
	result, err := c.Ledger.Post(ctx, posting)
	if errors.Is(err, payment.ErrLedgerUnavailable) {
		return payment.PostResult{Posted: true}, nil
	}
	return result, err
}
