package apply

import (
	"context"
	"errors"
	"sync"
)

// errStopped is of what was not begun, because something else failed or the caller gave up.
var errStopped = errors.New("not begun")

// walk calls do for 0 to count-1, each when all that it needs are done, at the same time where it can. After the
// first error, or when ctx is done, nothing is begun any more; what runs is waited for.
func walk(ctx context.Context, count int, needs func(i int) []int, do func(i int) error) error {
	waiting, followers := make([]int, count), make([][]int, count)
	for i := range count {
		for _, need := range needs(i) {
			waiting[i]++
			followers[need] = append(followers[need], i)
		}
	}
	var mutex sync.Mutex
	var errs []error
	stopped := ctx.Err() != nil
	var running sync.WaitGroup
	var begin func(i int)
	begin = func(i int) {
		running.Go(func() {
			err := do(i)
			mutex.Lock()
			defer mutex.Unlock()
			if err != nil && !isStopped(err) {
				errs = append(errs, err)
			}
			if stopped = stopped || err != nil || ctx.Err() != nil; stopped {
				return
			}
			for _, follower := range followers[i] {
				if waiting[follower]--; waiting[follower] == 0 {
					begin(follower)
				}
			}
		})
	}
	mutex.Lock() // none ends before all of the first have begun
	for _, i := range without(waiting) {
		if !stopped {
			begin(i)
		}
	}
	mutex.Unlock()
	running.Wait()
	return errors.Join(append([]error{ctx.Err()}, errs...)...)
}

// without are the items that wait for nothing.
func without(waiting []int) []int {
	var free []int
	for i, left := range waiting {
		if left == 0 {
			free = append(free, i)
		}
	}
	return free
}

// joined is all errors; errStopped only where there is no other.
func joined(errs []error) error {
	var stopped error
	var real []error
	for _, err := range errs {
		switch {
		case isStopped(err):
			stopped = err
		case err != nil:
			real = append(real, err)
		}
	}
	if len(real) == 0 {
		return stopped
	}
	return errors.Join(real...)
}
