package stack

import (
	"strconv"
	"strings"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// size is a function's memory in MB and its time limit in seconds.
type size struct {
	memory, timeout int
	why             string
}

// The original's sizes where it had the function.
var sizes = map[string]size{
	config.PaymentProcessor:   {512, 30, "Takes payments: journal first, then the ledger."},
	config.FailoverController: {256, 150, "Holds or watches the lease; each run outlives the start after next, so that a late one leaves no second unwatched."},
	config.BackupVerification: {256, 300, "Looks at this Region's backups, restores one every week, and says whether the ledger could be restored."},
	config.SecretRotation:     {256, 60, "The four steps of a rotation, between two users of the application."},
	config.LedgerMigration:    {256, 300, "Brings the ledger's schema to this version; run by the deploy, never by a payment."},
}

func (r region) compute() {
	r = r.at("compute.tf", "The functions. Their zip files are built beside the roots, from the same version as these files.")
	for _, name := range config.Functions() {
		r.function(name)
	}
	r.rotationPermission()
	if r.role == config.Primary {
		r.migrate()
		r.rotation()
	}
}

func (r region) function(name string) {
	label, s := identifier(name), sizes[name]
	functionName := r.names.Function(name, r.role)
	logs := r.logGroup(label, r.names.FunctionLogGroup(name, r.role), "")
	zip := hclgen.Template(hclgen.Keyword("path.module"), "/../lambda/"+name+".zip")
	function := r.resource("aws_lambda_function", label, s.why).
		Set("function_name", functionName).
		Set("role", r.roleARN(name)).
		Set("runtime", "provided.al2023").
		Set("handler", "bootstrap").
		Set("architectures", []string{lambdaArchitecture(r.cfg.Compute.Architecture)}).
		Set("memory_size", s.memory).
		Set("timeout", s.timeout).
		Set("filename", zip).
		Set("source_code_hash", hclgen.Call("filebase64sha256", zip)).
		Set("tags", nameTag(functionName))
	function.Block("environment").Set("variables", r.environment(name))
	function.Block("vpc_config").
		Set("subnet_ids", r.made.privateSubnetIDs).
		Set("security_group_ids", hclgen.List(r.made.functionGroup.Ref("id")))
	function.Block("tracing_config").Set("mode", "PassThrough")
	function.Block("logging_config").
		Set("log_format", "JSON").
		Set("log_group", logs.Ref("name"))
	r.made.functions[name] = function
}

// environment is what a function is told; the original's variables keep their names.
func (r region) environment(name string) hclgen.Expr {
	variables := map[string]any{
		functionenv.Environment: r.cfg.EnvironmentSuffix,
		functionenv.Region:      r.here,
		functionenv.Cluster:     r.made.cluster.Ref("cluster_identifier"),
	}
	variables[functionenv.DBSecretARN] = r.fromGlobal("secret_arns.app." + string(r.role))
	if name == config.BackupVerification {
		return hclgen.Map(variables)
	}
	variables[functionenv.LedgerHost] = r.made.cluster.Ref("endpoint")
	variables[functionenv.LedgerGlobalHost] = r.fromGlobal("global_writer_endpoint")
	variables[functionenv.LedgerPort] = strconv.Itoa(databasePort)
	variables[functionenv.LedgerDatabase] = DatabaseName
	switch name {
	case config.SecretRotation, config.LedgerMigration:
		variables[functionenv.AdminSecretARN] = r.fromGlobal("secret_arns.admin." + string(r.role))
	default:
		variables[functionenv.JournalTable] = r.fromGlobal("dynamodb_table_name")
		variables[functionenv.ControlTable] = r.fromGlobal("control_table_name")
		variables[functionenv.PeerRegion] = r.cfg.Peer(r.role)
		variables[functionenv.Place] = string(r.role)
		variables[functionenv.GlobalCluster] = r.fromGlobal("global_database_id")
		variables[functionenv.LeaseTTL] = r.cfg.Lease.TTL.String()
		variables[functionenv.LeaseTick] = r.cfg.Lease.Tick.String()
	}
	return hclgen.Map(variables)
}

// lambdaArchitecture is AWS's word for it.
func lambdaArchitecture(goarch string) string {
	if goarch == "amd64" {
		return "x86_64"
	}
	return goarch
}

func (r region) rotationPermission() {
	r.made.rotationAllowed = r.permission("secret_rotation", config.SecretRotation, "Secrets Manager rotates the application's secret of this account.",
		"secretsmanager.amazonaws.com", r.fromGlobal("secret_arns.app."+string(r.role)))
}

// permission lets one AWS service call one function, on behalf of one source.
func (r region) permission(name, function, why, principal string, source hclgen.Expr) *hclgen.Block {
	return r.resource("aws_lambda_permission", name, why).
		Set("statement_id", "Allow-"+r.names.Function(function, r.role)+"-"+strings.ReplaceAll(name, "_", "-")).
		Set("action", "lambda:InvokeFunction").
		Set("function_name", r.made.functions[function].Ref("function_name")).
		Set("principal", principal).
		Set("source_arn", source)
}

// migrate runs the ledger's migrations once the cluster can be written, again for each new version of them.
func (r region) migrate() {
	r.made.migrated = r.resource("aws_lambda_invocation", "ledger_migration",
		"Runs when the ledger's schema version changes; also makes the application's first credentials.").
		Set("function_name", r.made.functions[config.LedgerMigration].Ref("function_name")).
		Set("input", hclgen.JSON(hclgen.Object(hclgen.F("version", LedgerVersion)))).
		DependsOn(append(r.made.instances, r.reachable()...)...)
}

// reachable are the rules and endpoints without which a function in the VPC would wait for nothing.
func (r region) reachable() []*hclgen.Block {
	var blocks []*hclgen.Block
	for _, b := range r.Blocks() {
		switch b.Type() {
		case "aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule", "aws_route_table_association":
			blocks = append(blocks, b)
		case "aws_vpc_endpoint", "aws_route":
			blocks = append(blocks, b)
		}
	}
	return blocks
}

func (r region) rotation() {
	r.resource("aws_secretsmanager_secret_rotation", "app",
		"Every 30 days, between two users; the first rotation waits for its day, when the ledger surely exists.").
		Set("secret_id", r.fromGlobal("secret_arns.app."+string(r.role))).
		Set("rotation_lambda_arn", r.made.functions[config.SecretRotation].Ref("arn")).
		Set("rotate_immediately", false).
		DependsOn(r.made.migrated, r.made.rotationAllowed).
		Block("rotation_rules").
		Set("automatically_after_days", 30)
}

// LedgerVersion is the newest migration of internal/ledger; a test holds the two together.
const LedgerVersion = 3
