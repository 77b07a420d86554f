package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// ledgerReadTimeout bounds a reading; a trial balance sums every entry.
const ledgerReadTimeout = 2 * time.Minute

func (a *app) ledgerCommand() *cobra.Command {
	var options ledgerOptions
	command := &cobra.Command{
		Use:   "ledger",
		Short: "Read the ledger: trial balance, one payment",
		Long: `Reads the ledger's database itself, as the application's user; a standby serves
as well. Nothing is written.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	options.register(command.PersistentFlags(), a)
	command.AddCommand(
		&cobra.Command{
			Use:   "trial-balance",
			Short: "Sum all entries by currency; exit code 1 unless every sum is zero",
			Args:  cobra.NoArgs,
			RunE:  func(c *cobra.Command, _ []string) error { return a.trialBalance(c.Context(), options) },
		},
		&cobra.Command{
			Use:   "payment ID",
			Short: "Show one payment as the ledger has it; exit code 1 if it is not there",
			Args:  exactly("ID"),
			RunE:  func(c *cobra.Command, args []string) error { return a.ledgerPayment(c.Context(), options, args[0]) },
		},
	)
	return command
}

// exactly refuses another number of arguments by naming them.
func exactly(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != len(names) {
			return refusef("%d arguments, want %d: %s", len(args), len(names), c.UseLine())
		}
		return nil
	}
}

// readLedger calls read with the ledger, within ledgerReadTimeout.
func (a *app) readLedger(ctx context.Context, options ledgerOptions, read func(context.Context, *ledger.Store) error) error {
	pool, err := options.open(ctx, a, a.variable(functionenv.Region), func(s *connect.Settings) {
		s.ReadOnly, s.StatementTimeout = true, ledgerReadTimeout
	})
	if err != nil {
		return err
	}
	defer pool.Close()
	ctx, cancel := context.WithTimeout(ctx, ledgerReadTimeout)
	defer cancel()
	return read(ctx, ledger.New(pool))
}

// currencyTotal is one currency of a trial balance. Sum is a decimal text, so that no reader takes it for a float.
type currencyTotal struct {
	Currency string `json:"currency"`
	Payments int64  `json:"payments"`
	Entries  int64  `json:"entries"`
	Sum      string `json:"sum"`
}

type trialBalance struct {
	Balanced   bool            `json:"balanced"`
	Currencies []currencyTotal `json:"currencies"`
}

func (a *app) trialBalance(ctx context.Context, options ledgerOptions) error {
	return a.readLedger(ctx, options, func(ctx context.Context, store *ledger.Store) error {
		totals, err := store.TrialBalance(ctx)
		if err != nil {
			return err
		}
		balance, wrong := sumUp(totals)
		rows := [][]string{{"CURRENCY", "PAYMENTS", "ENTRIES", "SUM"}}
		for _, one := range balance.Currencies {
			rows = append(rows, []string{one.Currency, strconv.FormatInt(one.Payments, 10), strconv.FormatInt(one.Entries, 10), one.Sum})
		}
		if err := a.result(balance, rows); err != nil {
			return err
		}
		return wrong
	})
}

// sumUp judges the totals: an error names each currency whose entries do not sum to zero.
func sumUp(totals []ledger.Total) (trialBalance, error) {
	balance := trialBalance{Balanced: true, Currencies: []currencyTotal{}}
	var wrong []error
	for _, total := range totals {
		balance.Currencies = append(balance.Currencies, currencyTotal{
			Currency: total.Money.Currency, Payments: total.Payments, Entries: total.Entries, Sum: total.Money.Amount(),
		})
		if total.Money.MinorUnits != 0 {
			balance.Balanced = false
			wrong = append(wrong, fmt.Errorf("%s sums to %s, want 0", total.Money.Currency, total.Money.Amount()))
		}
	}
	if len(wrong) > 0 {
		return balance, fmt.Errorf("trial balance: %w", errors.Join(wrong...))
	}
	return balance, nil
}

// ledgerEntry is one payment as the ledger has it.
type ledgerEntry struct {
	PaymentID     string    `json:"paymentId"`
	TransactionID string    `json:"transactionId"`
	Amount        string    `json:"amount"`
	Currency      string    `json:"currency"`
	Region        string    `json:"region"`
	Epoch         int64     `json:"epoch"`
	AcceptedAt    time.Time `json:"acceptedAt"`
	PostedAt      time.Time `json:"postedAt"`
}

func (a *app) ledgerPayment(ctx context.Context, options ledgerOptions, id string) error {
	if err := payment.ValidateID(id); err != nil {
		return refused{err}
	}
	return a.readLedger(ctx, options, func(ctx context.Context, store *ledger.Store) error {
		found, err := store.Payment(ctx, id)
		if err != nil {
			return err
		}
		entry := ledgerEntry{
			PaymentID: found.PaymentID, TransactionID: found.TransactionID, Amount: found.Money.Amount(), Currency: found.Money.Currency,
			Region: found.Region, Epoch: found.Epoch, AcceptedAt: found.AcceptedAt.UTC(), PostedAt: found.PostedAt.UTC(),
		}
		return a.result(entry, [][]string{
			{"PAYMENT", "AMOUNT", "CURRENCY", "REGION", "EPOCH", "ACCEPTED", "POSTED", "TRANSACTION"},
			{entry.PaymentID, entry.Amount, entry.Currency, entry.Region, strconv.FormatInt(entry.Epoch, 10),
				entry.AcceptedAt.Format(time.RFC3339), entry.PostedAt.Format(time.RFC3339), entry.TransactionID},
		})
	})
}
