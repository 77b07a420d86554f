package faults_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/faults"
	"github.com/paymentdr/paymentdr/internal/drill/faults/faultstest"
)

func serve(t *testing.T, change func(*faultstest.Server)) *faultstest.Server {
	t.Helper()
	server := &faultstest.Server{Region: "us-east-1", Templates: []faultstest.Template{{ID: "EXT1", Name: "one"}, {ID: "EXT2", Name: "two"}, {ID: "EXT3", Name: "two"}}}
	if change != nil {
		change(server)
	}
	server.Serve(t)
	return server
}

func experiment(server *faultstest.Server) *faults.Experiment {
	return faults.New(faults.Options{API: server.Client(), Template: "EXT1", Region: server.Region, Run: "d1", Poll: 5 * time.Millisecond})
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come true", what)
		}
	}
}

func TestTemplateIsFoundByItsName(t *testing.T) {
	server := serve(t, nil)
	found, err := faults.Template(t.Context(), server.Client(), "one")
	if err != nil || *found.Id != "EXT1" || *found.Arn != "arn:aws:fis:us-east-1:123456789012:experiment-template/EXT1" {
		t.Errorf("found %+v, %v", found, err)
	}
	if _, err := faults.Template(t.Context(), server.Client(), "none"); !errors.Is(err, faults.ErrNoTemplate) {
		t.Errorf("a template that is not there: %v", err)
	}
	if _, err := faults.Template(t.Context(), server.Client(), "two"); err == nil || !strings.Contains(err.Error(), "EXT2 EXT3") {
		t.Errorf("two templates of one name: %v", err)
	}
}

func TestExperimentRunsUntilItIsStopped(t *testing.T) {
	server := serve(t, nil)
	one := experiment(server)
	if err := one.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	running, err := faults.Running(t.Context(), server.Client())
	if err != nil || len(running) != 1 || running[0].Tags[faults.DrillTag] != "d1" {
		t.Errorf("running: %+v, %v", running, err)
	}
	for range 2 {
		if err := one.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, status, _ := one.State(); status != "stopped" || one.Err() != nil {
		t.Errorf("after the end it is %s, %v", status, one.Err())
	}
	events, _ := one.Events(t.Context(), time.Time{}, time.Now().Add(time.Second))
	var kinds []string
	for _, each := range events {
		kinds = append(kinds, string(each.Kind))
	}
	if got := strings.Join(kinds, " "); got != "experiment-initiating experiment-running experiment-stopped" {
		t.Errorf("events: %s", got)
	}
}

// An experiment that its alarm stops, or that fails, is not what the drill takes it for.
func TestExperimentThatEndsByItself(t *testing.T) {
	for _, status := range []string{"stopped", "failed", "completed"} {
		server := serve(t, nil)
		one := experiment(server)
		if err := one.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		server.End(status, "because")
		await(t, "the end", func() bool { return one.Err() != nil })
		var ended *faults.EndedError
		if !errors.As(one.Err(), &ended) || string(ended.Status) != status || ended.Reason != "because" {
			t.Errorf("%s: %v", status, one.Err())
		}
		if err := one.Stop(t.Context()); err != nil {
			t.Errorf("%s: stop: %v", status, err)
		}
	}
}

func TestExperimentThatFailsToStart(t *testing.T) {
	server := serve(t, func(s *faultstest.Server) { s.Start = func() error { return errors.New("no target") } })
	one := experiment(server)
	if err := one.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "failed (no target)") {
		t.Errorf("start: %v", err)
	}
	refusing := serve(t, func(s *faultstest.Server) { s.Alarm = func() bool { return true } })
	two := experiment(refusing)
	if err := two.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "stop condition is met") {
		t.Errorf("start in alarm: %v", err)
	}
	if err := errors.Join(one.Stop(t.Context()), two.Stop(t.Context())); err != nil || len(refusing.Experiments()) != 0 {
		t.Errorf("stop: %v, %v", err, refusing.Experiments())
	}
}

// The answer to a start is lost: what was started all the same is found by its tag and stopped.
func TestExperimentWhoseStartIsNotAnswered(t *testing.T) {
	server := serve(t, nil)
	server.Intercept = func(call string, writer http.ResponseWriter) bool {
		if call == "POST /experiments" {
			if len(server.Experiments()) == 0 {
				server.Add(faultstest.Experiment{ID: "EXP9", Token: "d1", Status: "running", Tags: map[string]string{faults.DrillTag: "d1"}})
			}
			faultstest.Refuse(writer, http.StatusInternalServerError, "InternalError", "lost")
			return true
		}
		return false
	}
	one := experiment(server)
	if err := one.Start(t.Context()); err == nil {
		t.Fatal("the start had no answer and no error")
	}
	if err := one.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := server.Experiments()[0].Status; got != "stopped" {
		t.Errorf("the experiment is %s", got)
	}
}

// Stop goes on until FIS has done it, and says what to do by hand when there is no time left.
func TestStopIsPersistent(t *testing.T) {
	server := serve(t, nil)
	refusals := 3
	server.Intercept = func(call string, writer http.ResponseWriter) bool {
		if call != "DELETE /experiments" || refusals == 0 {
			return false
		}
		refusals--
		faultstest.Refuse(writer, http.StatusInternalServerError, "InternalError", "not now")
		return true
	}
	one := experiment(server)
	if err := one.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := one.Stop(t.Context()); err != nil || refusals != 0 {
		t.Errorf("stop after refusals: %v, %d left", err, refusals)
	}
	refusals = -1
	two := experiment(serve(t, func(s *faultstest.Server) { s.Intercept = server.Intercept }))
	if err := two.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := two.Stop(ctx); err == nil || !strings.Contains(err.Error(), "aws fis stop-experiment --region us-east-1 --id EXP1") {
		t.Errorf("stop without success: %v", err)
	}
}
