package lambda

import (
	"context"
	"testing"
	"time"
)

// BenchmarkWarm is a function that answers with its event: what the runtime API and the pool cost.
func BenchmarkWarm(b *testing.B) {
	c := start(b, Options{})
	c.call(`{}`)
	for b.Loop() {
		c.call(`{"paymentId":"p-1","amount":"1.00","currency":"USD"}`)
	}
}

// BenchmarkWarmParallel runs with as many environments as GOMAXPROCS times 4.
func BenchmarkWarmParallel(b *testing.B) {
	c := start(b, Options{})
	b.SetParallelism(4)
	b.RunParallel(func(work *testing.PB) {
		for work.Next() {
			if _, err := c.Invoke(context.Background(), Invocation{Function: "probe"}); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkCold starts a process for each invocation.
func BenchmarkCold(b *testing.B) {
	c := start(b, Options{})
	for b.Loop() {
		c.call(`{}`)
		b.StopTimer()
		c.dismiss(c.expired(time.Now().Add(time.Hour)))
		b.StartTimer()
	}
}
