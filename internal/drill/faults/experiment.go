// Package faults injects faults into a deployed system with AWS FIS: it finds experiment templates, starts one, watches
// it, and stops it whatever happens.
//
// An experiment goes on by itself at AWS. What keeps it from outliving its drill: Stop, which is for every way out; the
// heartbeat, whose silence is the experiment's stop condition; and the duration in its template.
package faults

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/fis"
	"github.com/aws/aws-sdk-go-v2/service/fis/types"
	"github.com/aws/smithy-go"

	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/pause"
)

// DrillTag names an experiment's drill.
const DrillTag = "PaymentDrill"

// The defaults of Options.
const (
	defaultPoll  = 2 * time.Second
	startTimeout = 3 * time.Minute
	// unseen is how many looks in a row may fail before nobody knows what the experiment does.
	unseen = 10
	// absentTimes is how often FIS must not know of an experiment whose start it did not answer.
	absentTimes = 3
)

// Options say what is started.
type Options struct {
	API API
	// Template is the template's id, Region where it is.
	Template, Region string
	// Run names the drill; it is the client token too, so that a repeated start starts nothing twice.
	Run string
	// Poll is the time between two looks; 0 means 2 s.
	Poll time.Duration
}

// Experiment is one run of a template. It is safe for concurrent use.
type Experiment struct {
	options Options

	mutex  sync.Mutex
	asked  bool // a start was sent, whatever was answered
	id     string
	status types.ExperimentStatus
	reason string
	ours   bool // we are stopping it
	broken error
	events []event.Event
	stop   context.CancelFunc
	done   chan struct{}
}

// New makes an experiment that is not started.
func New(options Options) *Experiment {
	if options.Poll <= 0 {
		options.Poll = defaultPoll
	}
	return &Experiment{options: options}
}

// Start starts it and returns when its actions run. After an error it may run nevertheless: call Stop.
func (e *Experiment) Start(ctx context.Context) error {
	e.mutex.Lock()
	e.asked = true
	e.mutex.Unlock()
	output, err := e.options.API.StartExperiment(ctx, &fis.StartExperimentInput{
		ClientToken: &e.options.Run, ExperimentTemplateId: &e.options.Template,
		Tags: map[string]string{DrillTag: e.options.Run, "Name": "payment-drill-" + e.options.Run},
	})
	if err != nil {
		e.refused(err)
		return e.fail(fmt.Errorf("start experiment of template %s: %w", e.options.Template, err))
	}
	e.see(output.Experiment)
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	e.mutex.Lock()
	e.stop, e.done = stop, make(chan struct{})
	e.mutex.Unlock()
	go e.watch(watch)
	return e.awaitRunning(ctx)
}

// refused: what FIS has answered with a no is not running. After any other error it may.
func (e *Experiment) refused(err error) {
	var answer smithy.APIError
	if errors.As(err, &answer) && answer.ErrorFault() == smithy.FaultClient {
		e.mutex.Lock()
		e.asked = false
		e.mutex.Unlock()
	}
}

// awaitRunning waits until the targets are resolved and the actions run.
func (e *Experiment) awaitRunning(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		if err := e.Err(); err != nil {
			return err
		}
		if id, status, _ := e.State(); status == types.ExperimentStatusRunning || over(status) {
			return nil
		} else if pause.For(ctx, e.options.Poll) != nil {
			return e.fail(fmt.Errorf("wait until experiment %s runs: it is %s: %w", id, status, ctx.Err()))
		}
	}
}

// watch looks until the experiment is over or nobody wants to know.
func (e *Experiment) watch(ctx context.Context) {
	defer close(e.done)
	for failed := 0; pause.For(ctx, e.options.Poll) == nil; {
		if err := e.look(ctx); err == nil {
			failed = 0
		} else if failed++; failed == unseen && ctx.Err() == nil {
			_ = e.fail(err)
		}
		if _, status, _ := e.State(); over(status) {
			return
		}
	}
}

