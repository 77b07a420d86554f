package stubaws

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
	"github.com/paymentdr/paymentdr/internal/stubaws/rules"
)

// Server is one provider process: the engine starts one for each provider block.
type Server struct {
	catalogue *catalogue
	cloud     cloud

	mutex       sync.Mutex
	planner     planner
	occurrences map[string]int // of each seed, so that equal resources get different ids
}

var _ tfprotov5.ProviderServer = (*Server)(nil)

// NewServer serves the provider whose schema document holds, in the format of
// `tofu providers schema -json`. cloudFile is the file that stands for what the
// cloud knows, see roles.go; "" for none.
func NewServer(document []byte, cloudFile string) (*Server, error) {
	parsed, err := parseCatalogue(document)
	if err != nil {
		return nil, err
	}
	return &Server{catalogue: parsed, cloud: cloud{file: cloudFile}, occurrences: make(map[string]int)}, nil
}

// GetMetadata names the types.
func (s *Server) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	response := &tfprotov5.GetMetadataResponse{ServerCapabilities: &tfprotov5.ServerCapabilities{}}
	for _, name := range sortedKeys(s.catalogue.resources) {
		response.Resources = append(response.Resources, tfprotov5.ResourceMetadata{TypeName: name})
	}
	for _, name := range sortedKeys(s.catalogue.data) {
		response.DataSources = append(response.DataSources, tfprotov5.DataSourceMetadata{TypeName: name})
	}
	for _, name := range sortedKeys(s.catalogue.ephemeral) {
		response.EphemeralResources = append(response.EphemeralResources, tfprotov5.EphemeralResourceMetadata{TypeName: name})
	}
	return response, nil
}

// GetProviderSchema serves every schema.
func (s *Server) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	provider, err := wireSchema(s.catalogue.provider)
	if err != nil {
		return nil, fmt.Errorf("convert provider schema: %w", err)
	}
	resources, err := wireSchemas(s.catalogue.resources)
	if err != nil {
		return nil, err
	}
	data, err := wireSchemas(s.catalogue.data)
	if err != nil {
		return nil, err
	}
	ephemeral, err := wireSchemas(s.catalogue.ephemeral)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.GetProviderSchemaResponse{
		ServerCapabilities: &tfprotov5.ServerCapabilities{},
		Provider:           provider, ResourceSchemas: resources, DataSourceSchemas: data, EphemeralResourceSchemas: ephemeral,
	}, nil
}

// GetResourceIdentitySchemas has none to give.
func (s *Server) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

// PrepareProviderConfig checks the provider block.
func (s *Server) PrepareProviderConfig(_ context.Context, request *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	config, err := decode(request.Config, s.catalogue.provider.Object)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.PrepareProviderConfigResponse{
		PreparedConfig: request.Config,
		Diagnostics:    diagnose(rules.Validate("provider", config)),
	}, nil
}

// ConfigureProvider keeps Region and default tags. Without a Region the real
// provider refuses too; the engine's environment is not asked, so that a test
// does not depend on its machine.
func (s *Server) ConfigureProvider(_ context.Context, request *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	config, err := decode(request.Config, s.catalogue.provider.Object)
	if err != nil {
		return nil, err
	}
	region := awsshape.Member(config, "region")
	if region.IsNull() {
		return &tfprotov5.ConfigureProviderResponse{Diagnostics: []*tfprotov5.Diagnostic{
			failure("invalid AWS Region: ", "The provider block has no region."),
		}}, nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.planner = planner{region: awsshape.Text(region), defaultTags: defaultTags(config)}
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

// defaultTags are those of the provider block's default_tags, none while they are unknown.
func defaultTags(config cty.Value) map[string]cty.Value {
	blocks := awsshape.Member(config, "default_tags")
	if blocks.IsNull() || !blocks.IsKnown() || blocks.LengthInt() == 0 {
		return nil
	}
	tags := awsshape.Member(blocks.AsValueSlice()[0], "tags")
	if tags.IsNull() || !tags.IsKnown() {
		return nil
	}
	return tags.AsValueMap()
}

// StopProvider has nothing to stop.
func (s *Server) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

// GetFunctions has none to give.
func (s *Server) GetFunctions(context.Context, *tfprotov5.GetFunctionsRequest) (*tfprotov5.GetFunctionsResponse, error) {
	return &tfprotov5.GetFunctionsResponse{}, nil
}

// CallFunction knows no function.
func (s *Server) CallFunction(_ context.Context, request *tfprotov5.CallFunctionRequest) (*tfprotov5.CallFunctionResponse, error) {
	return &tfprotov5.CallFunctionResponse{Error: &tfprotov5.FunctionError{Text: "the stub provider has no function " + request.Name}}, nil
}

func (s *Server) currentPlanner() planner {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.planner
}

// occurrence counts how often this process has used a seed.
func (s *Server) occurrence(seed string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.occurrences[seed]++
	return s.occurrences[seed]
}

func (s *Server) resource(typeName string) (awsshape.Schema, error) {
	schema, exists := s.catalogue.resources[typeName]
	if !exists {
		return awsshape.Schema{}, fmt.Errorf("resource type %s is not in the stub's schema", typeName)
	}
	return schema, nil
}

func failure(summary, detail string) *tfprotov5.Diagnostic {
	return &tfprotov5.Diagnostic{Severity: tfprotov5.DiagnosticSeverityError, Summary: summary, Detail: detail}
}

// diagnose makes errors of findings; the detail names the trap, so that a test
// can tell which one was sprung.
func diagnose(findings []rules.Finding) []*tfprotov5.Diagnostic {
	var diagnostics []*tfprotov5.Diagnostic
	for _, finding := range findings {
		diagnostic := failure(finding.Summary, fmt.Sprintf("%s (trap: %s)", finding.Detail, finding.Trap))
		if finding.Attribute != "" {
			diagnostic.Attribute = tftypes.NewAttributePath().WithAttributeName(finding.Attribute)
		}
		diagnostics = append(diagnostics, diagnostic)
	}
	return diagnostics
}
