package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// faults are everything that a Region, or the way to it, can do to a request.
var faults = []fault{
	good,
	{name: "processing", record: true, delay: 30 * time.Millisecond, answer: sendProcessing},
	{name: "slow", record: true, delay: 900 * time.Millisecond, answer: sendGood},
	{name: "very slow", record: true, delay: 6 * time.Second, answer: sendGood},
	{name: "503 before", delay: 10 * time.Millisecond, answer: sendProblem(503, "journal-unavailable", headerRetryAfter, "1")},
	{name: "503 after", record: true, answer: sendProblem(503, "journal-unavailable")},
	{name: "500 after", record: true, answer: sendProblem(500, "internal")},
	{name: "drop before", answer: abort},
	{name: "drop after", record: true, answer: abort},
	{name: "reset mid-body", record: true, answer: resetMidBody},
	{name: "half-open before", answer: halfOpen},
	{name: "half-open after", record: true, answer: halfOpen},
	{name: "throttled", answer: sendProblem(429, "too-many", headerRetryAfter, "1")},
	{name: "408", answer: sendProblem(408, "timeout")},
	{name: "409", record: true, answer: sendProblem(409, "conflict")},
	{name: "425", answer: sendProblem(425, "too-early")},
	{name: "401", answer: sendProblem(401, "unauthorized")},
	{name: "400", answer: sendProblem(400, "amount-zero")},
	{name: "page", record: true, answer: sendText("text/html", "<html>welcome</html>")},
	{name: "not JSON", record: true, answer: sendText(contentJSON, "{")},
	{name: "empty", record: true, answer: sendText(contentJSON, "")},
	{name: "another id", answer: sendChanged(func(p *paid) { p.PaymentID = "another" })},
	{name: "another amount", record: true, answer: sendChanged(func(p *paid) { p.Amount = "99.99" })},
	{name: "another currency", record: true, answer: sendChanged(func(p *paid) { p.Currency = "EUR" })},
	{name: "no transaction", answer: sendChanged(func(p *paid) { p.TransactionID = "" })},
	{name: "redirect", answer: func(w http.ResponseWriter, r *http.Request, _ paid) {
		http.Redirect(w, r, west+"/elsewhere", http.StatusTemporaryRedirect)
	}},
}

// run is a number of payers against two Regions that follow a script.
type scenario struct {
	payments int
	maxTries int
	deadline time.Duration
	seed     uint64
	// weights are the probabilities of faults, by index.
	weights []int
	// link is what happens to the way to one Region while the payers are at it.
	link       linkState
	linkRegion string
}

// play runs a scenario in a bubble of its own, where time passes only when all wait, and gives the first broken promise.
func (s scenario) play(t *testing.T) (broken error) {
	synctest.Test(t, func(t *testing.T) {
		system := newSystem(t)
		defer system.close()
		random := rand.New(rand.NewPCG(s.seed, 1))
		total := 0
		for _, weight := range s.weights {
			total += weight
		}
		system.script = func(string, *http.Request) fault {
			at := random.IntN(total)
			for i, weight := range s.weights {
				if at -= weight; at < 0 {
					return faults[i]
				}
			}
			return good
		}
		client := system.client(func(c *Config) { c.MaxTries = s.maxTries })
		defer client.Close()
		var payers sync.WaitGroup
		results := make(chan error, s.payments)
		for i := range s.payments {
			payers.Go(func() {
				time.Sleep(time.Duration(i) * 50 * time.Millisecond)
				results <- s.payOne(system, client, i)
			})
		}
		if s.linkRegion != "" {
			time.Sleep(time.Duration(s.payments) * 15 * time.Millisecond)
			system.listeners[s.linkRegion].set(s.link)
		}
		payers.Wait()
		close(results)
		for err := range results {
			broken = errors.Join(broken, err)
		}
	})
	return broken
}

// payOne sends a payment, again while its outcome is unknown, as a payer must.
func (s scenario) payOne(system *system, client *Client, i int) error {
	payment := Payment{ID: fmt.Sprintf("p-%d", i), Amount: fmt.Sprintf("%d.25", i+1), Currency: "USD"}
	for round := 1; round <= 2; round++ {
		ctx, cancel := context.WithTimeout(context.Background(), s.deadline)
		started := time.Now()
		receipt, err := client.Pay(ctx, payment)
		took := time.Since(started)
		cancel()
		if took > s.deadline {
			return fmt.Errorf("payment %s took %v, the deadline was %v", payment.ID, took, s.deadline)
		}
		if broken := system.check(payment, receipt, err, s.maxTries*round); broken != nil {
			return broken
		}
		var failure *Error
		if !errors.Is(err, ErrOutcomeUnknown) || !errors.As(err, &failure) {
			return nil
		}
		payment = failure.Payment
	}
	return nil
}

// TestPromisesUnderFaults runs seeded scripts; go test -run 'TestPromisesUnderFaults/seed=7$' replays one.
func TestPromisesUnderFaults(t *testing.T) {
	even := make([]int, len(faults))
	for i := range even {
		even[i] = 1
	}
	for seed := range uint64(20) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			one := scenario{payments: 40, maxTries: 12, deadline: 8 * time.Second, seed: seed, weights: even}
			if seed%3 > 0 {
				one.link, one.linkRegion = linkState(seed%3), []string{"east", "west"}[seed%2]
			}
			if err := one.play(t); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPromisesUnderRandomScripts lets rapid choose, and shrink, the mixture of faults.
func TestPromisesUnderRandomScripts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		one := scenario{
			payments:   rapid.IntRange(1, 12).Draw(rt, "payments"),
			maxTries:   rapid.IntRange(1, 10).Draw(rt, "tries"),
			deadline:   time.Duration(rapid.IntRange(50, 9000).Draw(rt, "deadline ms")) * time.Millisecond,
			seed:       rapid.Uint64().Draw(rt, "seed"),
			weights:    rapid.SliceOfN(rapid.IntRange(0, 4), len(faults), len(faults)).Draw(rt, "weights"),
			link:       linkState(rapid.IntRange(0, 2).Draw(rt, "link")),
			linkRegion: rapid.SampledFrom([]string{"", "east", "west"}).Draw(rt, "region"),
		}
		one.weights[0]++ // there is always something to choose from
		if err := one.play(t); err != nil {
			rt.Fatal(err)
		}
	})
}
