package proof_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/paymentdr/paymentdr/internal/dynamotest/fault"
)

// faultsOf are the first faults of a request in a run with the seed.
func faultsOf(t *testing.T, seed uint64, name string) (kinds []fault.Kind) {
	t.Helper()
	handler := scripted(seed, rates{wire: 0.5}, &tally{}, http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		for range 64 {
			kinds = append(kinds, scriptOf(request.Context()).wireFault())
		}
	}))
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	request.Header.Set(headerRequest, name)
	handler.ServeHTTP(httptest.NewRecorder(), request)
	return kinds
}

func TestTheSeedFixesOrdersAndFaults(t *testing.T) {
	sent := map[int]int{}
	usual := size{payers: 64, payments: 500, sends: usualSends}
	for number := range usual.payers {
		one := order(7, number, usual)
		if !slices.Equal(one, order(7, number, usual)) || slices.Equal(one, order(8, number, usual)) {
			t.Errorf("payer %d: the order does not follow the seed", number)
		}
		for _, n := range one {
			sent[n]++
		}
	}
	for n := range usual.payments {
		if sent[n] < 2 {
			t.Errorf("payment %d is sent by %d payers; the proof wants each shared", n, sent[n])
		}
	}
	first := faultsOf(t, 7, "3/14/1")
	if len(first) != 64 || !slices.Equal(first, faultsOf(t, 7, "3/14/1")) {
		t.Errorf("one request got %v and %v", first, faultsOf(t, 7, "3/14/1"))
	}
	for _, other := range [][]fault.Kind{faultsOf(t, 8, "3/14/1"), faultsOf(t, 7, "3/14/2"), faultsOf(t, 7, "3/15/1"), faultsOf(t, 7, "4/14/1")} {
		if slices.Equal(first, other) {
			t.Error("another request, or another seed, gets the same faults")
		}
	}
}

func TestNothingFailsWithoutAScript(t *testing.T) {
	for range 1000 {
		if kind := scriptOf(context.Background()).wireFault(); kind != fault.None {
			t.Fatalf("a call of the sweeper got %v", kind)
		}
		crash(context.Background(), "anywhere")
	}
}
