package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// BareResponse is the original system's answer to a direct invocation: a status, headers on success, a JSON text.
type BareResponse struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers,omitempty"`
	Body       string            `json:"body"`
}

// barePaid is the original's body: the amount as it was given, number or string.
type barePaid struct {
	PaymentID     string          `json:"paymentId"`
	Amount        json.RawMessage `json:"amount"`
	Currency      string          `json:"currency"`
	Status        string          `json:"status"`
	Region        string          `json:"region"`
	TransactionID string          `json:"transactionId"`
}

// bareError is the original's error body, with the problem's type as an addition.
type bareError struct {
	Error string `json:"error"`
	Type  string `json:"type,omitempty"`
}

// missingFields is what the original says when paymentId or amount is missing, empty or zero.
const missingFields = "Missing required fields"

// bare answers {paymentId, amount, currency} as the original does. Where the original answers 500 it is the function's
// error instead, which Lambda counts and retries: the original's fault R9 was to hide it.
func (a *API) bare(ctx context.Context, event json.RawMessage) (BareResponse, error) {
	ctx = payment.WithRequestID(ctx, requestID(ctx))
	asked, err := payment.ParseRequest(event, payment.TolerateUnknown)
	if err != nil {
		return bareProblem(a.rejected(ctx, err))
	}
	result, err := a.Payments.Pay(ctx, asked.Payment)
	if err != nil {
		response, err := bareProblem(err)
		if err != nil {
			return BareResponse{}, fmt.Errorf("answer payment %s, request %s: %w", asked.ID, requestID(ctx), err)
		}
		return response, nil
	}
	status := http.StatusOK
	if result.Status != payment.StatusCompleted {
		status = http.StatusAccepted
	}
	body, err := json.Marshal(barePaid{
		PaymentID: result.ID, Amount: asked.AmountJSON, Currency: result.Money.Currency,
		Status: statusWord(result.Status), Region: result.Region, TransactionID: result.TransactionID,
	})
	if err != nil {
		return BareResponse{}, fmt.Errorf("encode answer to payment %s: %w", asked.ID, err)
	}
	return BareResponse{
		StatusCode: status,
		Headers:    map[string]string{headerType: contentJSON, "Access-Control-Allow-Origin": "*"},
		Body:       string(body),
	}, nil
}

// bareProblem answers what is the caller's fault; the rest stays an error.
func bareProblem(refused error) (BareResponse, error) {
	var problem *payment.Problem
	if !errors.As(refused, &problem) || problem.Status >= http.StatusInternalServerError {
		return BareResponse{}, refused
	}
	said := bareError{Error: problem.Error(), Type: problem.Type}
	for _, missing := range []error{
		payment.ProblemMissingField, payment.ProblemAmountZero, payment.ProblemAmountNegativeZero, payment.ProblemEmptyBody,
	} {
		if errors.Is(problem, missing) {
			said = bareError{Error: missingFields}
		}
	}
	body, err := json.Marshal(said)
	if err != nil {
		return BareResponse{}, fmt.Errorf("encode refusal: %w", err)
	}
	return BareResponse{StatusCode: problem.Status, Body: string(body)}, nil
}
