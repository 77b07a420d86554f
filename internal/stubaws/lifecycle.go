package stubaws

import (
	"fmt"
	"os"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
)

// refuseReadOnly reports values for computed-only attributes. The engine leaves
// this to the provider; the words are those of the provider's SDK.
func refuseReadOnly(schema awsshape.Schema, config cty.Value) []*tfprotov5.Diagnostic {
	var diagnostics []*tfprotov5.Diagnostic
	// The walk changes nothing and its function returns no error, so there is none to handle.
	_, _ = schema.Rewrite(config, func(path []string, attribute *tfjson.SchemaAttribute, element map[string]cty.Value) (cty.Value, error) {
		name := path[len(path)-1]
		readOnly := attribute.Computed && !attribute.Optional && !attribute.Required
		if readOnly && !element[name].IsNull() {
			diagnostics = append(diagnostics, failure("Value for unconfigurable attribute", fmt.Sprintf(
				"Can't configure a value for %q: its value will be decided automatically based on the result of applying this configuration.",
				strings.Join(path, "."))))
		}
		return element[name], nil
	})
	return diagnostics
}

// importedState is a state in which only the id and the Region are known.
func importedState(schema awsshape.Schema, id, region string) cty.Value {
	members := make(map[string]cty.Value)
	for name, memberType := range schema.Object.AttributeTypes() {
		members[name] = cty.NullVal(memberType)
	}
	for name, nested := range schema.Block.NestedBlocks {
		memberType := schema.Object.AttributeType(name)
		switch nested.NestingMode {
		case tfjson.SchemaNestingModeList:
			members[name] = cty.ListValEmpty(memberType.ElementType())
		case tfjson.SchemaNestingModeSet:
			members[name] = cty.SetValEmpty(memberType.ElementType())
		}
	}
	return awsshape.WithMembers(cty.ObjectVal(members), map[string]cty.Value{"id": cty.StringVal(id), "region": cty.StringVal(region)})
}

// refuseApply gives the refusal that the API answers to a create, change or
// delete; nil when there is none.
func refuseApply(typeName string, prior, planned cty.Value) *tfprotov5.Diagnostic {
	if planned.IsNull() {
		return refuseDelete(typeName, prior)
	}
	switch typeName {
	case "aws_lambda_function":
		return refusePackage(awsshape.Text(awsshape.Member(planned, "filename")))
	case "aws_rds_cluster":
		joined := awsshape.Member(prior, "global_cluster_identifier").IsNull() && !awsshape.Member(planned, "global_cluster_identifier").IsNull()
		if !prior.IsNull() && joined {
			return failure("updating RDS Cluster", "existing RDS Clusters cannot be added to an existing RDS Global Cluster")
		}
	case "aws_route53_zone":
		name := strings.TrimSuffix(awsshape.Text(awsshape.Member(planned, "name")), ".")
		if name == "example.com" || strings.HasSuffix(name, ".example.com") {
			return failure("creating Route53 Hosted Zone", fmt.Sprintf("InvalidDomainName: %s is reserved by AWS!", name))
		}
	}
	return nil
}

func refuseDelete(typeName string, prior cty.Value) *tfprotov5.Diagnostic {
	protected := awsshape.IsTrue(awsshape.Member(prior, "deletion_protection")) || awsshape.IsTrue(awsshape.Member(prior, "deletion_protection_enabled"))
	switch {
	case protected:
		return failure("deleting "+typeName, fmt.Sprintf("InvalidParameterCombination: Cannot delete protected resource %s, please disable deletion protection and try again.", awsshape.Text(awsshape.Member(prior, "id"))))
	case typeName == "aws_rds_cluster" && !awsshape.IsTrue(awsshape.Member(prior, "skip_final_snapshot")) && awsshape.Text(awsshape.Member(prior, "final_snapshot_identifier")) == "":
		return failure("deleting RDS Cluster", "RDS Cluster final_snapshot_identifier is required when skip_final_snapshot is false")
	}
	return nil
}

// refusePackage reads a function's zip as the provider does on create: the
// path is relative to the root module.
func refusePackage(filename string) *tfprotov5.Diagnostic {
	if filename == "" {
		return nil
	}
	const zipMagic = "PK\x03\x04"
	content, err := os.ReadFile(filename)
	if err != nil {
		return failure("reading ZIP file", err.Error())
	}
	if !strings.HasPrefix(string(content), zipMagic) {
		return failure("creating Lambda Function", fmt.Sprintf("InvalidParameterValueException: Could not unzip uploaded file: %s is no zip archive", filename))
	}
	return nil
}
