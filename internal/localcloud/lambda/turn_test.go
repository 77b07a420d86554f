package lambda

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// More requests than a function may have processes wait their turn, and all are answered; none is throttled.
func TestRequestsWaitForAProcess(t *testing.T) {
	c := start(t, Options{Processes: 2})
	began := time.Now()
	processes, refused := together(c, 6)
	if len(processes) != 2 || refused != 0 {
		t.Errorf("%d processes and %d refused, want 2 and 0", len(processes), refused)
	}
	// Six sleeps of 400 ms in two processes take three after each other.
	if took := time.Since(began); took < 1200*time.Millisecond {
		t.Errorf("took %s, less than three sleeps", took)
	}
}

// A process that dies makes room for the next in line.
func TestKillEndsTheProcessesOfNow(t *testing.T) {
	c := start(t, Options{Processes: 2})
	var group sync.WaitGroup
	answers := make(chan string, 3)
	for range 2 {
		group.Go(func() { answers <- string(c.call(`{"action":"sleep","millis":60000}`).Payload) })
	}
	eventually(t, "both run", func() bool { return strings.Count(c.log(), "START RequestId") == 2 })
	group.Go(func() { answers <- string(c.call(`{"action":"who"}`).Payload) })
	killed, err := c.Kill("probe")
	if err != nil || killed != 2 {
		t.Fatalf("killed %d, %v, want 2", killed, err)
	}
	group.Wait()
	close(answers)
	dead := 0
	for answer := range answers {
		if strings.Contains(answer, "signal: killed") {
			dead++
		}
	}
	if dead != 2 {
		t.Errorf("%d invocations were killed, want 2", dead)
	}
	if _, err := c.Kill("nobody"); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("killed a function that is not there: %v", err)
	}
}
