package stubaws

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
	"github.com/paymentdr/paymentdr/internal/stubaws/rules"
)

// ValidateDataSourceConfig refuses values for read-only attributes.
func (s *Server) ValidateDataSourceConfig(_ context.Context, request *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	schema, exists := s.catalogue.data[request.TypeName]
	if !exists {
		return nil, fmt.Errorf("data source %s is not in the stub's schema", request.TypeName)
	}
	config, err := decode(request.Config, schema.Object)
	if err != nil {
		return nil, err
	}
	diagnostics := refuseReadOnly(schema, config)
	return &tfprotov5.ValidateDataSourceConfigResponse{
		Diagnostics: append(diagnostics, diagnose(rules.Validate("data."+request.TypeName, config))...),
	}, nil
}

// ReadDataSource answers for account, Region, partition, zones and policy
// documents as AWS would, and makes up everything else.
func (s *Server) ReadDataSource(_ context.Context, request *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	schema, exists := s.catalogue.data[request.TypeName]
	if !exists {
		return nil, fmt.Errorf("data source %s is not in the stub's schema", request.TypeName)
	}
	config, err := decode(request.Config, schema.Object)
	if err != nil {
		return nil, err
	}
	config, region, err := s.looked(request.TypeName, schema, config, dataAnswers[request.TypeName])
	if err != nil {
		return nil, fmt.Errorf("read data source %s in %s: %w", request.TypeName, region, err)
	}
	state, err := encode(config, schema.Object)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.ReadDataSourceResponse{State: state}, nil
}

// answer gives the computed attributes of one lookup.
type answer func(config cty.Value, region string) (map[string]cty.Value, error)

// looked fills the configuration of a data source or ephemeral resource: first
// from its answer, the rest with fakes.
func (s *Server) looked(typeName string, schema awsshape.Schema, config cty.Value, give answer) (cty.Value, string, error) {
	current := s.currentPlanner()
	region := awsshape.Text(awsshape.Member(config, "region"))
	if region == "" {
		region = current.region
	}
	if give != nil {
		answered, err := give(config, region)
		if err != nil {
			return cty.NilVal, region, err
		}
		for name := range answered {
			if !awsshape.Member(config, name).IsNull() {
				delete(answered, name) // what the configuration says stands
			}
		}
		config = awsshape.WithMembers(config, answered)
	}
	current.region = region
	planned, err := current.plan(typeName, schema, cty.NullVal(schema.Object), config)
	if err != nil {
		return cty.NilVal, region, err
	}
	seed, err := seedOf(typeName, region, planned, 0)
	if err != nil {
		return cty.NilVal, region, err
	}
	filled, err := awsshape.Fill(typeName, region, seed, schema, planned)
	return filled, region, err
}

var dataAnswers = map[string]answer{
	"aws_caller_identity": func(cty.Value, string) (map[string]cty.Value, error) {
		return texts(map[string]string{
			"account_id": awsshape.Account, "id": awsshape.Account, "user_id": "AIDASTUBSTUBSTUBSTUB1",
			"arn": "arn:aws:iam::" + awsshape.Account + ":user/stub",
		}), nil
	},
	"aws_region": func(_ cty.Value, region string) (map[string]cty.Value, error) {
		return texts(map[string]string{
			"region": region, "name": region, "id": region, "description": "Stub " + region,
			"endpoint": "ec2." + region + ".amazonaws.com",
		}), nil
	},
	"aws_partition": func(cty.Value, string) (map[string]cty.Value, error) {
		return texts(map[string]string{
			"partition": "aws", "id": "aws", "dns_suffix": "amazonaws.com", "reverse_dns_prefix": "com.amazonaws",
		}), nil
	},
	"aws_availability_zones":  availabilityZones,
	"aws_iam_policy_document": policyDocument,
}

// availabilityZones offers three zones in every Region, less the excluded names.
func availabilityZones(config cty.Value, region string) (map[string]cty.Value, error) {
	excluded := make(map[string]bool)
	if names := awsshape.Member(config, "exclude_names"); !names.IsNull() {
		for _, name := range names.AsValueSlice() {
			excluded[awsshape.Text(name)] = true
		}
	}
	var names, ids []cty.Value
	for i, letter := range []string{"a", "b", "c"} {
		if excluded[region+letter] {
			continue
		}
		names = append(names, cty.StringVal(region+letter))
		ids = append(ids, cty.StringVal(fmt.Sprintf("%s-az%d", strings.ReplaceAll(region, "-", ""), i+1)))
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("every availability zone is excluded")
	}
	return map[string]cty.Value{
		"id": cty.StringVal(region), "names": cty.ListVal(names), "zone_ids": cty.ListVal(ids),
		"group_names": cty.SetVal([]cty.Value{cty.StringVal(region + "-zg-1")}),
	}, nil
}

func texts(values map[string]string) map[string]cty.Value {
	converted := make(map[string]cty.Value, len(values))
	for name, value := range values {
		converted[name] = cty.StringVal(value)
	}
	return converted
}
