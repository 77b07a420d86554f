package fault

import (
	"math/rand/v2"
	"sync"
)

// Plan decides the fault of the next request. Operation is the API's name, for example "PutItem".
type Plan interface {
	Next(operation string) Kind
}

// Script gives its faults in order, to requests whose operation is Operation (to all if that is empty), then none.
type Script struct {
	Operation string

	mutex sync.Mutex
	kinds []Kind
}

// NewScript is a script for one operation ("" for all).
func NewScript(operation string, kinds ...Kind) *Script {
	return &Script{Operation: operation, kinds: kinds}
}

// Next takes the script's next fault.
func (s *Script) Next(operation string) Kind {
	if s.Operation != "" && s.Operation != operation {
		return None
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.kinds) == 0 {
		return None
	}
	kind := s.kinds[0]
	s.kinds = s.kinds[1:]
	return kind
}

// Always gives one fault to every request of Operation ("" for all).
type Always struct {
	Operation string
	Kind      Kind
}

// Next is always the same.
func (a Always) Next(operation string) Kind {
	if a.Operation != "" && a.Operation != operation {
		return None
	}
	return a.Kind
}

// Random gives a fault of kinds with the probability rate, from a seed.
type Random struct {
	mutex  sync.Mutex
	source *rand.Rand
	rate   float64
	kinds  []Kind
}

// NewRandom is a plan that two runs with the same seed share.
func NewRandom(seed uint64, rate float64, kinds ...Kind) *Random {
	return &Random{source: rand.New(rand.NewPCG(seed, 0)), rate: rate, kinds: kinds}
}

// Next draws.
func (r *Random) Next(string) Kind {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.source.Float64() >= r.rate {
		return None
	}
	return r.kinds[r.source.IntN(len(r.kinds))]
}
