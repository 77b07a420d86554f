package proof_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/proof"
)

// The payers' habits, as probabilities.
const (
	changesBody = 0.08 // another amount or currency under the same id
	paysAgain   = 0.10 // the same payment again after its acknowledgement
	looksUp     = 0.10 // GET after the acknowledgement
)

// maxTries bounds a payer's tries for one payment.
const maxTries = 12

// asked is payment number n; variant 0 is the true one, others differ in amount or currency.
func asked(n, variant int) payment.Payment {
	money := payment.Money{MinorUnits: 1000 + int64(n), Currency: []string{"USD", "EUR", "JPY"}[n%3]}
	switch variant {
	case 1:
		money.MinorUnits++
	case 2:
		money.Currency = "CHF"
	}
	return payment.Payment{ID: fmt.Sprintf("pay-%04d", n), Money: money}
}

// payer sends payments one after the other, each until it knows what became of it.
type payer struct {
	number  int
	world   *world
	client  *http.Client
	history *proof.History
	began   time.Time
}

// pay settles payment number n, the place-th in the payer's order, and may send it again and look it up.
func (p *payer) pay(ctx context.Context, place, n int) {
	name := requestName{payer: p.number, place: place}
	habits := draws(p.world.seed, requestName{payer: p.number, place: place, try: 1 << 15}, forPayer)
	variant := 0
	if habits.Float64() < changesBody {
		variant = 1 + habits.IntN(2)
	}
	rounds := 1
	if habits.Float64() < paysAgain {
		rounds = 2
	}
	for range rounds {
		for last := name.try + maxTries; name.try < last; {
			name.try++
			if p.send(ctx, name, proof.VerbPay, asked(n, variant)).Outcome != proof.Unknown {
				break
			}
		}
	}
	if habits.Float64() < looksUp {
		name.try++
		p.send(ctx, name, proof.VerbFind, asked(n, variant))
	}
}

// send makes one request and records it.
func (p *payer) send(ctx context.Context, name requestName, verb proof.Verb, what payment.Payment) proof.Answer {
	habits := draws(p.world.seed, name, forPayer)
	server := p.world.servers[habits.IntN(len(p.world.servers))]
	if leaves := habits.Float64() < p.world.rates.leave; leaves {
		p.world.tally.add("payer left")
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(1+habits.IntN(20))*time.Millisecond)
		defer cancel()
	}
	call := proof.Call{Name: name.String(), Payer: p.number, Verb: verb, PaymentID: what.ID, Started: time.Since(p.began)}
	if verb == proof.VerbPay {
		call.Fingerprint = what.Fingerprint()
	}
	call.Answer = p.exchange(ctx, server.URL, name, verb, what)
	call.Ended = time.Since(p.began)
	p.history.Add(call)
	p.world.tally.add("answer " + string(call.Answer.Outcome))
	return call.Answer
}

// exchange is one HTTP request; whatever breaks on the way leaves the outcome unknown.
func (p *payer) exchange(ctx context.Context, address string, name requestName, verb proof.Verb, what payment.Payment) proof.Answer {
	method, path, body := http.MethodGet, "/payments/"+what.ID, ""
	if verb == proof.VerbPay {
		method, path = http.MethodPost, "/payments"
		body = fmt.Sprintf(`{"paymentId":%q,"amount":%q,"currency":%q}`, what.ID, what.Money.Amount(), what.Money.Currency)
	}
	request, err := http.NewRequestWithContext(ctx, method, address+path, strings.NewReader(body))
	if err != nil {
		return proof.Answer{Outcome: proof.Wrong, Detail: err.Error()}
	}
	request.Header.Set(headerRequest, name.String())
	if verb == proof.VerbPay {
		request.Header.Set("Content-Type", "application/json")
	} else {
		request.Body = http.NoBody
	}
	response, err := p.client.Do(request)
	if err != nil {
		return proof.Answer{Outcome: proof.Unknown, Detail: err.Error()}
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return proof.Answer{Outcome: proof.Unknown, Detail: err.Error()}
	}
	answer, err := read(response, content)
	if err != nil {
		return proof.Answer{Outcome: proof.Wrong, Detail: fmt.Sprintf("%d %s: %v", response.StatusCode, content, err)}
	}
	return answer
}

// read says what an answer means.
func read(response *http.Response, content []byte) (proof.Answer, error) {
	switch response.StatusCode {
	case http.StatusOK, http.StatusAccepted:
		return readReceipt(response, content)
	case http.StatusUnprocessableEntity:
		return proof.Answer{Outcome: proof.Mismatch}, nil
	case http.StatusNotFound:
		return proof.Answer{Outcome: proof.NotFound}, nil
	case http.StatusServiceUnavailable:
		return proof.Answer{Outcome: proof.Unknown, Detail: string(content)}, nil
	}
	return proof.Answer{}, errors.New("unexpected status")
}

func readReceipt(response *http.Response, content []byte) (proof.Answer, error) {
	var receipt struct{ PaymentID, Amount, Currency, Status, TransactionID string }
	if err := json.Unmarshal(content, &receipt); err != nil {
		return proof.Answer{}, err
	}
	money, err := payment.ParseMoney(receipt.Amount, receipt.Currency)
	if err != nil {
		return proof.Answer{}, err
	}
	answer := proof.Answer{
		TransactionID: receipt.TransactionID, Replayed: response.Header.Get("Idempotent-Replayed") == "true",
		Fingerprint: payment.Payment{ID: receipt.PaymentID, Money: money}.Fingerprint(),
	}
	switch receipt.Status {
	case "success":
		answer.Outcome = proof.Success
	case "processing":
		answer.Outcome = proof.Processing
	default:
		return proof.Answer{}, fmt.Errorf("status %q", receipt.Status)
	}
	return answer, nil
}

// order is which payments a payer sends, in its random order. All payers go through one shared order, each with its own
// part of it and displaced by up to a fifth, so that many ask for a payment at about the same time and new payments come
// until the end. Each sixteenth payer goes by an order of its own and meets payments early and late.
func order(seed uint64, number int, size size) []int {
	own := draws(seed, requestName{payer: number}, forPayer)
	chosen := own.Perm(size.payments)[:size.sends]
	if number%16 == 0 {
		return chosen
	}
	shared := rand.New(rand.NewPCG(seed, 0)).Perm(size.payments)
	turn := map[int]int{}
	for _, n := range chosen {
		turn[n] = shared[n] + own.IntN(1+size.payments/5)
	}
	slices.SortFunc(chosen, func(a, b int) int { return cmp.Or(turn[a]-turn[b], a-b) })
	return chosen
}
