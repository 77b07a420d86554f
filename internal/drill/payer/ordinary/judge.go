package ordinary

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/payer/failure"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// maxAnswer bounds the body of an answer in bytes; a real one has about 200.
const maxAnswer = 64 << 10

// wirePayment is the body of a request.
type wirePayment struct {
	PaymentID string `json:"paymentId"`
	Amount    string `json:"amount"`
	Currency  string `json:"currency"`
}

// wireReceipt is the body of an acknowledgement.
type wireReceipt struct {
	wirePayment
	Status        string `json:"status"`
	Region        string `json:"region"`
	TransactionID string `json:"transactionId"`
}

// words are what the body of an acknowledgement says, by its HTTP status.
var words = map[int]struct {
	word    string
	outcome receipt.Outcome
}{
	http.StatusOK:       {"success", receipt.Success},
	http.StatusAccepted: {"processing", receipt.Processing},
}

// judge says what an answer means to the payer. It believes an acknowledgement only when that is whole and names what
// was asked. It is written against docs/openapi.yaml and shares no code with the service or with package client.
func judge(asked receipt.Payment, status int, header http.Header, body []byte) receipt.Answer {
	answer := receipt.Answer{Status: status, Region: header.Get("X-Region"), Replayed: header.Get("Idempotent-Replayed") == "true"}
	expected, acknowledges := words[status]
	if !acknowledges {
		answer.Outcome, answer.Class, answer.Detail = receipt.Refused, failure.Status(status), clip(string(body))
		if again(status) {
			answer.Outcome, answer.RetryAfter = receipt.Unknown, retryAfter(header.Get("Retry-After"))
		}
		return answer
	}
	var said wireReceipt
	if err := json.Unmarshal(body, &said); err != nil || said.TransactionID == "" || said.Status != expected.word {
		answer.Outcome, answer.Class = receipt.Unknown, failure.Unreadable
		answer.Detail = fmt.Sprintf("status %d: %s", status, clip(string(body)))
		return answer
	}
	answer.Outcome, answer.TransactionID, answer.AcceptedBy = expected.outcome, said.TransactionID, said.Region
	// Amounts are sent with all decimals of the currency, and the API answers them so: equal texts are equal amounts.
	if want := (wirePayment{asked.ID, asked.Amount, asked.Currency}); said.wirePayment != want {
		answer.Outcome, answer.Class = receipt.Contradicted, failure.Inconsistent
		answer.Said = &receipt.Payment{ID: said.PaymentID, Amount: said.Amount, Currency: said.Currency}
		answer.Detail = fmt.Sprintf("asked %s, answered %s", want, said.wirePayment)
	}
	return answer
}

// again tells whether a status asks to come again. It leaves open whether the payment was recorded.
func again(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status < 400 || status >= 500
}

// retryAfter reads a number of seconds; a wish of more than ten is not granted, as the drill would end first.
func retryAfter(text string) time.Duration {
	seconds, err := strconv.ParseUint(text, 10, 8)
	if err != nil {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, 10*time.Second)
}

// clip keeps a server's text short in a receipt.
func clip(text string) string {
	const limit = 200
	if len(text) > limit {
		return text[:limit] + "..."
	}
	return text
}
