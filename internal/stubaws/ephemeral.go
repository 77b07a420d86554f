package stubaws

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
	"github.com/paymentdr/paymentdr/internal/stubaws/rules"
)

// SecretMarker begins every secret value that an ephemeral resource gives, so
// that a test can search states and plans for it.
const SecretMarker = "StubSecret"

// ValidateEphemeralResourceConfig refuses values for read-only attributes.
func (s *Server) ValidateEphemeralResourceConfig(_ context.Context, request *tfprotov5.ValidateEphemeralResourceConfigRequest) (*tfprotov5.ValidateEphemeralResourceConfigResponse, error) {
	schema, exists := s.catalogue.ephemeral[request.TypeName]
	if !exists {
		return nil, fmt.Errorf("ephemeral resource %s is not in the stub's schema", request.TypeName)
	}
	config, err := decode(request.Config, schema.Object)
	if err != nil {
		return nil, err
	}
	diagnostics := refuseReadOnly(schema, config)
	return &tfprotov5.ValidateEphemeralResourceConfigResponse{
		Diagnostics: append(diagnostics, diagnose(rules.Validate("ephemeral."+request.TypeName, config))...),
	}, nil
}

// OpenEphemeralResource gives a value that lives for one command and differs
// between commands.
func (s *Server) OpenEphemeralResource(_ context.Context, request *tfprotov5.OpenEphemeralResourceRequest) (*tfprotov5.OpenEphemeralResourceResponse, error) {
	schema, exists := s.catalogue.ephemeral[request.TypeName]
	if !exists {
		return nil, fmt.Errorf("ephemeral resource %s is not in the stub's schema", request.TypeName)
	}
	config, err := decode(request.Config, schema.Object)
	if err != nil {
		return nil, err
	}
	opened, _, err := s.looked(request.TypeName, schema, config, ephemeralAnswers[request.TypeName])
	if err != nil {
		return nil, fmt.Errorf("open ephemeral resource %s: %w", request.TypeName, err)
	}
	result, err := encode(opened, schema.Object)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.OpenEphemeralResourceResponse{Result: result}, nil
}

// RenewEphemeralResource has nothing to renew.
func (s *Server) RenewEphemeralResource(context.Context, *tfprotov5.RenewEphemeralResourceRequest) (*tfprotov5.RenewEphemeralResourceResponse, error) {
	return &tfprotov5.RenewEphemeralResourceResponse{}, nil
}

// CloseEphemeralResource has nothing to close.
func (s *Server) CloseEphemeralResource(context.Context, *tfprotov5.CloseEphemeralResourceRequest) (*tfprotov5.CloseEphemeralResourceResponse, error) {
	return &tfprotov5.CloseEphemeralResourceResponse{}, nil
}

var ephemeralAnswers = map[string]answer{
	"aws_secretsmanager_random_password": func(config cty.Value, _ string) (map[string]cty.Value, error) {
		length := 32 // the service's default
		if asked := awsshape.Member(config, "password_length"); !asked.IsNull() {
			asked, _ := asked.AsBigFloat().Int64()
			length = int(asked)
		}
		return texts(map[string]string{"random_password": secret(length)}), nil
	},
	"aws_secretsmanager_secret_version": func(config cty.Value, _ string) (map[string]cty.Value, error) {
		content, err := json.Marshal(map[string]any{
			"engine": "postgres", "username": "stub", "password": secret(32), "dbname": "stub", "port": 5432,
		})
		if err != nil {
			return nil, fmt.Errorf("encode secret: %w", err)
		}
		return texts(map[string]string{
			"arn": awsshape.Text(awsshape.Member(config, "secret_id")), "secret_string": string(content), "version_stage": "AWSCURRENT",
		}), nil
	},
	"aws_lambda_invocation": func(cty.Value, string) (map[string]cty.Value, error) {
		return map[string]cty.Value{"result": cty.StringVal("{}"), "status_code": cty.NumberIntVal(200)}, nil
	},
}

// secret is random text of the length (at least the marker's) that begins with the marker.
func secret(length int) string {
	value := SecretMarker
	for len(value) < length {
		value += strings.ToLower(rand.Text())
	}
	return value[:max(length, len(SecretMarker))]
}
