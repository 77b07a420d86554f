package enginetest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/paymentdr/paymentdr/internal/enginetest/toolcache"
	"github.com/paymentdr/paymentdr/internal/stubaws"
)

const (
	// ProviderVersion is the version that the stub provider stands for.
	ProviderVersion = "6.66.0"

	// commandTimeout ends an engine command that hangs; the largest root needs seconds.
	commandTimeout = 3 * time.Minute

	// A port on which nothing listens: a download that a test did not mean fails at once.
	deadProxy = "http://127.0.0.1:1"
)

// registries are the two hosts that may name hashicorp/aws.
var registries = []string{"registry.opentofu.org", "registry.terraform.io"}

// Tofu gives the path of the engine's binary and builds it when there is none
// yet; progress goes to standard error.
func Tofu(t testing.TB) string {
	t.Helper()
	path, err := toolcache.Engine(t.Context(), os.Stderr)
	if err != nil {
		t.Fatalf("find or build the engine: %v", err)
	}
	return path
}

// stubProvider builds the stub provider at most once a process. The context is
// not a test's: the result outlives the test that asked first.
var stubProvider = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	return toolcache.StubProvider(ctx, os.Stderr)
})

// Engine runs commands on root modules. Its methods may be called from several
// goroutines for different directories.
type Engine struct {
	t       testing.TB
	binary  string
	home    string // folder of everything that is this engine's own
	mutex   sync.Mutex
	folders map[string]string // data directory by root directory
	schema  string            // file of another provider schema, "" for the embedded one
}

// New prepares an engine whose files vanish with the test.
func New(t testing.TB) *Engine {
	t.Helper()
	plugin, err := stubProvider()
	if err != nil {
		t.Fatalf("build the stub provider: %v", err)
	}
	e := &Engine{t: t, binary: Tofu(t), home: t.TempDir(), folders: make(map[string]string)}
	if err := e.configure(plugin); err != nil {
		t.Fatalf("prepare the engine: %v", err)
	}
	return e
}

// UseSchema makes the stub provider serve another schema document (plain or .gz
// output of `tofu providers schema -json`) than the one hclgen embeds.
func (e *Engine) UseSchema(file string) { e.schema = file }

// configure writes the plugin configuration. The mirror serves `init`, which
// checks version constraints; the overrides spare later commands the lock file,
// whose hashes change with every build of the stub.
func (e *Engine) configure(plugin string) error {
	overrides := &strings.Builder{}
	for _, host := range registries {
		folder := filepath.Join(e.home, "mirror", host, "hashicorp", "aws", ProviderVersion, runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return fmt.Errorf("make mirror: %w", err)
		}
		if err := os.Symlink(plugin, filepath.Join(folder, "terraform-provider-aws_v"+ProviderVersion)); err != nil {
			return fmt.Errorf("fill mirror: %w", err)
		}
		fmt.Fprintf(overrides, "    %q = %q\n", host+"/hashicorp/aws", filepath.Dir(plugin))
	}
	content := fmt.Sprintf("disable_checkpoint = true\nprovider_installation {\n  dev_overrides {\n%s  }\n  filesystem_mirror {\n    path = %q\n  }\n}\n",
		overrides, filepath.Join(e.home, "mirror"))
	if err := os.WriteFile(e.configFile(), []byte(content), 0o644); err != nil {
		return fmt.Errorf("write plugin configuration: %w", err)
	}
	return nil
}

func (e *Engine) configFile() string { return filepath.Join(e.home, "cli.tfrc") }

// CloudFile is the file of Aurora's roles, see package stubaws.
func (e *Engine) CloudFile() string { return filepath.Join(e.home, "cloud.json") }

// SetWriter says in which Region every global cluster's writer is from now on,
// as after a failover or switchover, and whose clusters are no members.
func (e *Engine) SetWriter(region string, away ...string) {
	e.t.Helper()
	content, err := json.Marshal(stubaws.Roles{Writer: region, Away: away})
	if err == nil {
		err = os.WriteFile(e.CloudFile(), content, 0o644)
	}
	if err != nil {
		e.t.Fatalf("set writer to %s: %v", region, err)
	}
}

// Environment is what every command runs with: nothing of the machine's but
// PATH. For tests that run the engine through the product's own commands.
func (e *Engine) Environment(directory string) map[string]string {
	environment := map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": e.home, "TMPDIR": os.TempDir(),
		"TF_CLI_CONFIG_FILE": e.configFile(), "TF_DATA_DIR": e.dataFolder(directory), "CHECKPOINT_DISABLE": "1",
		"HTTP_PROXY": deadProxy, "HTTPS_PROXY": deadProxy,
		"STUB_AWS_STATE": e.CloudFile(),
	}
	if e.schema != "" {
		environment["STUB_AWS_SCHEMA"] = e.schema
	}
	return environment
}

