package client

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// die ends every connection to a Region without a sign, as when an address moves; new dials work.
func (s *system) die(region string) {
	for _, one := range s.listeners[region].wires {
		one.change(func() { one.from = &listener{state: linkSilent} })
	}
}

func mustPay(t *testing.T, client *Client, id string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := client.Pay(ctx, Payment{ID: id, Amount: "1"}); err != nil {
		t.Errorf("pay %s: %v", id, err)
	}
}

// oneRegion is a client of the east alone, whose tries end after a second.
func oneRegion(c *Config) { c.Endpoints, c.Timeout = []string{east}, time.Second }

// TestDeadConnections: silence on one connection drops all that wait beside it, for both versions of HTTP.
func TestDeadConnections(t *testing.T) {
	for name, one := range map[string]struct {
		only1 bool
		dials int // before
	}{"HTTP/1.1": {true, 3}, "HTTP/2": {false, 1}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				system := newSystem(t)
				defer system.close()
				client := system.client(func(c *Config) {
					oneRegion(c)
					if one.only1 {
						c.Transport.(*http.Transport).Protocols = new(http.Protocols)
						c.Transport.(*http.Transport).Protocols.SetHTTP1(true)
					}
				})
				defer client.Close()
				mustPay(t, client, "first")
				var payers sync.WaitGroup
				for i := range 3 {
					payers.Go(func() { mustPay(t, client, fmt.Sprintf("p-%d", i)) })
				}
				payers.Wait()
				if dials := system.listeners["east"].dialled(); dials != one.dials {
					t.Errorf("it dialled %d times, want %d", dials, one.dials)
				}
				time.Sleep(2 * time.Second)
				system.die("east")
				started := time.Now()
				mustPay(t, client, "after")
				if took := time.Since(started); took > 1500*time.Millisecond {
					t.Errorf("dead connections held the payment for %v", took)
				}
				if dials := system.listeners["east"].dialled(); dials != one.dials+1 {
					t.Errorf("it dialled %d times, want %d", dials, one.dials+1)
				}
			})
		})
	}
}

// TestFollowsDNS: a connection that is always in use is replaced after a minute all the same.
func TestFollowsDNS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system := newSystem(t)
		defer system.close()
		client := system.client(oneRegion)
		defer client.Close()
		for i := range 25 {
			mustPay(t, client, fmt.Sprintf("p-%d", i))
			time.Sleep(5 * time.Second)
		}
		if dials := system.listeners["east"].dialled(); dials != 3 {
			t.Errorf("it dialled %d times in 125 seconds, want 3", dials)
		}
	})
}

// closable counts how often its idle connections are closed.
type closable struct {
	http.RoundTripper
	closed int
}

func (c *closable) CloseIdleConnections() { c.closed++ }

func TestPoolsAreClosedWhenUnused(t *testing.T) {
	c := newConnections(&http.Transport{}, start)
	watched := &closable{}
	c.current.transport = watched
	used := c.take(start)
	c.drop(start.Add(youngest - 1))
	if c.take(start) != used {
		t.Error("connections were dropped too young")
	}
	c.drop(start.Add(youngest))
	if c.take(start.Add(youngest)) == used || watched.closed != 1 {
		t.Errorf("connections were kept, and closed %d times", watched.closed)
	}
	c.release(used)
	if watched.closed != 1 {
		t.Error("closed while one is in use")
	}
	c.release(used)
	if watched.closed != 2 {
		t.Errorf("closed %d times, want once more after the last use", watched.closed)
	}
}
