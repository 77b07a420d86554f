package check_test

import (
	"context"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// stores are a real journal and a real ledger, written by the service's own code.
type stores struct {
	table    string
	client   *dynamodb.Client
	journal  *journal.Store
	ledger   *ledger.Store
	owner    *pgx.Conn
	receipts []receipt.Receipt
}

func open(t *testing.T, cluster *clustertest.Cluster) *stores {
	t.Helper()
	database := postgrestest.Start(t)
	owner, err := pgx.Connect(t.Context(), database.SuperuserURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { owner.Close(context.Background()) })
	s := &stores{table: cluster.JournalTable(t, "journal-"+strings.ToLower(path.Base(t.Name()))), client: cluster.Client(t, clustertest.East), ledger: ledgertest.Open(t, database, 2), owner: owner}
	s.journal = journal.New(s.client, s.table, journal.Options{AttemptTimeout: clustertest.Patience, PageSize: 10})
	if err := s.journal.Probe(t.Context(), clustertest.East, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.fence(t, 1, clustertest.East)
	return s
}

func (s *stores) fence(t *testing.T, epoch int64, region string) {
	t.Helper()
	if err := s.ledger.Fence(t.Context(), epoch, region); err != nil {
		t.Fatal(err)
	}
}

// steps are how far a payment goes.
type steps struct{ unposted, uncompleted, unanswered bool }

// pay takes one payment as the service does, and writes the payer's receipts.
func (s *stores) pay(t *testing.T, id string, epoch int64, steps steps) {
	t.Helper()
	money := payment.Money{MinorUnits: 1250, Currency: "USD"}
	paid := payment.Payment{ID: id, Money: money}
	record := payment.Record{Payment: paid, TransactionID: uuid.Must(uuid.NewV7()).String(), Fingerprint: paid.Fingerprint(),
		Status: payment.StatusProcessing, Region: clustertest.East, Epoch: epoch, CreatedAt: time.Now()}
	asked := receipt.Receipt{Kind: receipt.Asked, Payer: "dns-1", PayerKind: receipt.DNS, Due: time.Now(),
		Payment: receipt.Payment{ID: id, Amount: "12.50", MinorUnits: 1250, Currency: "USD"}}
	answered := asked
	answered.Kind, answered.Try, answered.Sent = receipt.Answered, 1, time.Now()
	if err := s.journal.Begin(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	if !steps.unposted {
		s.post(t, record, epoch)
	}
	if !steps.uncompleted {
		s.complete(t, record)
	}
	answered.Ended = time.Now()
	answered.Answer = receipt.Answer{Outcome: receipt.Success, TransactionID: record.TransactionID, AcceptedBy: clustertest.East, Requests: 1}
	if steps.uncompleted {
		answered.Outcome = receipt.Processing
	}
	if steps.unanswered {
		answered.Answer = receipt.Answer{Outcome: receipt.Unknown, Class: "timeout", Requests: 1}
	}
	s.receipts = append(s.receipts, asked, answered)
}

func (s *stores) post(t *testing.T, record payment.Record, epoch int64) {
	t.Helper()
	if _, err := s.ledger.Post(t.Context(), payment.Posting{PaymentID: record.ID, TransactionID: record.TransactionID, Money: record.Money,
		Region: record.Region, Epoch: epoch, AcceptedAt: record.CreatedAt}); err != nil {
		t.Fatal(err)
	}
}

func (s *stores) complete(t *testing.T, record payment.Record) {
	t.Helper()
	if err := s.journal.Complete(t.Context(), payment.Completion{PaymentID: record.ID, TransactionID: record.TransactionID,
		PostedRegion: record.Region, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
}

func (s *stores) read(t *testing.T) check.Stores {
	t.Helper()
	read, err := check.Read(t.Context(), s.owner, s.client, s.table)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// behindTheLedgersBack runs statements with its triggers and foreign keys off.
func (s *stores) behindTheLedgersBack(t *testing.T, statements ...string) {
	t.Helper()
	for _, statement := range append([]string{"SET session_replication_role = replica"}, statements...) {
		if _, err := s.owner.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// forget removes a payment from the journal.
func (s *stores) forget(t *testing.T, id string) {
	t.Helper()
	if _, err := s.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(s.table),
		Key: map[string]types.AttributeValue{"sessionId": &types.AttributeValueMemberS{Value: id}}}); err != nil {
		t.Fatal(err)
	}
}

// change writes one attribute of a payment in the journal.
func (s *stores) change(t *testing.T, id, attribute string, value types.AttributeValue) {
	t.Helper()
	if _, err := s.client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String(s.table),
		Key:              map[string]types.AttributeValue{"sessionId": &types.AttributeValueMemberS{Value: id}},
		UpdateExpression: aws.String("SET #a = :v"), ExpressionAttributeNames: map[string]string{"#a": attribute},
		ExpressionAttributeValues: map[string]types.AttributeValue{":v": value}}); err != nil {
		t.Fatal(err)
	}
}

func TestStores(t *testing.T) {
	cluster := clustertest.Start(t, clustertest.Options{})
	t.Run("every planted fault is found", func(t *testing.T) { plantedFaults(t, open(t, cluster)) })
	t.Run("replication alone", func(t *testing.T) { replicationAlone(t, open(t, cluster)) })
	t.Run("no answer", func(t *testing.T) { noAnswer(t, open(t, cluster)) })
}

func plantedFaults(t *testing.T, s *stores) {
	s.pay(t, "old-1", 1, steps{})
	s.pay(t, "old-2", 1, steps{})
	before := s.read(t)
	s.receipts = nil
	for n := range 30 {
		s.pay(t, fmt.Sprintf("r1.%02d", n), 1, steps{})
	}
	s.pay(t, "r1.unanswered", 1, steps{unanswered: true})
	fault := time.Now()
	s.fence(t, 2, clustertest.West)
	s.pay(t, "r1.later", 2, steps{})
	evidence := check.Evidence{Receipts: s.receipts, Before: before, After: s.read(t), Fault: fault}
	got := check.Judge(evidence)
	if !got.Sound() || got.Acknowledged.Payments != 31 || got.Posted.Payments != 32 || got.Unanswered.Payments != 1 || got.Earlier != 2 || got.Replication.Epoch != 2 {
		t.Fatalf("payments that the service took are judged %+v", got)
	}

	// Every plant is on payments of its own.
	for _, id := range []string{"lost-journal", "lost-ledger", "doubled", "copied-entries", "amount", "transaction", "currency", "journal-amount", "unbalanced", "corrupt"} {
		s.pay(t, "r1."+id, 2, steps{})
	}
	s.pay(t, "r1.never-posted", 2, steps{unposted: true, uncompleted: true})
	s.pay(t, "r1.phantom", 2, steps{})
	s.receipts = slices.DeleteFunc(s.receipts, func(r receipt.Receipt) bool { return r.ID == "r1.phantom" })
	s.forget(t, "r1.lost-journal")
	s.forget(t, "old-1")
	s.change(t, "r1.journal-amount", "amount", &types.AttributeValueMemberS{Value: "99.99"})
	s.change(t, "r1.corrupt", "epoch", &types.AttributeValueMemberS{Value: "two"})
	entriesOf := func(id string) string {
		return fmt.Sprintf("(SELECT transaction_id FROM ledger.payments WHERE payment_id = 'r1.%s')", id)
	}
	s.behindTheLedgersBack(t,
		"DELETE FROM ledger.entries WHERE transaction_id = "+entriesOf("lost-ledger"), "DELETE FROM ledger.payments WHERE payment_id = 'r1.lost-ledger'",
		"ALTER TABLE ledger.payments DROP CONSTRAINT payments_pkey",
		`WITH again AS (INSERT INTO ledger.payments SELECT payment_id, gen_random_uuid(), minor_units, currency, region, epoch, accepted_at FROM ledger.payments
			WHERE payment_id = 'r1.doubled' RETURNING *)
			INSERT INTO ledger.entries SELECT transaction_id, 1, 'payer_receivable', minor_units, currency FROM again
			UNION ALL SELECT transaction_id, 2, 'merchant_payable', -minor_units, currency FROM again`,
		"INSERT INTO ledger.entries SELECT transaction_id, line + 2, account_id, minor_units, currency FROM ledger.entries WHERE transaction_id = "+entriesOf("copied-entries"),
		"UPDATE ledger.entries SET minor_units = 2 * minor_units - sign(minor_units) WHERE transaction_id = "+entriesOf("amount"),
		"UPDATE ledger.payments SET minor_units = 2499 WHERE payment_id = 'r1.amount'",
		"UPDATE ledger.entries SET currency = 'EUR' WHERE transaction_id = "+entriesOf("currency"), "UPDATE ledger.payments SET currency = 'EUR' WHERE payment_id = 'r1.currency'",
		"UPDATE ledger.entries SET minor_units = minor_units - 1 WHERE line = 2 AND transaction_id = "+entriesOf("unbalanced"),
		`WITH new AS (SELECT gen_random_uuid() AS id), moved AS (UPDATE ledger.entries SET transaction_id = new.id FROM new WHERE transaction_id = `+entriesOf("transaction")+`)
			UPDATE ledger.payments SET transaction_id = new.id FROM new WHERE payment_id = 'r1.transaction'`)
	evidence.Receipts, evidence.After = s.receipts, s.read(t)
	var found []string
	for _, one := range check.Judge(evidence).Findings {
		found = append(found, key(one))
	}
	slices.Sort(found)
	want := []string{
		"corrupt:r1.corrupt", "doubled:r1.copied-entries", "doubled:r1.doubled", "lost:old-1", "lost:r1.lost-journal", "lost:r1.lost-ledger",
		"lost:r1.never-posted", "mismatch:r1.amount", "mismatch:r1.currency", "mismatch:r1.doubled", "mismatch:r1.journal-amount",
		"mismatch:r1.transaction", "phantom:r1.phantom", "unbalanced:", "unbalanced:r1.unbalanced", "unsettled:r1.never-posted",
	}
	if difference := cmp.Diff(want, found); difference != "" {
		t.Errorf("planted faults (-) and found ones (+):\n%s", difference)
	}
}

func replicationAlone(t *testing.T, s *stores) {
	s.pay(t, "r1.replicated", 1, steps{})
	// Told as posted by a ledger that then was lost; this one, its successor, did not have it.
	s.pay(t, "r1.lost-by-replication", 1, steps{unposted: true})
	fault := time.Now()
	s.fence(t, 2, clustertest.West)
	for _, item := range s.read(t).Items {
		if item.PaymentID == "r1.lost-by-replication" {
			s.post(t, payment.Record{Payment: payment.Payment{ID: item.PaymentID, Money: payment.Money{MinorUnits: item.MinorUnits, Currency: item.Currency}},
				TransactionID: item.TransactionID, Region: item.Region, CreatedAt: item.CreatedAt}, 2)
		}
	}
	got := check.Judge(check.Evidence{Receipts: s.receipts, After: s.read(t), Fault: fault})
	if !got.Sound() || got.Replication.Lost.Payments != 1 || got.Replication.Lost.IDs[0] != "r1.lost-by-replication" || got.Replication.LostTime.Length <= 0 {
		t.Errorf("judged %+v", got)
	}
}

func noAnswer(t *testing.T, s *stores) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := check.Read(ctx, s.owner, s.client, s.table); err == nil {
		t.Error("read from stores that were not asked")
	}
	if _, err := check.ReadJournal(ctx, s.client, s.table); err == nil {
		t.Error("read from a journal that was not asked")
	}
}
