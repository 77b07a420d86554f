package reconcile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// grace is how old a payment, or a posting, must be to be missed: it is posted within seconds and replicated within
// seconds, and swept or alarmed about within a minute.
const grace = time.Minute

// span is what journal and ledgers have of the payments accepted in some time.
type span struct {
	records map[string]payment.Record
	// posted is what each ledger has, by its name.
	posted map[string]map[string]ledger.Payment
	// outside are records that were accepted at another time than some ledger has them with. They are judged in the span
	// of that posting; elsewhere are the ledgers' payments to be left to it.
	outside   map[string]payment.Record
	elsewhere map[string]map[string]bool
	// active names the active Region's ledger, if it was read.
	active string
}

// compare judges one ledger's span. Findings are sorted by payment.
func compare(s span, tally *Tally, now time.Time) []Finding {
	var found []Finding
	own := s.posted[tally.Name]
	for id, record := range s.records {
		posted, there := own[id]
		switch {
		case s.elsewhere[tally.Name][id]:
		case !there && excused(s, *tally, record, now):
			tally.Excused++
		case !there:
			tally.Missing++
			found = append(found, Finding{
				Kind: Missing, PaymentID: id, Ledger: tally.Name, Status: record.Status, AcceptedAt: record.CreatedAt,
				Detail: fmt.Sprintf("%s, transaction %s, accepted in %s", record.Money, record.TransactionID, record.Region),
			})
		default:
			found = append(found, judge(record, posted, tally)...)
		}
	}
	for id, posted := range own {
		if _, judged := s.records[id]; judged {
			continue
		}
		if record, known := s.outside[id]; known {
			found = append(found, judge(record, posted, tally)...)
			continue
		}
		tally.Extra++
		found = append(found, Finding{
			Kind: Extra, PaymentID: id, Ledger: tally.Name, AcceptedAt: posted.AcceptedAt,
			Detail: fmt.Sprintf("%s, transaction %s, posted in epoch %d at %s", posted.Money, posted.TransactionID, posted.Epoch, posted.PostedAt.Format(time.RFC3339)),
		})
	}
	slices.SortFunc(found, func(a, b Finding) int {
		return cmp.Or(a.AcceptedAt.Compare(b.AcceptedAt), cmp.Compare(a.PaymentID, b.PaymentID))
	})
	return found
}

// judge compares a payment that is on both sides.
func judge(record payment.Record, posted ledger.Payment, tally *Tally) []Finding {
	difference := differ(record, posted)
	if difference == "" {
		tally.Same++
		return nil
	}
	tally.Mismatch++
	return []Finding{{
		Kind: Mismatch, PaymentID: record.ID, Ledger: tally.Name, Status: record.Status, AcceptedAt: record.CreatedAt, Detail: difference,
	}}
}

// excused tells whether a ledger may lack a payment.
func excused(s span, tally Tally, record payment.Record, now time.Time) bool {
	switch tally.Role {
	case Restored:
		return true
	case Standby:
		// Replication follows the active ledger: what that one lacks, or has just got, cannot be here.
		posted, there := s.posted[s.active][record.ID]
		return s.active != "" && (!there || now.Sub(posted.PostedAt) < grace) || now.Sub(record.CreatedAt) < grace
	}
	return record.Status == payment.StatusProcessing && now.Sub(record.CreatedAt) < grace
}

// differ says in what a posting is not the record's; empty if it is.
func differ(record payment.Record, posted ledger.Payment) string {
	differences := map[string][2]string{
		"transaction": {record.TransactionID, posted.TransactionID}, "money": {record.Money.String(), posted.Money.String()},
		"region": {record.Region, posted.Region}, "accepted": {moment(record.CreatedAt), moment(posted.AcceptedAt)},
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(differences)) {
		if pair := differences[name]; pair[0] != pair[1] {
			parts = append(parts, fmt.Sprintf("%s: journal %s, ledger %s", name, pair[0], pair[1]))
		}
	}
	return strings.Join(parts, "; ")
}

// moment is a time in the stores' resolution.
func moment(at time.Time) string { return at.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano) }
