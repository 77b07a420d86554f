package link

import "time"

const (
	// segment is the payload of a packet, for loss: Ethernet's MTU less the headers.
	segment = 1460
	// minimumTimeout is the least retransmission time-out of Linux beyond the round trip (TCP_RTO_MIN).
	minimumTimeout = 200 * time.Millisecond
	// mostLosses bounds how often one packet is lost; each time doubles the time-out.
	mostLosses = 8
)

// Wire is the shared part of one direction: it carries one piece of data after the other. Its zero value is idle.
type Wire struct {
	// Free is when the last byte accepted so far has been put on the wire.
	Free time.Time
}

// Send puts size bytes on the wire, not before now, and returns when the last of them is on it.
func (w Wire) Send(state State, size int, now time.Time) (sent time.Time, next Wire) {
	sent = now
	if state.Bandwidth > 0 {
		if w.Free.After(now) {
			sent = w.Free
		}
		sent = sent.Add(time.Duration(float64(size) / float64(state.Bandwidth) * float64(time.Second)))
	}
	return sent, Wire{Free: sent}
}

// Path is one direction of one connection. Its zero value has carried nothing.
type Path struct {
	// Last is when the newest data arrives: TCP keeps the order.
	Last time.Time
}

// Arrival says when data of the size, on the wire at sent, arrives. random gives numbers from 0 to below 1.
func (p Path) Arrival(state State, size int, sent time.Time, random func() float64) (at time.Time, lost int, next Path) {
	at = sent.Add(state.RoundTrip / 2)
	if state.Jitter > 0 {
		at = at.Add(time.Duration(random() * float64(state.Jitter)))
	}
	late, lost := retransmission(state, size, random)
	at = at.Add(late)
	if p.Last.After(at) {
		at = p.Last
	}
	return at, lost, Path{Last: at}
}

// retransmission is what loss costs: the packets of one piece go together, and the one that is lost most often makes
// the delay. Each of its losses costs a time-out, twice the one before.
func retransmission(state State, size int, random func() float64) (late time.Duration, lost int) {
	if state.Loss == 0 {
		return 0, 0
	}
	for packet := 0; packet < size; packet += segment {
		var delay time.Duration
		timeout := state.RoundTrip + minimumTimeout
		for losses := 0; losses < mostLosses && random() < state.Loss; losses++ {
			delay += timeout
			timeout *= 2
			lost++
		}
		late = max(late, delay)
	}
	return late, lost
}
