package check

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/proof"
)

// judgeHistories has package proof search for an order of each payment's requests that explains all their answers.
func (c *court) judgeHistories() {
	for _, violation := range proof.CheckHistories(calls(c.evidence.Receipts), cmp.Or(c.evidence.SearchTime, DefaultSearchTime)) {
		c.find(History, violation.PaymentID, "%s", violation.Detail)
	}
}

// calls are the attempts as package proof knows them. Times count from the first receipt.
func calls(receipts []receipt.Receipt) []proof.Call {
	var all []proof.Call
	payers := map[string]int{}
	for _, one := range receipts {
		if one.Kind != receipt.Answered {
			continue
		}
		answer, known := answerOf(one)
		if !known {
			continue
		}
		if _, ok := payers[one.Payer]; !ok {
			payers[one.Payer] = len(payers)
		}
		call := proof.Call{
			Name: fmt.Sprintf("%s/%d", one.Payer, one.Try), Payer: payers[one.Payer], Verb: proof.VerbPay, PaymentID: one.ID,
			Fingerprint: fingerprint(one.Payment), Answer: answer,
			Started: one.Sent.Sub(receipts[0].Due), Ended: one.Ended.Sub(receipts[0].Due),
		}
		if one.Requests > 1 && answer.Replayed {
			// What this request found completed, an earlier one of the same call may have done.
			earlier := call
			earlier.Answer = proof.Answer{Outcome: proof.Unknown}
			all = append(all, earlier)
		}
		all = append(all, call)
	}
	return all
}

// fingerprint is equal where what is asked is.
func fingerprint(of receipt.Payment) string { return fmt.Sprintf("%d %s", of.MinorUnits, of.Currency) }

// answerOf is what a receipt says of the state of its payment; false when it says nothing.
func answerOf(one receipt.Receipt) (proof.Answer, bool) {
	answer := proof.Answer{TransactionID: one.TransactionID, Fingerprint: fingerprint(one.Payment), Detail: one.Detail}
	switch one.Outcome {
	case receipt.Success:
		answer.Outcome, answer.Replayed = proof.Success, one.Replayed
	case receipt.Processing:
		answer.Outcome = proof.Processing
	case receipt.Refused:
		// Any other refusal is about the request and not about the payment.
		answer.Outcome = proof.Mismatch
		return answer, one.Status == http.StatusUnprocessableEntity
	default:
		// A contradiction is a finding of its own.
		answer.Outcome = proof.Unknown
	}
	return answer, true
}
