// Package faultstest is an FIS for tests: the calls of a drill, over HTTP as the SDK speaks them. What its experiments do
// is the test's.
package faultstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/fis"
)

// Account is that of every ARN.
const Account = "123456789012"

// Template is an experiment template.
type Template struct {
	ID, Name, Action string
	Targets, Alarms  []string
}

// Experiment is one that was started.
type Experiment struct {
	ID, Template, Token, Status, Reason string
	Tags                                map[string]string
}

// Server is one Region's FIS. Its fields are set before the first call.
type Server struct {
	Region    string
	Templates []Template
	// Start makes the fault and Stop undoes it; nil does nothing.
	Start, Stop func() error
	// Alarm says that the stop condition is met; nil says never.
	Alarm func() bool
	// Intercept may answer a call instead ("POST /experiments"); false leaves it to the server.
	Intercept func(call string, writer http.ResponseWriter) bool

	mutex       sync.Mutex
	experiments []*Experiment
	url         string
}

// Serve starts it and ends it with the test.
func (s *Server) Serve(t testing.TB) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
}

// Client is the SDK's, without pauses between its tries.
func (s *Server) Client() *fis.Client {
	return fis.New(fis.Options{
		Region: s.Region, BaseEndpoint: &s.url, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), RetryMaxAttempts: 2,
	})
}

// Experiments are those that were started.
func (s *Server) Experiments() []Experiment {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var all []Experiment
	for _, each := range s.experiments {
		all = append(all, *each)
	}
	return all
}

// Add puts an experiment in, as somebody else's.
func (s *Server) Add(experiment Experiment) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.experiments = append(s.experiments, &experiment)
}

// End ends every experiment that runs, as FIS itself does.
func (s *Server) End(status, reason string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, each := range s.experiments {
		if each.Status == "running" {
			s.end(each, status, reason)
		}
	}
}

func (s *Server) end(experiment *Experiment, status, reason string) {
	experiment.Status, experiment.Reason = status, reason
	if s.Stop != nil {
		if err := s.Stop(); err != nil {
			experiment.Status, experiment.Reason = "failed", err.Error()
		}
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	kind, id, one := strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
	call := request.Method + " /" + kind
	if s.Intercept != nil && s.Intercept(call, writer) {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch {
	case call == "GET /experimentTemplates":
		s.templates(writer, id, one)
	case call == "POST /experiments":
		s.start(writer, request)
	case kind == "experiments":
		s.experiment(writer, request.Method, id, one)
	default:
		Refuse(writer, http.StatusNotFound, "ResourceNotFoundException", "no such call")
	}
}

func (s *Server) templates(writer http.ResponseWriter, id string, one bool) {
	var all []any
	for _, each := range s.Templates {
		if !one {
			all = append(all, map[string]any{"id": each.ID, "tags": map[string]string{"Name": each.Name}})
		} else if each.ID == id {
			answer(writer, map[string]any{"experimentTemplate": s.template(each)})
			return
		}
	}
	if one {
		Refuse(writer, http.StatusNotFound, "ResourceNotFoundException", "no template "+id)
		return
	}
	answer(writer, map[string]any{"experimentTemplates": all})
}

func (s *Server) template(t Template) any {
	conditions := []any{}
	for _, alarm := range t.Alarms {
		conditions = append(conditions, map[string]string{"source": "aws:cloudwatch:alarm", "value": alarm})
	}
	return map[string]any{
		"id": t.ID, "arn": fmt.Sprintf("arn:aws:fis:%s:%s:experiment-template/%s", s.Region, Account, t.ID), "tags": map[string]string{"Name": t.Name},
		"actions":        map[string]any{"fault": map[string]any{"actionId": t.Action, "targets": map[string]string{"Tables": "all"}}},
		"targets":        map[string]any{"all": map[string]any{"resourceArns": t.Targets, "selectionMode": "ALL"}},
		"stopConditions": conditions,
	}
}

func (s *Server) start(writer http.ResponseWriter, request *http.Request) {
	var asked struct {
		ClientToken, ExperimentTemplateID string
		Tags                              map[string]string
	}
	if err := json.NewDecoder(request.Body).Decode(&asked); err != nil || asked.ClientToken == "" {
		Refuse(writer, http.StatusBadRequest, "ValidationException", "no client token")
		return
	}
	for _, each := range s.experiments {
		if each.Token == asked.ClientToken {
			answer(writer, map[string]any{"experiment": shown(*each)})
			return
		}
	}
	if s.Alarm != nil && s.Alarm() {
		Refuse(writer, http.StatusConflict, "ConflictException", "the stop condition is met")
		return
	}
	made := &Experiment{
		ID: fmt.Sprintf("EXP%d", len(s.experiments)+1), Template: asked.ExperimentTemplateID, Token: asked.ClientToken, Status: "running", Tags: asked.Tags,
	}
	s.experiments = append(s.experiments, made)
	if s.Start != nil {
		if err := s.Start(); err != nil {
			made.Status, made.Reason = "failed", err.Error()
		}
	}
	first := *made
	first.Status = "initiating"
	answer(writer, map[string]any{"experiment": shown(first)})
}

func (s *Server) experiment(writer http.ResponseWriter, method, id string, one bool) {
	var all []any
	for _, each := range s.experiments {
		if each.Status == "running" && s.Alarm != nil && s.Alarm() {
			s.end(each, "stopped", "Experiment halted by stop condition.")
		}
		if all = append(all, shown(*each)); each.ID != id {
			continue
		}
		if method == http.MethodDelete && each.Status == "running" {
			s.end(each, "stopped", "Experiment stopped.")
		}
		answer(writer, map[string]any{"experiment": shown(*each)})
		return
	}
	if one {
		Refuse(writer, http.StatusNotFound, "ResourceNotFoundException", "no experiment "+id)
		return
	}
	answer(writer, map[string]any{"experiments": all})
}

func shown(e Experiment) any {
	return map[string]any{
		"id": e.ID, "experimentTemplateId": e.Template, "tags": e.Tags, "creationTime": float64(time.Now().Unix()),
		"state": map[string]string{"status": e.Status, "reason": e.Reason},
	}
}

func answer(writer http.ResponseWriter, body any) {
	writer.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(writer).Encode(body) // the caller is gone
}

// Refuse answers an error of FIS.
func Refuse(writer http.ResponseWriter, status int, kind, message string) {
	writer.Header().Set("Content-Type", "application/json")
	writer.Header().Set("X-Amzn-ErrorType", kind)
	writer.WriteHeader(status)
	_ = json.NewEncoder(writer).Encode(map[string]string{"message": message}) // the caller is gone
}

// ARN is a resource's of the account.
func (s *Server) ARN(service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, s.Region, Account, resource)
}
