package proof_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/dynamotest/fault"
)

// rates are the probabilities of the faults; the zero value is a world without faults.
type rates struct {
	wire  float64 // of each DynamoDB call
	crash float64 // of each boundary of a step
	drop  float64 // of each use of a PostgreSQL connection
	leave float64 // of each request: its payer gives up early
}

var usual = rates{wire: 0.08, crash: 0.025, drop: 0.15, leave: 0.02}

// headerRequest carries the name of a request, from which its faults are drawn.
const headerRequest = "X-Proof-Request"

// requestName says which request it is: of which payer, for which place in the payer's order, which try.
type requestName struct{ payer, place, try int }

func (n requestName) String() string { return fmt.Sprintf("%d/%d/%d", n.payer, n.place, n.try) }

func parseName(text string) (requestName, error) {
	var name requestName
	_, err := fmt.Sscanf(text, "%d/%d/%d", &name.payer, &name.place, &name.try)
	return name, err
}

// draws is the random source of a request for one purpose: a function of the run's seed and the request's name alone, so
// that what befalls a request does not depend on what happened to the others.
func draws(seed uint64, name requestName, purpose uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, purpose<<56|uint64(name.payer)<<40|uint64(name.place)<<16|uint64(name.try)))
}

// The purposes of draws.
const (
	forPayer uint64 = iota + 1
	forFaults
)

// script draws the faults of one request, in the order of its steps.
type script struct {
	rates rates
	tally *tally

	mutex sync.Mutex
	draw  *rand.Rand
}

// chance draws whether an event of a probability happens.
func (s *script) chance(rate float64) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.draw.Float64() < rate
}

func (s *script) pick(n int) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.draw.IntN(n)
}

// late is a fault beside those of package fault: a timeout now, and the server carries the request out in a moment.
const late fault.Kind = -1

// wireFault draws the fault of one DynamoDB call.
func (s *script) wireFault() fault.Kind {
	if !s.chance(s.rates.wire) {
		return fault.None
	}
	kinds := append(fault.Transient(), late, late)
	return kinds[s.pick(len(kinds))]
}

// delay draws how long a late request is on its way.
func (s *script) delay() time.Duration { return time.Duration(s.pick(40)) * time.Millisecond }

type scriptKey struct{}

// scriptOf is the script of the request that ctx belongs to; without one (the sweeper, the evidence) nothing fails.
func scriptOf(ctx context.Context) *script {
	if found, ok := ctx.Value(scriptKey{}).(*script); ok {
		return found
	}
	return &script{tally: &tally{}, draw: rand.New(rand.NewPCG(0, 0))}
}

// scripted gives each request its script by its name.
func scripted(seed uint64, rates rates, tally *tally, next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		name, err := parseName(request.Header.Get(headerRequest))
		if err != nil {
			http.Error(writer, "request has no name: "+err.Error(), http.StatusTeapot)
			return
		}
		one := &script{rates: rates, tally: tally, draw: draws(seed, name, forFaults)}
		next.ServeHTTP(writer, request.WithContext(context.WithValue(request.Context(), scriptKey{}, one)))
	})
}

// tally counts what happened by its name. The zero value is empty.
type tally struct {
	mutex  sync.Mutex
	counts map[string]int
}

func (t *tally) add(name string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	t.counts[name]++
}

func (t *tally) of(name string) int {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.counts[name]
}
