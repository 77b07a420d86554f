package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/paymentdr/paymentdr/client"
)

// pay sends one payment and says what to do next. It is the example of the README.
func pay(ctx context.Context, payer *client.Client, payment client.Payment) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, 10*time.Second)
		receipt, err := payer.Pay(attempt, payment)
		cancel()
		var failure *client.Error
		switch {
		case err == nil:
			fmt.Printf("paid %s %s, %s\n", receipt.Amount, receipt.Currency, receipt.Status)
			return nil
		case errors.As(err, &failure) && failure.Retryable() && ctx.Err() == nil:
			payment = failure.Payment // the same payment, with its id
		case errors.Is(err, client.ErrOutcomeUnknown):
			return err // keep failure.Payment: to be sent again, or for a person if it is ErrInconsistent
		default:
			return err // not paid
		}
	}
}

// demoRegion stands for one Region's API.
func demoRegion(answer func(w http.ResponseWriter, asked map[string]string)) *httptest.Server {
	return httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		var asked map[string]string
		if request.Method == http.MethodPost {
			if err := json.NewDecoder(request.Body).Decode(&asked); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
		answer(w, asked)
	}))
}

func acknowledge(w http.ResponseWriter, asked map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	asked["status"], asked["region"], asked["transactionId"] = "success", "us-west-2", "0199e2a4-demo"
	if err := json.NewEncoder(w).Encode(asked); err != nil {
		log.Print(err)
	}
}

func unavailable(w http.ResponseWriter, _ map[string]string) {
	w.WriteHeader(http.StatusServiceUnavailable)
}

// One Region is down: the payment is made in the other one, with the same key.
func Example() {
	east, west := demoRegion(unavailable), demoRegion(acknowledge)
	defer east.Close()
	defer west.Close()

	payer, err := client.New(client.Config{
		Endpoints: []string{east.URL, west.URL},
		Token:     func(context.Context) (string, error) { return "a bearer token", nil },
		Transport: east.Client().Transport, // trusts the demo's certificates
	})
	if err != nil {
		log.Fatal(err)
	}
	defer payer.Close()
	if err := pay(context.Background(), payer, client.Payment{ID: "order-4711", Amount: "12.50", Currency: "EUR"}); err != nil {
		log.Fatal(err)
	}
	// Output: paid 12.50 EUR, success
}

// Both Regions are down until the deadline: the error says that the same payment must be sent again, and has it.
func ExampleClient_Pay_outcomeUnknown() {
	east := demoRegion(unavailable)
	defer east.Close()
	payer, err := client.New(client.Config{Endpoints: []string{east.URL}, Transport: east.Client().Transport})
	if err != nil {
		log.Fatal(err)
	}
	defer payer.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err = payer.Pay(ctx, client.Payment{ID: "order-4711", Amount: "12.50"})
	var failure *client.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Outcome, failure.Payment.ID, failure.Payment.Sent)
	}
	// Output: unknown order-4711 true
}

// A refusal carries the API's problem.
func ExampleProblem() {
	east := demoRegion(func(w http.ResponseWriter, _ map[string]string) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `{"type":"https://paymentdr.dev/problems/payment-mismatch","title":"Payment id was used for another payment"}`)
	})
	defer east.Close()
	payer, err := client.New(client.Config{Endpoints: []string{east.URL}, Transport: east.Client().Transport})
	if err != nil {
		log.Fatal(err)
	}
	defer payer.Close()

	_, err = payer.Pay(context.Background(), client.Payment{ID: "order-4711", Amount: client.FormatMinorUnits(1250, 2)})
	var problem *client.Problem
	if errors.Is(err, client.ErrMismatch) && errors.As(err, &problem) {
		fmt.Println(problem.Type)
	}
	// Output: https://paymentdr.dev/problems/payment-mismatch
}
