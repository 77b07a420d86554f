package region

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch"
	"github.com/paymentdr/paymentdr/internal/localcloud/events"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
	"github.com/paymentdr/paymentdr/internal/localcloud/logs"
	"github.com/paymentdr/paymentdr/internal/localcloud/region/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/region/front"
	"github.com/paymentdr/paymentdr/internal/localcloud/region/install"
	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager"
	"github.com/paymentdr/paymentdr/internal/localcloud/sns"
)

// services are a Region's, but for the journal.
type services struct {
	logs      *logs.Service
	metrics   *cloudwatch.Service
	functions *lambda.Service
	schedules *events.Service
	topics    *sns.Service
	gateway   *apigateway.Gateway
	secrets   *secretsmanager.Service
	installer *install.Installer
}

// startServices starts them all, each with what it needs of the others.
func (r *Region) startServices() error {
	s := &services{}
	r.services = s
	name, account := r.config.Name, r.config.Account
	for _, start := range []func() (func() error, error){
		func() (stop func() error, err error) {
			s.logs, err = logs.New(logs.Options{Region: name, Account: account, Folder: r.folder("logs"), Logger: r.log})
			return s.logs.Close, err
		},
		func() (stop func() error, err error) {
			s.metrics, err = cloudwatch.New(cloudwatch.Options{Region: name, Account: account, Act: r.act, Logger: r.log})
			return s.metrics.Close, err
		},
		func() (stop func() error, err error) {
			s.topics, err = sns.New(sns.Options{
				Region: name, Account: account, Mailbox: r.folder("mailbox"), AutoConfirm: true, Invoke: r.deliver, Metrics: s.metrics, Logger: r.log,
			})
			return s.topics.Close, err
		},
		func() (stop func() error, err error) {
			s.functions, err = lambda.New(lambda.Options{
				Region: name, Account: account, Folder: r.config.Folder, Logs: s.logs, Metrics: s.metrics, Variables: r.variablesOf, Processes: processesPerCore * runtime.NumCPU(),
			})
			return s.functions.Close, err
		},
		func() (stop func() error, err error) {
			s.secrets, err = secretsmanager.New(secretsmanager.Options{
				Region: name, Account: account, Folder: r.config.Folder, Logger: r.log, Replicate: r.replicate, Rotate: r.rotate,
			})
			return s.secrets.Close, err
		},
		func() (stop func() error, err error) {
			s.schedules, err = events.New(events.Options{
				Region: name, Account: account, Invoke: r.runTarget, Metrics: s.metrics, FirstAfter: firstRun, Logger: r.log,
			})
			return s.schedules.Close, err
		},
	} {
		stop, err := start()
		if err != nil {
			return err
		}
		r.closers = append(r.closers, stop)
	}
	var err error
	s.gateway, err = apigateway.New(apigateway.Options{
		Region: name, Account: account, Functions: s.functions, Authority: r.authority, Logs: s.logs, Metrics: s.metrics, Client: r.issuerClient(),
	})
	if err != nil {
		return err
	}
	s.installer = install.New(install.Services{Functions: s.functions, Gateway: s.gateway, LogGroups: s.logs, Alarms: s.metrics,
		Secrets: s.secrets, Rules: s.schedules, Topics: s.topics})
	return r.listen()
}

// processesPerCore limits the processes of each function, see lambda.Options.Processes.
const processesPerCore = 8

// firstRun is when a schedule runs for the first time: AWS waits an interval, nobody wants to here.
const firstRun = 50 * time.Millisecond

// listen opens the Region's addresses.
func (r *Region) listen() error {
	layout, name := r.config.Layout, r.config.Name
	gateway, err := r.services.gateway.Listen(layout.Gateway(name).String())
	if err != nil {
		return err
	}
	r.closers = append(r.closers, gateway.Close)
	api, err := net.Listen("tcp", layout.API(name).String())
	if err != nil {
		return fmt.Errorf("listen for the APIs: %w", err)
	}
	r.serve(r.secure(api), r.apis())
	internal, err := net.Listen("tcp", layout.Internal(name).String())
	if err != nil {
		return fmt.Errorf("listen for other Regions: %w", err)
	}
	r.serve(internal, r.internal())
	return nil
}

// apis are the AWS APIs of the Region, by the name that requests are signed for.
func (r *Region) apis() http.Handler {
	return front.Services{
		"dynamodb": r.member.Handler(), "lambda": r.services.functions.Handler(), "secretsmanager": r.services.secrets.Handler(),
		"monitoring": r.services.metrics.Handler(), "logs": r.services.logs.Handler(), "events": r.services.schedules.Handler(),
		"sns": r.services.topics.Handler(), "rds": r.outside("rds"), "route53": r.outside("route53"),
	}
}

