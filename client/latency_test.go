package client

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Limits of a payer's waiting while a Region is lost.
const (
	silentLimit  = 3 * time.Second
	refusedLimit = time.Second
)

// TestLosingARegion loses the preferred Region while 1,000 payments a second are made, and takes the longest of 3,000.
func TestLosingARegion(t *testing.T) {
	for name, one := range map[string]struct {
		state linkState
		limit time.Duration
	}{"silent": {linkSilent, silentLimit}, "refused": {linkRefused, refusedLimit}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				system := newSystem(t)
				defer system.close()
				client := system.client(nil)
				defer client.Close()
				took := payAll(t, client, 3000, time.Millisecond, func() { system.listeners["east"].set(one.state) })
				slices.Sort(took)
				worst, p99 := took[len(took)-1], took[len(took)*99/100]
				t.Logf("p99 %v, worst %v", p99, worst)
				if worst > one.limit {
					t.Errorf("the worst payment took %v, the limit is %v", worst, one.limit)
				}
				if at, _ := client.preference.current(time.Now()); at != 1 {
					t.Errorf("payments still go to endpoint %d first", at)
				}
			})
		})
	}
}

// payAll makes payments at a steady rate, breaks something after a third of them, and gives the time each one took.
func payAll(t *testing.T, client *Client, count int, apart time.Duration, breakIt func()) []time.Duration {
	t.Helper()
	took := make([]time.Duration, count)
	var payers sync.WaitGroup
	for i := range count {
		if i == count/3 {
			breakIt()
		}
		payers.Go(func() {
			started := time.Now()
			if _, err := client.Pay(t.Context(), Payment{ID: fmt.Sprintf("p-%d", i), Amount: "1.00"}); err != nil {
				t.Errorf("payment %d: %v", i, err)
			}
			took[i] = time.Since(started)
		})
		time.Sleep(apart)
	}
	payers.Wait()
	return took
}

// TestLosingARegionOnRealSockets does the same over loopback TCP, by the wall clock.
func TestLosingARegionOnRealSockets(t *testing.T) {
	for name, one := range map[string]struct {
		silent bool
		limit  time.Duration
	}{"silent": {true, silentLimit}, "refused": {false, refusedLimit}} {
		t.Run(name, func(t *testing.T) {
			lost := make(chan struct{})
			var silent atomic.Bool
			handler := func(w http.ResponseWriter, request *http.Request) {
				if silent.Load() {
					<-lost
				}
				echo(w, request)
			}
			east, west := realRegion(t, handler), realRegion(t, echo)
			defer west.Close()
			defer east.Close()
			defer close(lost)
			roots := x509.NewCertPool()
			roots.AddCert(east.Certificate())
			transport := DefaultTransport()
			transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
			client, err := New(Config{Endpoints: []string{east.URL, west.URL}, Transport: transport, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			took := payAll(t, client, 300, time.Millisecond, func() {
				if one.silent {
					silent.Store(true)
					return
				}
				if err := east.Listener.Close(); err != nil {
					t.Errorf("close listener: %v", err)
				}
				east.CloseClientConnections()
			})
			slices.Sort(took)
			p99 := took[len(took)*99/100]
			t.Logf("median %v, p99 %v, worst %v", took[len(took)/2], p99, took[len(took)-1])
			if p99 > one.limit {
				t.Errorf("p99 is %v, the limit is %v", p99, one.limit)
			}
		})
	}
}

func realRegion(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	return server
}

// echo acknowledges whatever it is asked.
func echo(w http.ResponseWriter, request *http.Request) {
	id := request.Header.Get(headerKey)
	sendJSON(w, http.StatusOK, paid{PaymentID: id, Amount: "1.00", Currency: "USD", Status: "success", Region: "here", TransactionID: "t-" + id})
}

// TestSlowEverywhere: two slow Regions are not sent the double load.
func TestSlowEverywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system := newSystem(t)
		defer system.close()
		system.script = func(string, *http.Request) fault {
			return fault{name: "slow", record: true, delay: 900 * time.Millisecond, answer: sendGood}
		}
		client := system.client(nil)
		defer client.Close()
		const count = 2000
		payAll(t, client, count, 2*time.Millisecond, func() {})
		system.mutex.Lock() // late tries are still on their way
		defer system.mutex.Unlock()
		sent := 0
		for _, times := range system.requests {
			sent += times
		}
		t.Logf("%d requests for %d payments", sent, count)
		if limit := count + int(budgetSize) + count/5; sent > limit {
			t.Errorf("%d requests were sent for %d payments, more than %d", sent, count, limit)
		}
	})
}

// TestDefaultTransportVerifies refuses a certificate that nobody it trusts has signed, and knows that a refused
// connection took nothing with it.
func TestDefaultTransportVerifies(t *testing.T) {
	server := realRegion(t, echo)
	defer server.Close()
	refused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := refused.Addr().String()
	if err := refused.Close(); err != nil {
		t.Fatal(err)
	}
	for name, endpoint := range map[string]string{"certificate": server.URL, "refused": "https://" + address} {
		t.Run(name, func(t *testing.T) {
			client, err := New(Config{Endpoints: []string{endpoint}, MaxTries: 2, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			_, err = client.Pay(t.Context(), Payment{Amount: "1.00"})
			failure := asError(t, err)
			if failure.Outcome != OutcomeNotRecorded || failure.Tries != 2 || failure.Payment.ID == "" {
				t.Errorf("got %+v, want two tries that recorded nothing", failure)
			}
		})
	}
}
