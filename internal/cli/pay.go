package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/client"
)

type payOptions struct {
	endpoints []string
	tokenFile string
	timeout   time.Duration
	wait      bool
}

func (a *app) payCommand() *cobra.Command {
	var options payOptions
	command := &cobra.Command{
		Use:   "pay ID AMOUNT [CURRENCY]",
		Short: "Pay through the API, in one Region or the other",
		Long: `Sends one payment, as the client package does: again and again, to the first
endpoint and then to the others, until it is acknowledged or refused. ID is the
idempotency key: the same command may be run again and charges once. CURRENCY is
USD if it is left out.

Exit code 0: acknowledged; it is in the ledger (success) or will be (processing).
2: refused, this command charged nothing. 1: the outcome is not known; run the same
command again.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) < 2 || len(args) > 3 {
				return refusef("%d arguments, want ID AMOUNT [CURRENCY]", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			payment := client.Payment{ID: args[0], Amount: args[1]}
			if len(args) == 3 {
				payment.Currency = args[2]
			}
			return a.pay(c.Context(), options, payment)
		},
	}
	flags := command.Flags()
	flags.StringArrayVar(&options.endpoints, "endpoint", nil, "base `URL` of the API in a Region, the preferred one first; may be repeated")
	flags.StringVar(&options.tokenFile, "token-file", "", "`file` with the bearer token, if the API asks for one")
	flags.DurationVar(&options.timeout, "timeout", client.DefaultDeadline, "give up after this `duration`")
	flags.BoolVar(&options.wait, "wait", false, "wait, within the timeout, until the payment is in the ledger")
	return command
}

// paidResult is pay's result as JSON.
type paidResult struct {
	PaymentID     string        `json:"paymentId"`
	Amount        string        `json:"amount"`
	Currency      string        `json:"currency"`
	Status        client.Status `json:"status"`
	Region        string        `json:"region"`
	TransactionID string        `json:"transactionId"`
	Replayed      bool          `json:"replayed"`
	Tries         int           `json:"tries"`
}

func (a *app) pay(ctx context.Context, options payOptions, payment client.Payment) error {
	config := client.Config{
		Endpoints: options.endpoints, Deadline: options.timeout, WaitPosted: options.wait,
		Logger: slog.New(slog.NewTextHandler(a.process.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	if options.timeout <= 0 {
		return refusef("--timeout %v is not above zero", options.timeout)
	}
	if options.tokenFile != "" {
		config.Token = func(context.Context) (string, error) { return readToken(options.tokenFile) }
	}
	if len(options.endpoints) == 0 {
		return refusef("no --endpoint: give the base URL of the API")
	}
	payer, err := client.New(config)
	if err != nil {
		return refused{fmt.Errorf("--endpoint: %w", err)}
	}
	defer payer.Close()
	receipt, err := payer.Pay(ctx, payment)
	if err != nil {
		return judgePayment(err)
	}
	done := paidResult{
		PaymentID: receipt.PaymentID, Amount: receipt.Amount, Currency: receipt.Currency, Status: receipt.Status,
		Region: receipt.Region, TransactionID: receipt.TransactionID, Replayed: receipt.Replayed, Tries: receipt.Tries,
	}
	return a.result(done, [][]string{
		{"PAYMENT", "AMOUNT", "CURRENCY", "STATUS", "REGION", "REPLAYED", "TRANSACTION"},
		{done.PaymentID, done.Amount, done.Currency, string(done.Status), done.Region, strconv.FormatBool(done.Replayed), done.TransactionID},
	})
}

// judgePayment tells a payment that the API refused, where this command changed nothing, from one whose outcome is open.
func judgePayment(err error) error {
	var failed *client.Error
	var problem *client.Problem
	if errors.As(err, &failed) && failed.Outcome == client.OutcomeNotRecorded && errors.As(err, &problem) && problem.Status < http.StatusInternalServerError {
		return refused{err}
	}
	return err
}

// readToken reads the file anew for each try, so that a renewed token is found.
func readToken(path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read token: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}