// internal is what other Regions' services ask of this one.
func (r *Region) internal() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/replicas", r.services.secrets.ReplicaHandler())
	return mux
}

// replicate carries a secret to the other Region, through the link.
func (r *Region) replicate(ctx context.Context, region string, state secretsmanager.ReplicaState) error {
	if region != r.config.Layout.Other(r.config.Name) {
		return fmt.Errorf("replicate secret to %s: it is not the other Region", region)
	}
	return secretsmanager.PostReplica(ctx, http.DefaultClient, "http://"+r.config.Layout.FarInternal(r.config.Name).String()+"/replicas", state)
}

// rotate runs a rotation function for Secrets Manager.
func (r *Region) rotate(ctx context.Context, functionARN string, event []byte) error {
	var about struct{ SecretId string }
	if err := json.Unmarshal(event, &about); err != nil {
		return fmt.Errorf("rotate by %s: %w", functionARN, err)
	}
	result, err := r.services.functions.Invoke(ctx, lambda.Invocation{Function: functionARN, Payload: event,
		Caller: lambda.Caller{Service: "secretsmanager.amazonaws.com", SourceARN: about.SecretId}})
	if err != nil {
		return err
	}
	if result.FunctionError != "" {
		return fmt.Errorf("function %s failed: %s", functionARN, result.Payload)
	}
	return nil
}

// runTarget starts a schedule's function.
func (r *Region) runTarget(ctx context.Context, target events.Target, event []byte) error {
	select {
	case <-r.settled:
	case <-ctx.Done():
		return ctx.Err()
	}
	_, err := r.services.functions.InvokeAsync(lambda.Invocation{Function: target.ARN, Payload: event,
		Caller: lambda.Caller{Service: "events.amazonaws.com", SourceARN: target.RuleARN}})
	return err
}

// act does what an alarm says.
func (r *Region) act(ctx context.Context, action string, notification cloudwatch.Notification) error {
	message, err := json.Marshal(notification)
	if err != nil {
		return fmt.Errorf("publish alarm %s: %w", notification.AlarmName, err)
	}
	_, err = r.services.topics.PublishAs(ctx, "cloudwatch.amazonaws.com", notification.AlarmARN, action, notification.Subject(), string(message))
	return err
}

// deliver hands a message of a topic to a function.
func (r *Region) deliver(_ context.Context, functionARN, topicARN string, event []byte) error {
	_, err := r.services.functions.InvokeAsync(lambda.Invocation{Function: functionARN, Payload: event,
		Caller: lambda.Caller{Service: "sns.amazonaws.com", SourceARN: topicARN}})
	return err
}

// variablesOf is what the network gives a function's process.
func (r *Region) variablesOf(function lambda.Function) (map[string]string, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	given, known := r.variables[function.Name]
	if !known {
		return nil, fmt.Errorf("nothing was said about the network of function %s", function.Name)
	}
	return given, nil
}

// issuerClient reaches the issuers of tokens on the internet: whichever is named, the Region has one way out to them.
func (r *Region) issuerClient() *http.Client {
	way := r.config.Layout.FarIssuer(r.config.Name).String()
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, way)
		},
		TLSClientConfig: &tls.Config{RootCAs: r.authority.Pool(), MinVersion: tls.VersionTLS12},
	}}
}

// Invoke implements control.Region.
func (r *Region) Invoke(ctx context.Context, function string, payload []byte) (answer []byte, functionError string, err error) {
	if r.services == nil {
		return nil, "", errWitness
	}
	result, err := r.services.functions.Invoke(ctx, lambda.Invocation{Function: function, Payload: payload})
	return result.Payload, result.FunctionError, err
}

// Record implements control.Region.
func (r *Region) Record(metrics []control.Metric) {
	if r.services == nil {
		return
	}
	for _, each := range metrics {
		r.services.metrics.Record(each.Namespace, each.Name, each.Unit, each.Dimensions, each.Value, each.At)
	}
}

// Status implements control.Region.
func (r *Region) Status() control.Status {
	status := control.Status{Functions: map[string][]int{}, Alarms: map[string]string{}}
	if r.services == nil {
		return status
	}
	for _, function := range r.services.functions.Functions() {
		if processes, err := r.services.functions.Processes(function.Name); err == nil {
			status.Functions[function.Name] = processes
		}
	}
	for _, each := range r.services.metrics.Alarms() {
		if each.State != "OK" {
			status.Alarms[each.Name] = string(each.State)
		}
	}
	return status
}

// folder is a part of the Region's folder.
func (r *Region) folder(name string) string { return filepath.Join(r.config.Folder, name) }
