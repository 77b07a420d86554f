package supervisor

import (
	"context"
	"log/slog"
	"os/exec"
	"time"
)

// Account is the AWS account of every local cloud.
const Account = "123456789012"

// Options describe a cloud.
type Options struct {
	// Name and Folder of the cloud; the folder is made and removed.
	Name, Folder string
	// Files is the folder of root modules, as synth wrote them; if it is empty, Prepare writes them into a folder below
	// Folder.
	Files   string
	Prepare func(ctx context.Context, folder string) error
	// Primary, Secondary and Witness are the Regions.
	Primary, Secondary, Witness string
	// Process is the command of a Region's process, which calls region.Run with what it reads from its standard input.
	Process func() *exec.Cmd
	// Progress is told what is awaited; it must not block.
	Progress func(what string)
	// OpenLog makes the supervisor's log; nil discards it.
	OpenLog func(path string) (*slog.Logger, error)
	// Seed gives the phases of health checkers and the links' jitter; 0 takes a new one each time.
	Seed uint64
	// Aggregation is the time from the checkers' verdicts to another DNS answer. AWS publishes no figure.
	Aggregation time.Duration
	// Perfect makes links without round-trip times, for measuring.
	Perfect bool
	// look is how the machine is looked at; nil is thisMachine.
	look *machine
}

func (o Options) machine() machine {
	if o.look != nil {
		return *o.look
	}
	return thisMachine()
}

// Raft's times: an election must be well above the largest round-trip time, 62 ms by default.
const (
	heartbeat = 60 * time.Millisecond
	election  = 600 * time.Millisecond
)

// Bounds of a start, each generous: a busy machine is slow, and a fault is told at once anyway.
const (
	processPatience = 60 * time.Second
	readyPatience   = 60 * time.Second
	healthPatience  = 120 * time.Second
	// crashPatience is how often a start looks for functions that crash.
	crashPatience = 3 * time.Second
)
