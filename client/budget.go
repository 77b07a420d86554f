package client

import "sync"

// The budget of hedges: how many may be under way unproven, and what a payment that needed none earns.
const (
	budgetSize   = 100.0
	budgetEarned = 0.1
)

// budget keeps hedges from doubling the load of a system that is slow everywhere. A hedge takes one; it gives it back
// when it wins, as it does where a Region is lost. A call that needed no hedge gives a tenth.
type budget struct {
	mutex sync.Mutex
	left  float64
}

func newBudget() *budget { return &budget{left: budgetSize} }

// take is false when the budget is spent.
func (b *budget) take() bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// give returns some of it.
func (b *budget) give(amount float64) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.left = min(b.left+amount, budgetSize)
}
