package run

import (
	"context"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/client"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/payer"
	"github.com/paymentdr/paymentdr/internal/drill/payer/both"
	"github.com/paymentdr/paymentdr/internal/drill/payer/ordinary"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// copyWithin is soon enough for copies to meet their payment before, in and after the outage.
const copyWithin = 15 * time.Second

// load starts the payers.
func (d *drill) load(ctx context.Context) (*payer.Fleet, *receipt.Writer, error) {
	d.began = time.Now()
	payers, err := d.payers()
	if err != nil {
		return nil, nil, err
	}
	receipts, err := receipt.Create(d.options.Receipts, receipt.Header{Run: d.options.Run, Seed: d.options.Seed, Began: d.began})
	if err != nil {
		return nil, nil, err
	}
	rates := map[receipt.PayerKind]float64{}
	if d.options.DNSPayers > 0 {
		rates[receipt.DNS] = d.options.DNSRate
	}
	if d.options.ClientPayers > 0 {
		rates[receipt.Client] = d.options.ClientRate
	}
	d.options.Progress("%d payers by DNS pay %g a second, %d by client/ pay %g a second, for %s before the fault",
		d.options.DNSPayers, d.options.DNSRate, d.options.ClientPayers, d.options.ClientRate, d.options.Before)
	fleet, err := payer.Start(ctx, payer.Options{
		Run: d.options.Run, Seed: d.options.Seed, Payers: payers, Rates: rates, Copies: d.options.Copies, CopyWithin: copyWithin, Receipts: receipts,
	})
	if err != nil {
		return nil, nil, err
	}
	d.note(event.LoadStarted, "", "")
	return fleet, receipts, nil
}

func (d *drill) payers() ([]payer.Payer, error) {
	var payers []payer.Payer
	for n := range d.options.DNSPayers {
		made, err := ordinary.New(ordinary.Options{Endpoint: d.target.Endpoint, Dialer: d.target.Dialer(), Roots: d.target.Roots, Token: d.target.Token})
		if err != nil {
			return nil, err
		}
		payers = append(payers, payer.Payer{Name: fmt.Sprintf("dns-%02d", n+1), Kind: receipt.DNS, Sender: made})
	}
	for n := range d.options.ClientPayers {
		made, err := both.New(both.Options{Dialer: d.target.Dialer(), Roots: d.target.Roots, Config: client.Config{
			Endpoints:        []string{d.target.Regional[d.target.Primary], d.target.Regional[d.target.Secondary]},
			FailoverEndpoint: d.target.Endpoint, Token: d.target.Token,
		}})
		if err != nil {
			return nil, err
		}
		payers = append(payers, payer.Payer{Name: fmt.Sprintf("client-%02d", n+1), Kind: receipt.Client, Sender: made})
	}
	return payers, nil
}
