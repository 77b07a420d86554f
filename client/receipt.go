package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Status is how far an acknowledged payment has come.
type Status string

// The statuses. Both are acknowledgements.
const (
	// StatusSuccess: the payment is in the ledger.
	StatusSuccess Status = "success"
	// StatusProcessing: the payment is durable and will be in the ledger.
	StatusProcessing Status = "processing"
)

// Receipt is an acknowledged payment.
type Receipt struct {
	PaymentID string
	// TransactionID is the payment's one transaction, whichever Region answers and however often.
	TransactionID string
	// Amount and Currency are as the service has them, Amount with all decimals of the currency.
	Amount   string
	Currency string
	Status   Status
	// Region accepted the payment. AnsweredBy is the Region that said so now.
	Region     string
	AnsweredBy string
	// Replayed: the payment was completed before this answer was made.
	Replayed bool
	// RequestID names the answered request in the service's log.
	RequestID string
	// Tries counts the requests that this call began.
	Tries int
}

// conflict says where two acknowledgements of one id contradict each other.
func (r Receipt) conflict(other Receipt) error {
	if r.TransactionID != other.TransactionID {
		return fmt.Errorf("%w: payment %s has transaction %s by %s and %s by %s", ErrInconsistent,
			r.PaymentID, r.TransactionID, r.AnsweredBy, other.TransactionID, other.AnsweredBy)
	}
	return agree(r, Payment{ID: other.PaymentID, Amount: other.Amount, Currency: other.Currency})
}

// agree checks that a receipt is for what was asked; an empty amount of asked means that any will do.
func agree(r Receipt, asked Payment) error {
	if r.PaymentID != asked.ID {
		return fmt.Errorf("%w: it is about payment %q, asked was %q", ErrInconsistent, clip(r.PaymentID), asked.ID)
	}
	has, ok := parseDecimal(r.Amount)
	if !ok || has.negative || has.digits == "" {
		return fmt.Errorf("%w: payment %s has the amount %q", ErrInconsistent, asked.ID, clip(r.Amount))
	}
	if asked.Amount == "" {
		return nil
	}
	if want, _ := parseDecimal(asked.Amount); has != want || r.Currency != asked.Currency {
		return fmt.Errorf("%w: payment %s is for %s %s, asked was %s %s", ErrInconsistent,
			asked.ID, clip(r.Amount), clip(r.Currency), asked.Amount, asked.Currency)
	}
	return nil
}

// errUnreadable marks an answer of which nothing can be said; another try may be answered properly.
var errUnreadable = fmt.Errorf("%w: it cannot be read", ErrInconsistent)

// parseReceipt reads the body of a success. Names are compared exactly, none may come twice, unknown ones are ignored
// so that the API can grow.
func parseReceipt(body []byte) (Receipt, error) {
	var receipt Receipt
	targets := map[string]*string{
		"paymentId": &receipt.PaymentID, "amount": &receipt.Amount, "currency": &receipt.Currency,
		"status": (*string)(&receipt.Status), "region": &receipt.Region, "transactionId": &receipt.TransactionID,
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return Receipt{}, fmt.Errorf("%w: not an object", errUnreadable)
	}
	seen := make(map[string]bool, len(targets))
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return Receipt{}, fmt.Errorf("%w: %w", errUnreadable, err)
		}
		name, _ := token.(string)
		if seen[name] {
			return Receipt{}, fmt.Errorf("%w: %q comes twice", errUnreadable, clip(name))
		}
		seen[name] = true
		if err := decodeField(decoder, name, targets[name]); err != nil {
			return Receipt{}, err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Receipt{}, fmt.Errorf("%w: data after the object", errUnreadable)
	}
	for name, target := range targets {
		if *target == "" {
			return Receipt{}, fmt.Errorf("%w: %s is missing", errUnreadable, name)
		}
	}
	return receipt, nil
}

// decodeField reads one value: text, or for the amount a number as it is written; any value of an unknown field.
func decodeField(decoder *json.Decoder, name string, target *string) error {
	if target == nil {
		var ignored json.RawMessage
		if err := decoder.Decode(&ignored); err != nil {
			return fmt.Errorf("%w: %w", errUnreadable, err)
		}
		return nil
	}
	var value any
	if err := decoder.Decode(&value); err != nil {
		return fmt.Errorf("%w: %w", errUnreadable, err)
	}
	switch value := value.(type) {
	case string:
		*target = value
		return nil
	case json.Number:
		if name == "amount" {
			*target = value.String()
			return nil
		}
	}
	return fmt.Errorf("%w: %s is a %T", errUnreadable, name, value)
}
