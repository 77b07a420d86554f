package stubaws

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/paymentdr/paymentdr/internal/awsshape"
	"github.com/paymentdr/paymentdr/internal/stubaws/rules"
)

// ValidateResourceTypeConfig refuses what the provider refuses before any plan.
func (s *Server) ValidateResourceTypeConfig(_ context.Context, request *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	schema, err := s.resource(request.TypeName)
	if err != nil {
		return nil, err
	}
	config, err := decode(request.Config, schema.Object)
	if err != nil {
		return nil, err
	}
	diagnostics := refuseReadOnly(schema, config)
	diagnostics = append(diagnostics, diagnose(rules.Validate(request.TypeName, config))...)
	return &tfprotov5.ValidateResourceTypeConfigResponse{Diagnostics: diagnostics}, nil
}

// UpgradeResourceState reads a state as it stands: the stub has one schema version.
func (s *Server) UpgradeResourceState(_ context.Context, request *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	schema, err := s.resource(request.TypeName)
	if err != nil {
		return nil, err
	}
	state, err := ctyjson.Unmarshal(request.RawState.JSON, schema.Object)
	if err != nil {
		return nil, fmt.Errorf("decode state of %s: %w", request.TypeName, err)
	}
	upgraded, err := encode(state, schema.Object)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: upgraded}, nil
}

// ReadResource finds everything as the state has it, except Aurora's roles.
func (s *Server) ReadResource(_ context.Context, request *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	schema, err := s.resource(request.TypeName)
	if err != nil {
		return nil, err
	}
	state, err := decode(request.CurrentState, schema.Object)
	if err != nil {
		return nil, err
	}
	read, err := s.cloud.read(request.TypeName, state, parseMembership(request.Private))
	if err != nil {
		return nil, err
	}
	encoded, err := encode(read, schema.Object)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.ReadResourceResponse{NewState: encoded, Private: request.Private}, nil
}

// PlanResourceChange computes the planned state, what replaces the resource, and
// the refusals that need a Region.
func (s *Server) PlanResourceChange(_ context.Context, request *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	schema, err := s.resource(request.TypeName)
	if err != nil {
		return nil, err
	}
	prior, err := decode(request.PriorState, schema.Object)
	if err != nil {
		return nil, err
	}
	proposed, err := decode(request.ProposedNewState, schema.Object)
	if err != nil {
		return nil, err
	}
	if proposed.IsNull() {
		return &tfprotov5.PlanResourceChangeResponse{PlannedState: request.ProposedNewState, PlannedPrivate: request.PriorPrivate}, nil
	}
	planned, err := s.currentPlanner().plan(request.TypeName, schema, prior, proposed)
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", request.TypeName, err)
	}
	encoded, err := encode(planned, schema.Object)
	if err != nil {
		return nil, err
	}
	response := &tfprotov5.PlanResourceChangeResponse{
		PlannedState: encoded, PlannedPrivate: request.PriorPrivate,
		//lint:ignore SA1019 the real provider's SDK sets it, so the engine must be as lenient here
		UnsafeToUseLegacyTypeSystem: true,
		Diagnostics:                 diagnose(rules.Plan(request.TypeName, planned, prior.IsNull())),
	}
	for _, name := range awsshape.Replacements(request.TypeName, prior, planned) {
		response.RequiresReplace = append(response.RequiresReplace, tftypes.NewAttributePath().WithAttributeName(name))
	}
	return response, nil
}

// ApplyResourceChange makes, changes or deletes the resource: makes up what is
// still unknown, after the refusals that come from the API only then.
func (s *Server) ApplyResourceChange(_ context.Context, request *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	schema, err := s.resource(request.TypeName)
	if err != nil {
		return nil, err
	}
	prior, err := decode(request.PriorState, schema.Object)
	if err != nil {
		return nil, err
	}
	planned, err := decode(request.PlannedState, schema.Object)
	if err != nil {
		return nil, err
	}
	if refused := refuseApply(request.TypeName, prior, planned); refused != nil {
		return &tfprotov5.ApplyResourceChangeResponse{
			NewState: request.PriorState, Private: request.PlannedPrivate, Diagnostics: []*tfprotov5.Diagnostic{refused},
		}, nil
	}
	if planned.IsNull() {
		if err := s.cloud.forget(parseMembership(request.PlannedPrivate)); err != nil {
			return nil, err
		}
		return &tfprotov5.ApplyResourceChangeResponse{NewState: request.PlannedState}, nil
	}
	applied, err := s.apply(request.TypeName, schema, planned)
	if err != nil {
		return nil, fmt.Errorf("apply %s: %w", request.TypeName, err)
	}
	private, err := s.cloud.register(request.TypeName, applied, request.PlannedPrivate)
	if err != nil {
		return nil, err
	}
	encoded, err := encode(applied, schema.Object)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.ApplyResourceChangeResponse{
		NewState: encoded, Private: private,
		//lint:ignore SA1019 as in the plan
		UnsafeToUseLegacyTypeSystem: true,
	}, nil
}

// apply fills the unknown rest of a planned state.
func (s *Server) apply(typeName string, schema awsshape.Schema, planned cty.Value) (cty.Value, error) {
	if planned.IsWhollyKnown() {
		return planned, nil
	}
	region := awsshape.Text(awsshape.Member(planned, "region"))
	if region == "" {
		region = s.currentPlanner().region
	}
	base, err := seedOf(typeName, region, planned, 0)
	if err != nil {
		return cty.NilVal, err
	}
	seed, err := seedOf(typeName, region, planned, s.occurrence(base))
	if err != nil {
		return cty.NilVal, err
	}
	return awsshape.Fill(typeName, region, seed, schema, planned)
}

// ImportResourceState knows the id only; the next read and plan show the rest.
func (s *Server) ImportResourceState(_ context.Context, request *tfprotov5.ImportResourceStateRequest) (*tfprotov5.ImportResourceStateResponse, error) {
	schema, err := s.resource(request.TypeName)
	if err != nil {
		return nil, err
	}
	imported, err := encode(importedState(schema, request.ID, s.currentPlanner().region), schema.Object)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.ImportResourceStateResponse{
		ImportedResources: []*tfprotov5.ImportedResource{{TypeName: request.TypeName, State: imported}},
	}, nil
}

// MoveResourceState moves nothing between types.
func (s *Server) MoveResourceState(_ context.Context, request *tfprotov5.MoveResourceStateRequest) (*tfprotov5.MoveResourceStateResponse, error) {
	return &tfprotov5.MoveResourceStateResponse{Diagnostics: []*tfprotov5.Diagnostic{
		failure("Move Resource State Not Supported", fmt.Sprintf("The stub cannot move %s to %s.", request.SourceTypeName, request.TargetTypeName)),
	}}, nil
}

// UpgradeResourceIdentity has no identity to upgrade.
func (s *Server) UpgradeResourceIdentity(_ context.Context, request *tfprotov5.UpgradeResourceIdentityRequest) (*tfprotov5.UpgradeResourceIdentityResponse, error) {
	return nil, fmt.Errorf("resource type %s has no identity in the stub", request.TypeName)
}

// GenerateResourceConfig writes no configuration for imported resources.
func (s *Server) GenerateResourceConfig(_ context.Context, request *tfprotov5.GenerateResourceConfigRequest) (*tfprotov5.GenerateResourceConfigResponse, error) {
	return nil, fmt.Errorf("the stub generates no configuration for %s", request.TypeName)
}
