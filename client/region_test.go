package client

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// fault is what a Region does with one request.
type fault struct {
	name string
	// record: the payment is recorded before whatever follows.
	record bool
	// delay comes after the record and before the answer.
	delay  time.Duration
	answer func(w http.ResponseWriter, request *http.Request, good paid)
}

// paid is the body of a good answer.
type paid struct {
	PaymentID     string `json:"paymentId"`
	Amount        string `json:"amount"`
	Currency      string `json:"currency"`
	Status        string `json:"status"`
	Region        string `json:"region"`
	TransactionID string `json:"transactionId"`
}

func sendJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", contentJSON)
	if status >= 400 {
		w.Header().Set("Content-Type", contentProblem)
	}
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		// The payer has gone; it must cope.
		return
	}
}

func sendGood(w http.ResponseWriter, _ *http.Request, good paid) { sendJSON(w, http.StatusOK, good) }

func sendProcessing(w http.ResponseWriter, _ *http.Request, good paid) {
	good.Status = string(StatusProcessing)
	sendJSON(w, http.StatusAccepted, good)
}

func sendProblem(status int, name string, headers ...string) func(http.ResponseWriter, *http.Request, paid) {
	return func(w http.ResponseWriter, _ *http.Request, _ paid) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		sendJSON(w, status, map[string]any{"type": problemBase + name, "title": name, "status": status, "requestId": "r-1"})
	}
}

func sendChanged(change func(*paid)) func(http.ResponseWriter, *http.Request, paid) {
	return func(w http.ResponseWriter, _ *http.Request, good paid) {
		change(&good)
		sendJSON(w, http.StatusOK, good)
	}
}

func sendText(contentType, text string) func(http.ResponseWriter, *http.Request, paid) {
	return func(w http.ResponseWriter, _ *http.Request, _ paid) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, text) // the payer may have gone
	}
}

func abort(http.ResponseWriter, *http.Request, paid) { panic(http.ErrAbortHandler) }

func resetMidBody(w http.ResponseWriter, _ *http.Request, good paid) {
	encoded, _ := json.Marshal(good) // strings always encode
	w.Header().Set("Content-Type", contentJSON)
	w.Header().Set("Content-Length", fmt.Sprint(len(encoded)))
	_, _ = w.Write(encoded[:len(encoded)/2])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// halfOpen answers when the payer has given up, that is never.
func halfOpen(_ http.ResponseWriter, request *http.Request, _ paid) { <-request.Context().Done() }

// system is two Regions over one record, which is what the strongly consistent journal is to them.
type system struct {
	t         testing.TB
	network   *network
	mutex     sync.Mutex
	recorded  map[string]paid
	bodies    map[string][]byte
	requests  map[string]int
	broken    []string
	listeners map[string]*listener
	servers   []*httptest.Server
	roots     *x509.CertPool
	// script says what a Region does with a request; nil means that it answers well after 20 ms.
	script func(region string, request *http.Request) fault
	// healthy is what /health says; a Region that is absent is well.
	ill map[string]bool
}

const (
	east = "https://east.example.com"
	west = "https://west.example.com"
)

var good = fault{name: "good", record: true, delay: 20 * time.Millisecond, answer: sendGood}

// newSystem starts both Regions with HTTP/2 over TLS.
func newSystem(t testing.TB) *system {
	made := &system{
		t: t, network: newNetwork(), recorded: map[string]paid{}, bodies: map[string][]byte{}, requests: map[string]int{},
		listeners: map[string]*listener{}, roots: x509.NewCertPool(), ill: map[string]bool{},
	}
	for _, region := range []string{"east", "west"} {
		at := made.network.listen(region + ".example.com")
		server := httptest.NewUnstartedServer(made.handler(region))
		_ = server.Listener.Close() // the one it opened by itself
		server.Listener = at
		server.EnableHTTP2 = true
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		made.roots.AddCert(server.Certificate())
		made.listeners[region] = at
		made.servers = append(made.servers, server)
	}
	return made
}

func (s *system) close() {
	for _, one := range s.listeners {
		one.set(linkRefused)
	}
	for _, one := range s.servers {
		one.Close()
	}
}

// client makes a client of both Regions over the default transport's settings.
func (s *system) client(change func(*Config)) *Client {
	s.t.Helper()
	transport := DefaultTransport()
	transport.Proxy = nil
	transport.DialContext = s.network.dial
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: s.roots}
	config := Config{Endpoints: []string{east, west}, Transport: transport, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&config)
	}
	made, err := New(config)
	if err != nil {
		s.t.Fatalf("make client: %v", err)
	}
	return made
}