func (e *Experiment) look(ctx context.Context) error {
	id, _, _ := e.State()
	output, err := e.options.API.GetExperiment(ctx, &fis.GetExperimentInput{Id: &id})
	if err != nil {
		return fmt.Errorf("look at experiment %s: %w", id, err)
	}
	e.see(output.Experiment)
	return nil
}

// see takes over a state. One that ends without us is a fault of the drill.
func (e *Experiment) see(seen *types.Experiment) {
	if seen == nil || seen.State == nil {
		return
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	// Two ask at once when it is stopped: an answer that was given before may arrive after.
	late := over(e.status) || e.status == types.ExperimentStatusStopping && !over(seen.State.Status)
	if e.id = aws.ToString(seen.Id); late || e.status == seen.State.Status {
		return
	}
	e.status, e.reason = seen.State.Status, aws.ToString(seen.State.Reason)
	e.events = append(e.events, event.Event{
		At: time.Now(), Kind: event.Kind("experiment-" + string(e.status)), Region: e.options.Region, Detail: e.id,
	})
	if over(e.status) && !e.ours && e.broken == nil {
		e.broken = &EndedError{ID: e.id, Status: e.status, Reason: e.reason}
	}
}

func (e *Experiment) fail(err error) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.broken == nil {
		e.broken = err
	}
	return err
}

// EndedError is an experiment that ended before it was told to.
type EndedError struct {
	ID     string
	Status types.ExperimentStatus
	Reason string
}

func (e *EndedError) Error() string {
	return fmt.Sprintf("experiment %s ended by itself as %s (%s): what came after is not the fault's", e.ID, e.Status, e.Reason)
}

// Err says why the experiment is not what the drill takes it for; nil while it is.
func (e *Experiment) Err() error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.broken
}

// State is what was seen last; id is empty when nothing was started.
func (e *Experiment) State() (id string, status types.ExperimentStatus, reason string) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.id, e.status, e.reason
}

// Events are the states that were seen.
func (e *Experiment) Events(_ context.Context, from, to time.Time) ([]event.Event, error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return event.Between(e.events, from, to), nil
}

// Stop ends the experiment and returns when FIS has undone what it did. It is safe to call twice, and when nothing was
// started. An error says what to do by hand.
func (e *Experiment) Stop(ctx context.Context) error {
	e.mutex.Lock()
	asked, stop, done := e.asked, e.stop, e.done
	e.ours = true
	e.mutex.Unlock()
	if !asked {
		return nil
	}
	err := e.end(ctx)
	if stop != nil {
		stop()
		<-done
	}
	return err
}

// end asks for the end until FIS says that it is over.
func (e *Experiment) end(ctx context.Context) error {
	var last error
	for absent := 0; ; {
		id, status, _ := e.State()
		if over(status) {
			return nil
		}
		if id == "" {
			if last = e.search(ctx); last == nil {
				if absent++; absent == absentTimes {
					return nil
				}
			}
		} else if last = e.requestStop(ctx, id, status); last == nil {
			last = e.look(ctx)
		}
		if _, status, _ := e.State(); over(status) {
			return nil
		}
		if pause.For(ctx, e.options.Poll) != nil {
			return fmt.Errorf("stop experiment %q: it is %q: stop it by hand, aws fis stop-experiment --region %s --id %s: %w",
				id, status, e.options.Region, id, errors.Join(last, ctx.Err()))
		}
	}
}

func (e *Experiment) requestStop(ctx context.Context, id string, status types.ExperimentStatus) error {
	if status == types.ExperimentStatusStopping {
		return nil
	}
	output, err := e.options.API.StopExperiment(ctx, &fis.StopExperimentInput{Id: &id})
	if err != nil {
		return errors.Join(err, e.look(ctx)) // it may just have ended
	}
	e.see(output.Experiment)
	return nil
}

// search finds an experiment whose start was not answered, by its tag.
func (e *Experiment) search(ctx context.Context) error {
	running, err := Running(ctx, e.options.API)
	if err != nil {
		return err
	}
	for _, each := range running {
		if each.Tags[DrillTag] == e.options.Run {
			e.see(&types.Experiment{Id: each.Id, State: each.State})
		}
	}
	return nil
}
