package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/client"
	"github.com/paymentdr/paymentdr/internal/drill/payer/both"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/run"
)

// payers are the programs that the workers are spread over; each has connections of its own.
const payers = 4

// patience keeps payers with the active Region: under saturation a slow answer is no lost Region, and the other one only
// accepts.
const patience = 10 * time.Second

// Whole measures the whole path of a running cloud.
func Whole(ctx context.Context, target run.Target, load Load) (Figures, error) {
	name := "b" + strings.ToLower(rand.Text()[:10])
	programs := make([]*both.Payer, min(payers, load.Workers))
	for i := range programs {
		made, err := both.New(both.Options{
			Config: client.Config{
				Endpoints:        []string{target.Regional[target.Primary], target.Regional[target.Secondary]},
				FailoverEndpoint: target.Endpoint, Token: target.Token, HedgeAfter: patience, Timeout: patience, Deadline: 2 * patience,
			},
			Dialer: target.Dialer(), Roots: target.Roots,
		})
		if err != nil {
			return Figures{}, fmt.Errorf("measure the whole path: %w", err)
		}
		defer made.Close()
		programs[i] = made
	}
	return load.drive(ctx, "whole", func(ctx context.Context, worker, number int) error {
		answer := programs[worker%len(programs)].Send(ctx, receipt.Payment{
			ID: fmt.Sprintf("%s-%d-%d", name, worker, number), MinorUnits: 1250, Amount: "12.50", Currency: "USD",
		})
		return outcome(answer)
	})
}

// outcome is nil for a payment in the ledger.
func outcome(answer receipt.Answer) error {
	switch answer.Outcome {
	case receipt.Success:
		return nil
	case receipt.Processing:
		return errAccepted
	}
	return fmt.Errorf("%s: %s", answer.Outcome, answer.Detail)
}
