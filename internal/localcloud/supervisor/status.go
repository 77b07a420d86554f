package supervisor

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/network/link"
	"github.com/paymentdr/paymentdr/internal/localcloud/proctree"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
)

// statusTimeout bounds how long a Region's own view is waited for: a stopped one never answers.
const statusTimeout = 500 * time.Millisecond

// Status is the cloud now.
func (s *Supervisor) Status(ctx context.Context) control.Status {
	status := control.Status{
		Name: s.options.Name, PID: os.Getpid(), Since: s.began, Folder: s.options.Folder, Files: s.options.Files, Layout: s.layout,
		Failover: s.failoverAnswer(), Meaningless: map[string]string{},
	}
	for i, role := range []string{"primary", "secondary", "witness"} {
		status.Regions = append(status.Regions, s.regionStatus(ctx, s.layout.Places()[i], role))
	}
	for _, place := range s.layout.Places() {
		for _, each := range s.fabric.Of(place) {
			if a, _ := each.Ends(); a == place {
				status.Links = append(status.Links, linkStatus(each))
			}
		}
	}
	for _, monitor := range s.dns.HealthChecks() {
		status.Health = append(status.Health, healthStatus(monitor))
	}
	if _, address := s.names.global(); address.IsValid() {
		status.Writer, _ = s.layout.Region(address.Addr())
	}
	status.Databases = s.clusterEndpoints()
	if s.engine != nil {
		status.Outputs = s.outputs()
		resources := s.engine.Resources()
		status.Controllers = controllers(resources)
		for _, instance := range resources {
			if instance.Reason != "" {
				status.Meaningless[instance.Type] = instance.Reason
			}
		}
	}
	pids, err := proctree.Descendants(os.Getpid())
	if err == nil {
		pids = append(pids, os.Getpid())
		status.Processes, status.Memory = len(pids), proctree.Memory(pids...)
	}
	return status
}

// clusterEndpoints are the clusters' own endpoints, by Region.
func (s *Supervisor) clusterEndpoints() []control.DatabaseStatus {
	s.names.mutex.Lock()
	defer s.names.mutex.Unlock()
	var found []control.DatabaseStatus
	for _, name := range slices.Sorted(maps.Keys(s.names.table)) {
		address := s.names.table[name]
		if region, known := s.layout.Region(address.Addr()); known && strings.Contains(name, ".cluster-") && !strings.Contains(name, ".cluster-ro-") {
			found = append(found, control.DatabaseStatus{Region: region, Name: name, Address: address.String()})
		}
	}
	return found
}

// outputs are the roots' outputs as JSON; one that cannot be written so is left out.
func (s *Supervisor) outputs() map[string]map[string]json.RawMessage {
	roots := map[string]map[string]json.RawMessage{}
	for _, instance := range s.engine.Resources() {
		if roots[instance.Root] != nil {
			continue
		}
		roots[instance.Root] = map[string]json.RawMessage{}
		for name, value := range s.engine.Outputs(instance.Root) {
			if encoded, err := apply.EncodeJSON(value); err == nil {
				roots[instance.Root][name] = encoded
			}
		}
	}
	return roots
}

// controllers are the functions that are told how long a lease lives; there is one in each Region.
func controllers(resources []apply.Instance) map[string]map[string]string {
	found := map[string]map[string]string{}
	for _, instance := range resources {
		if instance.Type != "aws_lambda_function" {
			continue
		}
		var function struct {
			Environment []struct{ Variables map[string]string }
		}
		encoded, err := apply.EncodeJSON(instance.Config)
		if err != nil || json.Unmarshal(encoded, &function) != nil || len(function.Environment) != 1 {
			continue // none that was applied
		}
		if variables := function.Environment[0].Variables; variables[functionenv.LeaseTTL] != "" {
			found[instance.Region] = variables
		}
	}
	return found
}

func (s *Supervisor) regionStatus(ctx context.Context, name, role string) control.RegionStatus {
	p := s.places[name]
	p.mutex.Lock()
	status := control.RegionStatus{Name: name, Role: role, State: p.state}
	if p.child != nil && p.state != control.Killed {
		status.PID = p.child.PID()
	}
	p.mutex.Unlock()
	if role == "witness" {
		return status
	}
	status.Payments, status.API = s.layout.Public(name).String(), s.layout.PublicAPI(name).String()
	if status.State != control.Running {
		return status
	}
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	if own, err := p.client.Status(ctx); err == nil {
		status.Alarms = own.Alarms
	}
	return status
}

func linkStatus(each *link.Link) control.LinkStatus {
	a, b := each.Ends()
	state := each.State()
	cuts := map[link.Cut]string{link.CutBoth: "both", link.CutAToB: a + " -> " + b, link.CutBToA: b + " -> " + a}
	return control.LinkStatus{A: a, B: b, RoundTrip: state.RoundTrip, Jitter: state.Jitter, Loss: state.Loss, Cut: cuts[state.Cut]}
}

func healthStatus(monitor *health.Monitor) control.HealthStatus {
	config := monitor.Config()
	status := control.HealthStatus{ID: config.ID, Name: config.FQDN, Healthy: monitor.Healthy()}
	for _, each := range monitor.Observations() {
		status.Checkers++
		if each.Verdict != health.Ill {
			status.Well++
		}
	}
	return status
}

// Events yields what happened.
func (s *Supervisor) Events(ctx context.Context, after int64, yield func(control.Event) bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(s.ctx, cancel)
	defer stop()
	s.events.follow(ctx, after, yield)
}

// Environment is what a program outside the Regions needs to speak to one: the variables that AWS's SDKs and command
// line read, and where the payment API and DNS are.
func (s *Supervisor) Environment(region string) (map[string]string, error) {
	if _, err := s.place(region); err != nil {
		return nil, refuse("%v", err)
	}
	api := https(s.layout.PublicAPI(region))
	variables := map[string]string{
		"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_ENDPOINT_URL": api, "AWS_CA_BUNDLE": s.caFile(),
		"AWS_ACCESS_KEY_ID": AccessKey, "AWS_SECRET_ACCESS_KEY": SecretKey, "AWS_EC2_METADATA_DISABLED": "true",
		"PAYMENTDR_LOCAL": s.options.Name, "PAYMENTDR_LOCAL_DNS": s.layout.Resolver().String(),
		"PAYMENTDR_LOCAL_PAYMENTS": s.layout.Public(region).String(), "PAYMENTDR_LOCAL_CA": s.caFile(),
	}
	return variables, nil
}
