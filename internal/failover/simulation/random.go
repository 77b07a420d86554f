package simulation

import (
	"math/bits"
	"math/rand/v2"
	"time"
)

// source is a stream of chance. Each actor has its own, so that what one does leaves the luck of the others alone: a
// story stays much the same when a part of it is left out.
type source struct{ pcg rand.PCG }

func (r *source) seed(seed, stream uint64) { r.pcg.Seed(seed, stream*0x9e3779b97f4a7c15+1) }

func (r *source) below(n uint64) uint64 {
	high, _ := bits.Mul64(r.pcg.Uint64(), n)
	return high
}

func (r *source) upTo(most time.Duration) time.Duration {
	return time.Duration(r.below(uint64(most) + 1))
}

func (r *source) between(least, most time.Duration) time.Duration { return least + r.upTo(most-least) }

func (r *source) chance(percent uint64) bool { return r.below(100) < percent }

// float is uniform in [0, 1).
func (r *source) float() float64 { return float64(r.pcg.Uint64()>>11) / (1 << 53) }

// mixed are other bits of the same luck.
func mixed(bits uint64) uint64 {
	bits ^= bits >> 31
	bits *= 0x94d049bb133111eb
	return bits ^ bits>>29
}
