package simulation

import (
	"sync"
	"sync/atomic"
)

// block is how many seeds a worker takes at a time.
const block = 64

// Play plays count seeds from first on, by so many workers. It returns how much happened, and the first seed that fails,
// whatever the workers' number and pace: seeds behind it are played no further.
func Play(first, count uint64, bug Bug, workers int) (Summary, *Result) {
	var (
		next    atomic.Uint64
		failing atomic.Uint64 // index of the first failing seed so far
		mutex   sync.Mutex
		all     Summary
		found   *Result
		group   sync.WaitGroup
	)
	failing.Store(count)
	worker := func() {
		m := New()
		defer m.Close()
		var mine Summary
		for {
			start := next.Add(block) - block
			if start >= failing.Load() {
				break
			}
			for i := start; i < min(start+block, failing.Load()); i++ {
				result := m.Run(first+i, bug)
				mine.add(result)
				if !result.Failed() {
					continue
				}
				mutex.Lock()
				if i < failing.Load() {
					failing.Store(i)
					found = &result
				}
				mutex.Unlock()
			}
		}
		mutex.Lock()
		defer mutex.Unlock()
		all.plus(mine)
	}
	for range workers {
		group.Go(worker)
	}
	group.Wait()
	return all, found
}
