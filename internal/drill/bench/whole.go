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

// Whole measures the whole path of a running cloud, given its supervisor's process id, from when a Region is active on:
// before that, payments are only accepted.
func Whole(ctx context.Context, target run.Target, supervisor int, load Load) (Figures, error) {
	if _, err := run.AwaitTerm(ctx, target); err != nil {
		return Figures{}, fmt.Errorf("measure the whole path: %w", err)
	}
	name := "b" + strings.ToLower(rand.Text()[:10])
	programs, err := makePayers(target, min(payers, load.Workers))
	if err != nil {
		return Figures{}, fmt.Errorf("measure the whole path: %w", err)
	}
	for _, one := range programs {
		defer one.Close()
	}
	load.used = func() (Cost, error) { return used(payersPart, supervisor, regionsPart) }
	return load.drive(ctx, "whole", func(ctx context.Context, worker, number int) error {
		answer := programs[worker%len(programs)].Send(ctx, receipt.Payment{
			ID: fmt.Sprintf("%s-%d-%d", name, worker, number), MinorUnits: 1250, Amount: "12.50", Currency: "USD",
		})
		return outcome(answer)
	})
}

func makePayers(target run.Target, count int) ([]*both.Payer, error) {
	var programs []*both.Payer
	for range count {
		made, err := both.New(both.Options{
			Config: client.Config{
				Endpoints:        []string{target.Regional[target.Primary], target.Regional[target.Secondary]},
				FailoverEndpoint: target.Endpoint, Token: target.Token, HedgeAfter: patience, Timeout: 2 * patience, Deadline: 3 * patience,
			},
			Dialer: target.Dialer(), Roots: target.Roots,
		})
		if err != nil {
			for _, one := range programs {
				one.Close()
			}
			return nil, err
		}
		programs = append(programs, made)
	}
	return programs, nil
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
