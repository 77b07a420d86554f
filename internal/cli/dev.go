package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/devstack"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// devRegion and devSuffix are the Region and the suffix of a development stack: there is only one of each.
const (
	devRegion = "us-east-1"
	devSuffix = "dev"
)

func (a *app) devCommand() *cobra.Command {
	var options serveOptions
	command := &cobra.Command{
		Use:   "dev",
		Short: "Run the payment API with its stores on this machine",
		Long: `Starts a PostgreSQL server with the ledger, a DynamoDB-compatible server with the
tables and a lease, and serves the payment API over them: one Region, on loopback,
without AWS. Prints what to try. An interrupt stops everything; nothing is kept.

The first run fetches the servers: DynamoDB Local by Maven, and PostgreSQL if none
is installed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.dev(c.Context(), options) },
	}
	options.registerListen(command.Flags())
	return command
}

// devStack is what a program that starts the stack needs to know of it.
type devStack struct {
	Endpoint         string `json:"endpoint"`
	Region           string `json:"region"`
	DynamoDBEndpoint string `json:"dynamodbEndpoint"`
	JournalTable     string `json:"journalTable"`
	ControlTable     string `json:"controlTable"`
	LedgerURL        string `json:"ledgerUrl"`
}

func (a *app) dev(ctx context.Context, options serveOptions) (err error) {
	stack, err := devstack.Start(ctx, devstack.Options{
		Region: devRegion, Suffix: devSuffix,
		Progress: func(what string) { fmt.Fprintf(a.process.Stderr, "%s ...\n", what) },
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stack.Stop()) }()
	options.region, options.place, options.environment = devRegion, string(payment.PlacePrimary), devSuffix
	options.dynamoDB, options.journalTable, options.controlTable = stack.DynamoDBEndpoint, stack.JournalTable, stack.ControlTable
	options.connections = 8
	options.ledger = ledgerOptions{url: stack.Ledger.URL()}
	return a.serve(ctx, options, func(endpoint string) error {
		if a.output == outputJSON {
			return writeJSON(a.process.Stdout, devStack{
				Endpoint: endpoint, Region: devRegion, DynamoDBEndpoint: stack.DynamoDBEndpoint,
				JournalTable: stack.JournalTable, ControlTable: stack.ControlTable, LedgerURL: stack.Ledger.URL(),
			})
		}
		_, err := fmt.Fprintf(a.process.Stdout, devGuide, endpoint, stack.DynamoDBEndpoint, shellQuote(stack.Ledger.URL()))
		return err
	})
}

// devGuide is what to try; its arguments are the API's endpoint, DynamoDB's, and the ledger's URL.
const devGuide = `The payment API is at %[1]s. Pay, repeat it, ask for another amount under the same id, look:

  curl -i %[1]s/payments -H 'Content-Type: application/json' -d '{"paymentId":"coffee-1","amount":"4.20","currency":"EUR"}'
  curl -i %[1]s/payments -H 'Content-Type: application/json' -d '{"paymentId":"coffee-1","amount":"4.20","currency":"EUR"}'
  curl -i %[1]s/payments -H 'Content-Type: application/json' -d '{"paymentId":"coffee-1","amount":"5.00","currency":"EUR"}'
  curl -i %[1]s/payments/coffee-1
  curl -i %[1]s/health
  paymentdr pay coffee-2 4.20 EUR --endpoint %[1]s

Read the ledger; DynamoDB is at %[2]s:

  export LEDGER_URL=%[3]s
  paymentdr ledger trial-balance
  paymentdr ledger payment coffee-1

Ctrl-C stops everything; nothing is kept.
`
