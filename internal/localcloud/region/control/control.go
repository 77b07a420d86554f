// Package control is how the supervisor of a local cloud gives orders to a Region's process: HTTP over a Unix socket.
package control

import (
	"context"
	"encoding/json"
	"time"
)

// Region is what a Region's process does for the supervisor. Put and Delete take a resource of the files: its type, its
// address as in us-east-1/aws_sns_topic.alerts, and its attributes as JSON by the provider's schema. All are safe to
// repeat.
type Region interface {
	Put(ctx context.Context, kind, address string, attributes json.RawMessage) error
	Delete(ctx context.Context, kind, address string) error
	// Invoke runs a function and waits; functionError is set when the function failed, and payload describes it then.
	Invoke(ctx context.Context, function string, payload []byte) (answer []byte, functionError string, err error)
	// SetNetwork says what each function is given to reach others: environment variables by function.
	SetNetwork(variables map[string]map[string]string)
	// Settled says that everything was put: schedules begin to run. In AWS a run before that fails.
	Settled()
	// Record takes metrics of services that run outside the Region's process.
	Record(metrics []Metric)
	// Delay makes the next run of a schedule late.
	Delay(rule string, by time.Duration) error
	// KillFunction ends the processes that run for a function now, with kill -9, and says how many there were.
	KillFunction(function string) (int, error)
	// Ready waits until the journal takes writes.
	Ready(ctx context.Context) error
	// Journal is how the Region's member of the journal does; HandOver lets another Region's member lead, if this one does.
	Journal() Journal
	HandOver(ctx context.Context, region string) error
	// Status is what goes on.
	Status() Status
}

// Journal is how a member of the journal does.
type Journal struct {
	// Leads: it decides the order of writes.
	Leads bool
	// Written is how many writes the Region has made.
	Written uint64
}

// Metric is one value for CloudWatch.
type Metric struct {
	Namespace, Name, Unit string
	Dimensions            map[string]string
	Value                 float64
	At                    time.Time
}

// Status is a Region's own view of itself.
type Status struct {
	// Functions by name with the processes that run for them.
	Functions map[string][]int
	// Alarms that are not OK, by name, with their state.
	Alarms map[string]string
	// Messages delivered by SNS since the start.
	Messages int
}