func (s *system) handler(region string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if s.ill[region] {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("POST /payments", func(w http.ResponseWriter, request *http.Request) { s.pay(region, w, request) })
	mux.HandleFunc("GET /payments/{id}", func(w http.ResponseWriter, request *http.Request) {
		w.Header().Set(headerRegion, region)
		s.mutex.Lock()
		found, ok := s.recorded[request.PathValue("id")]
		s.mutex.Unlock()
		what := s.what(region, request)
		time.Sleep(what.delay)
		if !ok && what.name == good.name {
			what.answer = sendProblem(http.StatusNotFound, "payment-not-found")
		}
		what.answer(w, request, found)
	})
	return mux
}

func (s *system) what(region string, request *http.Request) fault {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.script == nil {
		return good
	}
	return s.script(region, request)
}

func (s *system) pay(region string, w http.ResponseWriter, request *http.Request) {
	w.Header().Set(headerRegion, region)
	body, err := io.ReadAll(request.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	what := s.what(region, request)
	known := s.note(region, request.Header.Get(headerKey), body, what.record)
	pause := time.NewTimer(what.delay)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-request.Context().Done():
		return
	}
	what.answer(w, request, known)
}

// note checks that all requests for an id are the same, and records the payment if it is to be.
func (s *system) note(region, key string, body []byte, record bool) paid {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var asked paid
	if err := json.Unmarshal(body, &asked); err != nil || asked.PaymentID != key {
		s.broken = append(s.broken, fmt.Sprintf("key %q came with body %q", key, body))
	}
	if first, ok := s.bodies[key]; ok && !bytes.Equal(first, body) {
		s.broken = append(s.broken, fmt.Sprintf("key %q came with %q and %q", key, first, body))
	}
	s.bodies[key] = body
	s.requests[key]++
	if known, ok := s.recorded[key]; ok {
		return known
	}
	asked.Status, asked.Region, asked.TransactionID = string(StatusSuccess), region, "t-"+region+"-"+key
	if record {
		s.recorded[key] = asked
	}
	return asked
}

// check compares what a call said with what the Regions have. It is the invariant of this package.
func (s *system) check(asked Payment, receipt Receipt, err error, maxTries int) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	known, recorded := s.recorded[asked.ID]
	var failure *Error
	switch {
	case len(s.broken) > 0:
		return fmt.Errorf("%s", strings.Join(s.broken, "; "))
	case s.requests[asked.ID] > maxTries:
		return fmt.Errorf("payment %s was sent %d times, %d are allowed", asked.ID, s.requests[asked.ID], maxTries)
	case err == nil && !recorded:
		return fmt.Errorf("payment %s was acknowledged (%+v) and no Region recorded it", asked.ID, receipt)
	case err == nil && (receipt.TransactionID != known.TransactionID || receipt.PaymentID != asked.ID || receipt.Amount != known.Amount):
		return fmt.Errorf("payment %s has the receipt %+v and the record %+v", asked.ID, receipt, known)
	case err == nil && !asked.Sent && s.requests[asked.ID] > receipt.Tries:
		return fmt.Errorf("payment %s was sent %d times and counts %d tries", asked.ID, s.requests[asked.ID], receipt.Tries)
	case err == nil:
		return nil
	case !errors.As(err, &failure) || failure.Payment.ID != asked.ID || failure.Payment.Amount != asked.Amount:
		return fmt.Errorf("payment %s failed without its payment: %w", asked.ID, err)
	case failure.Payment.Sent != (failure.Outcome == OutcomeUnknown):
		return fmt.Errorf("payment %s does not remember what is known of it: %w", asked.ID, err)
	case failure.Outcome == OutcomeNotRecorded && recorded:
		return fmt.Errorf("payment %s is recorded and the client says it is not: %w", asked.ID, err)
	}
	return nil
}
