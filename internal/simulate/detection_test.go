package simulate

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// fixed is a model whose terms are fixed times.
func fixed(t *testing.T, failure config.Failure, times map[term]time.Duration) model {
	t.Helper()
	environment, err := NewEnvironment(AWS)
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(config.Default(), environment, failure)
	for number := range m.terms {
		m.terms[number] = Fixed(times[term(number)])
	}
	return m
}

// endpoint is the lost Region as a checker of the local cloud meets it.
type endpoint struct {
	failure      config.Failure
	connects     bool
	trip, answer time.Duration
}

func (e endpoint) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if e.failure == config.Silent && !e.connects {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(e.trip):
	}
	if e.failure == config.Refused {
		return nil, errors.New("connection refused")
	}
	near, far := net.Pipe()
	go func() {
		defer func() { _ = far.Close() }() // the checker may have hung up
		if e.failure == config.Sick {
			if _, err := far.Read(make([]byte, 4096)); err == nil {
				time.Sleep(handshake*e.trip + e.answer)
				_, _ = io.WriteString(far, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
			}
			return
		}
		_, _ = io.Copy(io.Discard, far)
	}()
	return near, nil
}

// The local cloud's health check, on a false clock and in the same phases, is the model's slow twin.
func TestDetectionAgreesWithTheLocalCloud(t *testing.T) {
	const trip, answer, aggregated = 70 * time.Millisecond, 900 * time.Millisecond, 3 * time.Second
	for _, failure := range config.Failures() {
		for number := range uint64(8) {
			m := fixed(t, failure, map[term]time.Duration{checkerTrip: trip, healthAnswer: answer, aggregation: aggregated})
			m.check.Threshold = 1 + int(number)
			model, twin := rand.New(rand.NewPCG(number, 1)), rand.New(rand.NewPCG(number, 1))
			age, connects, seed := part(twin, payment.ProbeInterval), twin.Float64() < 0.5, twin.Uint64()
			var switched time.Duration
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				monitor, err := health.Start(
					health.Config{ID: checkName, Type: health.HTTP, FQDN: "a.example.net", Interval: m.check.Interval, FailureThreshold: m.check.Threshold},
					health.Options{
						Dial: endpoint{failure, connects, trip, answer}.dial, Seed: seed, Aggregation: aggregated,
						OnChange: func(_ string, _ bool, at time.Time) { switched = at.Sub(began) },
					})
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(5 * time.Minute)
				monitor.Close()
				time.Sleep(time.Minute) // the endpoint's last answers
			})
			if failure == config.Sick {
				switched += config.HealthGrace - age
			}
			if got := m.detect(model); got != switched || switched == 0 {
				t.Errorf("%s, threshold %d, connects %v: the model switches after %s, the local cloud after %s", failure, m.check.Threshold, connects, got, switched)
			}
		}
	}
}
