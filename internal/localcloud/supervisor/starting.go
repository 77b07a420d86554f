package supervisor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/process"
)

// errDown ends a start that somebody does not want any more.
var errDown = errors.New("start local cloud: it was told to end before it took payments")

// deathPatience is how long a start that failed waits for the news that a Region's process has ended: the ends of its
// connections are seen first, and say less.
const deathPatience = 200 * time.Millisecond

// reason is why a start failed: an interrupt, what ended it from outside, or else its own error.
func reason(ctx, starting context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("start local cloud: %w", ctx.Err())
	}
	select {
	case <-starting.Done():
		return context.Cause(starting)
	case <-time.After(deathPatience):
		return err
	}
}

// nowStarted lets orders in, unless something ended the start meanwhile.
func (s *Supervisor) nowStarted(ctx context.Context) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.started = ctx.Err() == nil
	return ctx.Err()
}

func (s *Supervisor) hasStarted() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.started
}

// stillborn ends the start if a Region's process ends during it, with the process's last words.
func (s *Supervisor) stillborn(p *place, child *process.Child) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.started {
		return false
	}
	s.abort(fmt.Errorf("start %s: its process ended during the start of the cloud (%v)%s", p.config.Name, child.Err(), tail(p.log)))
	return true
}
