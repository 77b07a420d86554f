package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/localcloud/layout"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/topology"
)

// function is what of aws_lambda_function decides what its processes are given.
type function struct {
	Name        string `json:"function_name"`
	ARN         string `json:"arn"`
	Environment []struct {
		Variables map[string]string `json:"variables"`
	} `json:"environment"`
}

// endpointVariables are the SDKs' names for the endpoints of services, by the names that VPC endpoints have for them.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html
var endpointVariables = map[string]string{
	"dynamodb": "AWS_ENDPOINT_URL_DYNAMODB", "events": "AWS_ENDPOINT_URL_EVENTBRIDGE", "lambda": "AWS_ENDPOINT_URL_LAMBDA",
	"logs": "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "monitoring": "AWS_ENDPOINT_URL_CLOUDWATCH", "rds": "AWS_ENDPOINT_URL_RDS",
	"secretsmanager": "AWS_ENDPOINT_URL_SECRETS_MANAGER", "sns": "AWS_ENDPOINT_URL_SNS",
}

// tellNetwork tells a Region what each of its functions reaches now, as environment variables.
func (s *Supervisor) tellNetwork(ctx context.Context, region string) error {
	p, err := s.place(region)
	if err != nil {
		return err
	}
	told := map[string]map[string]string{}
	for _, each := range s.stock.ofType(region, "aws_lambda_function") {
		var f function
		if err := json.Unmarshal(each.attributes, &f); err != nil {
			return fmt.Errorf("read %s: %w", each.address, err)
		}
		variables, err := s.variables(region, f)
		if errors.Is(err, topology.ErrNoFunction) {
			continue // it is being made; the Region is told again when everything is
		}
		if err != nil {
			return err
		}
		told[f.Name] = variables
	}
	return p.client.SetNetwork(ctx, told)
}

// variables say where a function finds what it reaches; what it does not reach leads to silence, as a dropped packet does.
func (s *Supervisor) variables(region string, f function) (map[string]string, error) {
	verdicts, err := s.cloud.Network().Reach(f.ARN)
	if err != nil {
		return nil, err
	}
	given := map[string]string{
		"AWS_ENDPOINT_URL": https(s.layout.Silent(region, s.layout.HTTPS)),
		"AWS_CA_BUNDLE":    s.caFile(), functionenv.LedgerCAFile: s.caFile(),
	}
	clusters := map[string]bool{}
	for _, verdict := range verdicts {
		switch {
		case verdict.Cluster != "":
			clusters[verdict.Region+"/"+verdict.Cluster] = verdict.Allowed
		case verdict.Service != "" && verdict.Region == region:
			address := s.layout.Silent(region, s.layout.HTTPS)
			if verdict.Allowed {
				address = s.layout.API(region)
			}
			given[endpointVariables[verdict.Service]] = https(address)
		}
	}
	for _, block := range f.Environment {
		for name, value := range block.Variables {
			if address, known := s.databaseAddress(region, value, clusters); known {
				given[name] = address.Addr().String()
			}
		}
	}
	return given, nil
}

func https(address netip.AddrPort) string { return "https://" + address.String() }

// databaseAddress is what a database's name means in a Region: functions have no resolver of their own here, so a
// variable that holds such a name is given the address.
func (s *Supervisor) databaseAddress(region, name string, reached map[string]bool) (netip.AddrPort, bool) {
	if isGlobal(name) {
		for _, allowed := range reached {
			if !allowed {
				return s.layout.NearWriter(region, layout.PortPostgres), true
			}
		}
		return s.layout.GlobalWriter(region, layout.PortPostgres), true
	}
	address, known := s.names.get(name)
	if !known {
		return netip.AddrPort{}, false
	}
	there, _ := s.layout.Region(address.Addr())
	cluster, _, _ := strings.Cut(name, ".")
	switch {
	case !reached[there+"/"+cluster]:
		return s.layout.Silent(region, address.Port()), true
	case there == region:
		return address, true
	}
	return s.layout.FarDatabase(region, address), true
}

// Reach says what each function of the Region reaches, with reasons.
func (s *Supervisor) Reach(functionARN string) ([]topology.Verdict, error) {
	return s.cloud.Network().Reach(functionARN)
}
