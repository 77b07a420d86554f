package fault_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/dynamotest/fault"
)

// send makes one request with a fault and tells whether the server saw it.
func send(t *testing.T, kind fault.Kind) (response *http.Response, seen bool, err error) {
	t.Helper()
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		io.WriteString(writer, "done")
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	if kind != fault.Hang {
		ctx, cancel = context.WithTimeout(t.Context(), 30*time.Second)
	}
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810.PutItem")
	transport := &fault.Transport{Base: server.Client().Transport, Plan: fault.NewScript("PutItem", kind)}
	response, err = transport.RoundTrip(request)
	if history := transport.History(); len(history) != 1 || history[0] != (fault.Given{Operation: "PutItem", Kind: kind}) {
		t.Errorf("history is %v", history)
	}
	return response, calls.Load() == 1, err
}

func TestEachFaultIsWhatItSays(t *testing.T) {
	for _, kind := range append(fault.Transient(), fault.None, fault.Denied, fault.Hang) {
		t.Run(kind.String(), func(t *testing.T) {
			response, seen, err := send(t, kind)
			if seen != kind.CarriedOut() {
				t.Errorf("the server saw the request: %v, want %v", seen, kind.CarriedOut())
			}
			var network net.Error
			switch kind {
			case fault.TimeoutBefore, fault.TimeoutAfter, fault.Hang:
				if !errors.As(err, &network) || !network.Timeout() {
					t.Errorf("error %v is no timeout", err)
				}
			case fault.ResetBefore, fault.ResetAfter:
				if !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("error %v is no reset", err)
				}
			default:
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				if ok := response.StatusCode == http.StatusOK; ok != (kind == fault.None) {
					t.Errorf("status is %d", response.StatusCode)
				}
			}
		})
	}
}

func TestRandomPlanIsReplayedByItsSeed(t *testing.T) {
	draw := func(seed uint64) (kinds []fault.Kind) {
		plan := fault.NewRandom(seed, 0.5, fault.Transient()...)
		for range 200 {
			kinds = append(kinds, plan.Next("PutItem"))
		}
		return kinds
	}
	first, again, other := draw(1), draw(1), draw(2)
	same, faults := true, 0
	for i := range first {
		if first[i] != again[i] {
			t.Fatalf("request %d: %v and %v with one seed", i, first[i], again[i])
		}
		same = same && first[i] == other[i]
		if first[i] != fault.None {
			faults++
		}
	}
	if same || faults < 60 || faults > 140 {
		t.Errorf("%d of 200 fail at rate 0.5; two seeds give the same: %v", faults, same)
	}
}

func TestScriptCountsItsOwnOperationOnly(t *testing.T) {
	plan := fault.NewScript("PutItem", fault.Throttle)
	for _, step := range []struct {
		operation string
		want      fault.Kind
	}{{"GetItem", fault.None}, {"PutItem", fault.Throttle}, {"PutItem", fault.None}} {
		if got := plan.Next(step.operation); got != step.want {
			t.Errorf("%s gets %v, want %v", step.operation, got, step.want)
		}
	}
}
