package link

import (
	"errors"
	"fmt"
	"time"
)

// Direction is one of the two ways through a link.
type Direction int

// A link has two ends, by convention the Regions A and B of its Options.
const (
	AToB Direction = iota
	BToA
)

func (d Direction) other() Direction { return 1 - d }

// Cut says which way nothing gets through.
type Cut int

// The cuts of a link.
const (
	Open Cut = iota
	CutBoth
	CutAToB
	CutBToA
)

// blocks says whether nothing moves in the direction.
func (c Cut) blocks(direction Direction) bool {
	return c == CutBoth || (c == CutAToB && direction == AToB) || (c == CutBToA && direction == BToA)
}

// State is how a link behaves from now on. Its zero value is a perfect wire.
type State struct {
	// RoundTrip is the time there and back; each direction has half of it.
	RoundTrip time.Duration
	// Jitter is the most that a piece of data is late beyond that, each way; data never overtakes data.
	Jitter time.Duration
	// Loss is the share of packets lost, each way, from 0 to below 1. TCP hides loss: here it is delay.
	Loss float64
	// Bandwidth is in bytes a second for all connections together, each way; 0 is without bound.
	Bandwidth int64
	// Cut stops a direction, or both.
	Cut Cut
	// Reset makes a cut end all connections with a TCP reset, and refuse new ones, as a firewall that rejects does.
	// Without it a cut is silence, as a partition is: connections stay open, and go on after it heals.
	Reset bool
}

// ErrInvalid says that no link can be in the state.
var ErrInvalid = errors.New("invalid link state")

// Validate judges a state.
func (s State) Validate() error {
	switch {
	case s.RoundTrip < 0 || s.Jitter < 0:
		return fmt.Errorf("%w: round trip %s, jitter %s: neither may be negative", ErrInvalid, s.RoundTrip, s.Jitter)
	case !(s.Loss >= 0 && s.Loss < 1):
		return fmt.Errorf("%w: loss %v is not from 0 to below 1", ErrInvalid, s.Loss)
	case s.Bandwidth < 0:
		return fmt.Errorf("%w: bandwidth %d bytes/s is negative", ErrInvalid, s.Bandwidth)
	case s.Cut < Open || s.Cut > CutBToA:
		return fmt.Errorf("%w: cut %d", ErrInvalid, s.Cut)
	case s.Reset && s.Cut == Open:
		return fmt.Errorf("%w: reset without a cut", ErrInvalid)
	}
	return nil
}
