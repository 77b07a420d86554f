package install

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/bundle"
)

// functions puts together what three types say about a function. The installer's lock guards it.
type functions struct {
	service Functions
	known   map[string]*functionState // by name
}

// functionState is a function as it is in the service.
type functionState struct {
	put          bool
	installed    lambda.Function
	hash         string // of the installed code
	wanted       lambda.Function
	path, code   string // of the wanted code: file and hash, which may be ""
	asynchronous lambda.Asynchronous
	statements   map[string]permission // by statement id
}

func newFunctions(service Functions) *functions {
	return &functions{service: service, known: map[string]*functionState{}}
}

func (f *functions) register(into map[string]func(raw []byte) (resource, error)) {
	into["aws_lambda_function"] = f.decodeFunction
	into["aws_lambda_function_event_invoke_config"] = f.decodeInvokeConfig
	into["aws_lambda_permission"] = f.decodePermission
}

// apply gives a function to the service, unless that has it as it is: a function that is put anew starts cold.
func (s *functionState) apply(service Functions) error {
	function := s.wanted
	function.Asynchronous = s.asynchronous
	archive, err := os.ReadFile(s.path)
	if err != nil {
		return fmt.Errorf("read the zip file of %s: %w", function.Name, err)
	}
	hash := bundle.Hash(archive)
	if s.code != "" && s.code != hash {
		return fmt.Errorf("the zip file of %s has the hash %s, applied was %s: apply again", function.Name, hash, s.code)
	}
	if s.put && s.hash == hash && reflect.DeepEqual(s.installed, function) {
		return nil
	}
	if err := service.Put(function, archive); err != nil {
		return err
	}
	s.put, s.installed, s.hash = true, function, hash
	return nil
}

type functionResource struct {
	of       *functions
	function lambda.Function
	path     string
	hash     string
}

func (f *functions) decodeFunction(raw []byte) (resource, error) {
	if err := refuse(raw, "image_uri", "s3_bucket", "layers", "dead_letter_config", "file_system_config", "image_config", "publish",
		"durable_config", "capacity_provider_config", "tenancy_config"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		Name          string `json:"function_name"`
		Description   string
		Role          string
		Runtime       string
		Handler       string
		Architectures []string
		MemorySize    int `json:"memory_size"`
		Timeout       int
		Filename      string
		Hash          string `json:"code_sha256"`
		Reserved      *int   `json:"reserved_concurrent_executions"`
		Environment   []struct{ Variables map[string]string }
		Logging       []struct {
			Format      string `json:"log_format"`
			Group       string `json:"log_group"`
			Application string `json:"application_log_level"`
			System      string `json:"system_log_level"`
		} `json:"logging_config"`
		VPC []struct {
			Subnets []string `json:"subnet_ids"`
			Groups  []string `json:"security_group_ids"`
		} `json:"vpc_config"`
		SnapStart []struct {
			On string `json:"apply_on"`
		} `json:"snap_start"`
		Tags map[string]string `json:"tags_all"`
	}](raw)
	if err != nil {
		return nil, err
	}
	if on := first(written.SnapStart).On; on != "" && on != "None" {
		return nil, errors.New("snap_start: not modelled here")
	}
	logging, vpc := first(written.Logging), first(written.VPC)
	function := lambda.Function{Name: written.Name, Description: written.Description, Role: written.Role, Runtime: written.Runtime, Handler: written.Handler,
		Architectures: written.Architectures, MemorySize: written.MemorySize, Timeout: time.Duration(written.Timeout) * time.Second,
		Environment: first(written.Environment).Variables, Reserved: written.Reserved, LogFormat: logging.Format, LogGroup: logging.Group,
		ApplicationLogLevel: logging.Application, SystemLogLevel: logging.System, SubnetIDs: vpc.Subnets, SecurityGroupIDs: vpc.Groups, Tags: written.Tags}
	if function.Reserved != nil && *function.Reserved < 0 {
		function.Reserved = nil // the provider's -1 is none
	}
	return functionResource{of: f, function: function, path: written.Filename, hash: written.Hash}, nil
}

func (r functionResource) id() string { return r.function.Name }

func (r functionResource) install(context.Context) error {
	state := r.of.known[r.function.Name]
	if state == nil {
		state = &functionState{statements: map[string]permission{}}
	}
	before := *state
	state.wanted, state.path, state.code = r.function, r.path, r.hash
	if err := state.apply(r.of.service); err != nil {
		*state = before
		return err
	}
	r.of.known[r.function.Name] = state
	return nil
}

func (r functionResource) remove(context.Context) error {
	delete(r.of.known, r.function.Name)
	return gone(r.of.service.Delete(r.function.Name))
}

// gone makes no error of one that says that something does not exist.
func gone(err error) error {
	var refused *lambda.Error
	if errors.As(err, &refused) && refused.Code == lambda.CodeNotFound {
		return nil
	}
	return err
}

type invokeConfig struct {
	of           *functions
	function     string
	asynchronous lambda.Asynchronous
}

func (f *functions) decodeInvokeConfig(raw []byte) (resource, error) {
	if err := refuse(raw, "qualifier"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		Function     string `json:"function_name"`
		Retries      *int   `json:"maximum_retry_attempts"`
		Age          int    `json:"maximum_event_age_in_seconds"`
		Destinations []struct {
			Failure []struct{ Destination string } `json:"on_failure"`
			Success []struct{ Destination string } `json:"on_success"`
		} `json:"destination_config"`
	}](raw)
	if err != nil {
		return nil, err
	}
	destinations := first(written.Destinations)
	if len(destinations.Success) > 0 {
		return nil, errors.New("destination_config.on_success: not modelled here")
	}
	return invokeConfig{of: f, function: functionName(written.Function), asynchronous: lambda.Asynchronous{MaximumRetries: written.Retries,
		MaximumAge: time.Duration(written.Age) * time.Second, OnFailure: first(destinations.Failure).Destination}}, nil
}

func (r invokeConfig) id() string { return r.function }

func (r invokeConfig) lost() error { return r.of.lacks(r.function) }

func (r invokeConfig) install(context.Context) error {
	return r.of.configure(r.function, r.asynchronous)
}

func (r invokeConfig) remove(context.Context) error {
	if r.of.known[r.function] == nil {
		return nil
	}
	return r.of.configure(r.function, lambda.Asynchronous{})
}

// lacks is a missing unless the function is there.
func (f *functions) lacks(name string) error {
	if f.known[name] == nil {
		return needs("function %s", name)
	}
	return nil
}

func (f *functions) configure(name string, asynchronous lambda.Asynchronous) error {
	if err := f.lacks(name); err != nil {
		return err
	}
	state := f.known[name]
	before := state.asynchronous
	state.asynchronous = asynchronous
	if err := state.apply(f.service); err != nil {
		state.asynchronous = before
		return err
	}
	return nil
}