// dataFolder keeps .terraform out of the root directory.
func (e *Engine) dataFolder(directory string) string {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if _, exists := e.folders[directory]; !exists {
		e.folders[directory] = filepath.Join(e.home, fmt.Sprintf("data-%d", len(e.folders)))
	}
	return e.folders[directory]
}

// run gives command a runner for the directory and adds to its error what was done where.
func (e *Engine) run(directory, what string, command func(ctx context.Context, runner *tfexec.Terraform) error) error {
	runner, err := tfexec.NewTerraform(directory, e.binary)
	if err != nil {
		return fmt.Errorf("%s %s: %w", what, directory, err)
	}
	if err := runner.SetEnv(e.Environment(directory)); err != nil {
		return fmt.Errorf("%s %s: %w", what, directory, err)
	}
	ctx, cancel := context.WithTimeout(e.t.Context(), commandTimeout)
	defer cancel()
	if err := command(ctx, runner); err != nil {
		return fmt.Errorf("%s %s: %w", what, directory, err)
	}
	return nil
}

// Init installs the provider and prepares the backend. A root without backend
// block and child modules needs no Init, thanks to the overrides.
func (e *Engine) Init(directory string, options ...tfexec.InitOption) error {
	return e.run(directory, "init", func(ctx context.Context, runner *tfexec.Terraform) error {
		return runner.Init(ctx, options...)
	})
}

// Validate gives the engine's diagnostics, without the warning about overrides.
// A configuration that is not valid is no error here.
func (e *Engine) Validate(directory string) (*tfjson.ValidateOutput, error) {
	var output *tfjson.ValidateOutput
	err := e.run(directory, "validate", func(ctx context.Context, runner *tfexec.Terraform) (err error) {
		output, err = runner.Validate(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	diagnostics := output.Diagnostics[:0]
	for _, diagnostic := range output.Diagnostics {
		if diagnostic.Summary == "Provider development overrides are in effect" {
			output.WarningCount--
			continue
		}
		diagnostics = append(diagnostics, diagnostic)
	}
	output.Diagnostics = diagnostics
	return output, nil
}

// Plan gives the plan, refreshed, as data.
func (e *Engine) Plan(directory string, options ...tfexec.PlanOption) (*tfjson.Plan, error) {
	file := filepath.Join(e.dataFolder(directory)+"-plans", fmt.Sprintf("%d.tfplan", time.Now().UnixNano()))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, fmt.Errorf("plan %s: %w", directory, err)
	}
	var plan *tfjson.Plan
	err := e.run(directory, "plan", func(ctx context.Context, runner *tfexec.Terraform) (err error) {
		if _, err := runner.Plan(ctx, append(options, tfexec.Out(file))...); err != nil {
			return err
		}
		plan, err = runner.ShowPlanFile(ctx, file)
		return err
	})
	return plan, err
}

// Apply plans and applies without asking.
func (e *Engine) Apply(directory string, options ...tfexec.ApplyOption) error {
	return e.run(directory, "apply", func(ctx context.Context, runner *tfexec.Terraform) error {
		return runner.Apply(ctx, options...)
	})
}

// Refresh lets the state see what has changed behind its back.
func (e *Engine) Refresh(directory string) error {
	return e.run(directory, "refresh", func(ctx context.Context, runner *tfexec.Terraform) error {
		return runner.Refresh(ctx)
	})
}

// Destroy destroys everything in the state without asking.
func (e *Engine) Destroy(directory string, options ...tfexec.DestroyOption) error {
	return e.run(directory, "destroy", func(ctx context.Context, runner *tfexec.Terraform) error {
		return runner.Destroy(ctx, options...)
	})
}

// Show gives the state.
func (e *Engine) Show(directory string) (*tfjson.State, error) {
	var state *tfjson.State
	err := e.run(directory, "show", func(ctx context.Context, runner *tfexec.Terraform) (err error) {
		state, err = runner.Show(ctx)
		return err
	})
	return state, err
}

// Output gives the outputs of the state.
func (e *Engine) Output(directory string) (map[string]tfexec.OutputMeta, error) {
	var outputs map[string]tfexec.OutputMeta
	err := e.run(directory, "output", func(ctx context.Context, runner *tfexec.Terraform) (err error) {
		outputs, err = runner.Output(ctx)
		return err
	})
	return outputs, err
}

// FmtCheck names the files under the directory that `fmt` would change.
func (e *Engine) FmtCheck(directory string) ([]string, error) {
	var unformatted []string
	err := e.run(directory, "fmt", func(ctx context.Context, runner *tfexec.Terraform) (err error) {
		_, unformatted, err = runner.FormatCheck(ctx, tfexec.Recursive(true))
		return err
	})
	return unformatted, err
}
