package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/bundle"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/process"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/runtimeapi"
)

// environment is one execution environment: a process, its runtime API and its log stream.
type environment struct {
	deployment *deployment
	child      *process.Child
	api        *runtimeapi.Server
	output     *output
	recorder   *recorder

	// life ends when the process has ended and its last line was taken.
	life context.Context

	initDuration time.Duration // 0 once an invocation was charged with it
	idleSince    time.Time
	peak         int64     // bytes, as of peakRead
	peakRead     time.Time // reading it costs as much as a sixth of an invocation
}

// peakFresh is how old the figure of a report may be.
const peakFresh = 100 * time.Millisecond

// peakMemory is the most memory the process had, in bytes; only its invocation may ask.
func (e *environment) peakMemory(now time.Time) int64 {
	if now.Sub(e.peakRead) >= peakFresh {
		e.peak, e.peakRead = max(e.peak, e.child.PeakMemory()), now
	}
	return e.peak
}

// How an invocation or an initialisation ended.
const (
	statusSuccess = "success"
	statusError   = "error"
	statusTimeout = "timeout"
)

// verdict is the end of an invocation.
type verdict struct {
	status, kind string
	payload      []byte
	duration     time.Duration
	reusable     bool // the process asked for the next invocation
}

// failure makes the verdict that Lambda, and not the function, gives.
func failure(status, kind, id, message string) verdict {
	payload, err := json.Marshal(struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}{kind, "RequestId: " + id + " Error: " + message})
	if err != nil {
		panic(err) // strings always marshal
	}
	return verdict{status: status, kind: kind, payload: payload}
}

// launch starts the process; it is not initialised yet. An error is a fault of this machine.
func (s *Service) launch(d *deployment) (*environment, error) {
	api, err := runtimeapi.Start()
	if err != nil {
		return nil, err
	}
	stream := s.now().UTC().Format("2006/01/02") + "/[" + latest + "]" + newStream()
	e := &environment{deployment: d, api: api, recorder: &recorder{
		function: d.function, arn: s.options.arn(d.function.Name), stream: stream,
		logs: s.options.Logs, metrics: s.options.Metrics, now: s.now,
	}}
	if err := e.spawn(s); err != nil {
		api.Close()
		return nil, fmt.Errorf("start function %s: %w", d.function.Name, err)
	}
	life, end := context.WithCancel(context.Background())
	e.life = life
	s.background.Go(func() {
		<-e.child.Exited()
		e.output.close()
		<-e.output.ended
		e.api.Close()
		end()
		s.forget(e)
	})
	return e, nil
}

func (e *environment) spawn(s *Service) error {
	variables, err := s.variables(e.deployment.function, e.recorder.stream, e.api.Address(), e.deployment.folder)
	if err != nil {
		return err
	}
	e.output, err = newOutput(e.recorder.line)
	if err != nil {
		return err
	}
	// #nosec G204 -- the function's own entry point
	command := exec.Command(filepath.Join(e.deployment.folder, bundle.EntryPoint))
	command.Dir, command.Env = e.deployment.folder, variables
	command.Stdout, command.Stderr = e.output.write, e.output.write
	e.child, err = s.spawner.Start(command)
	if err != nil {
		e.output.close()
		return err
	}
	return e.output.follow()
}

// initialise waits until the process asks for its first invocation. A failed process is gone when it returns.
func (e *environment) initialise(ctx context.Context, id, phase string, limit time.Duration) (verdict, bool) {
	e.recorder.initStart(phase)
	began := time.Now()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-e.api.Ready():
		e.initDuration = time.Since(began)
		return verdict{}, true
	case <-e.life.Done():
		v := e.exited(id)
		if reported := e.api.InitError(); reported != nil {
			v.payload = reported
		}
		e.recorder.initReport(phase, statusError, v.kind, time.Since(began))
		return v, false
	case <-timer.C:
	case <-ctx.Done():
	}
	e.kill()
	e.recorder.initReport(phase, statusTimeout, "", time.Since(began))
	return failure(statusTimeout, "Sandbox.Timedout", id, timedOut(limit)), false
}

// invoke runs one call in an initialised environment.
func (e *environment) invoke(call *runtimeapi.Call, limit time.Duration) verdict {
	began := time.Now()
	ctx, cancel := context.WithDeadline(e.life, began.Add(limit))
	defer cancel()
	v := e.outcome(ctx, call)
	v.duration = time.Since(began)
	if v.status == statusTimeout {
		v.duration = limit
	}
	return v
}

func (e *environment) outcome(ctx context.Context, call *runtimeapi.Call) verdict {
	if err := e.api.Offer(ctx, call); err == nil {
		select {
		case <-call.Finished():
		case <-ctx.Done():
		}
	}
	ended := e.life.Err() != nil
	finished := isClosed(call.Finished())
	if !finished && !ended {
		e.kill()
	}
	e.output.drain()
	answered := e.api.Outcome(call)
	switch {
	case answered != nil:
		// An answer stands, also when the process ends or hangs before it asks for the next invocation.
		v := verdict{status: statusSuccess, payload: answered.Payload, reusable: finished && !ended}
		if answered.Failed {
			v.status, v.kind = statusError, errorType(answered.Payload)
		}
		return v
	case finished:
		v := failure(statusError, "Runtime.Unknown", call.ID, "the runtime asked for the next invocation without answering this one")
		v.reusable = true
		return v
	case ended:
		return e.exited(call.ID)
	default:
		return failure(statusTimeout, "Sandbox.Timedout", call.ID, timedOut(e.deployment.function.Timeout))
	}
}

// exited is the verdict about a process that ended by itself.
func (e *environment) exited(id string) verdict {
	message := "Runtime exited without providing a reason"
	if err := e.child.Err(); err != nil {
		message = "Runtime exited with error: " + err.Error()
	}
	return failure(statusError, "Runtime.ExitError", id, message)
}

// kill ends the process and waits until its last line was taken.
func (e *environment) kill() {
	// A signal fails only for a process that is not ours any more.
	_ = e.child.Kill()
	<-e.life.Done()
}

func isClosed(channel <-chan struct{}) bool {
	select {
	case <-channel:
		return true
	default:
		return false
	}
}

// errorType is what a function called its error.
func errorType(payload []byte) string {
	var described struct {
		Type string `json:"errorType"`
	}
	if json.Unmarshal(payload, &described) != nil {
		return "" // its own format
	}
	return described.Type
}
