package stack

import (
	"strings"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// concern is one file of one root, with what every concern needs to know.
type concern struct {
	*hclgen.Module
	cfg   config.Config
	names config.Names
	file  string
	// home is the Region of the root's provider.
	home string
}

func newRoot(cfg config.Config, name, home string) concern {
	c := concern{Module: hclgen.NewModule(name), cfg: cfg, names: cfg.Names(), home: home}
	c.terraform(name, home)
	return c
}

// in returns the same root for another file, with the comment that heads it.
func (c concern) in(file, header string) concern {
	c.file = file
	c.Header(file, header)
	return c
}

func (c concern) resource(typ, name, why string) *hclgen.Block {
	return c.Resource(c.file, typ, name).Why(why)
}

func (c concern) ephemeral(typ, name, why string) *hclgen.Block {
	return c.Ephemeral(c.file, typ, name).Why(why)
}

func (c concern) output(name, description string, value hclgen.Expr) *hclgen.Block {
	return c.Output("outputs.tf", name).Set("description", description).Set("value", value)
}

// terraform writes the settings that every root has: versions, state, provider and the tags of everything.
func (c concern) terraform(root, home string) {
	const file = "terraform.tf"
	c.Header(file, "Versions, state and provider of this root. The lock file that init writes belongs into version control.")
	settings := c.Terraform(file)
	settings.Set("required_version", EngineVersion)
	settings.Block("required_providers").Set("aws", hclgen.Object(
		hclgen.F("source", "hashicorp/aws"),
		hclgen.F("version", ProviderVersion),
	))
	c.backend(settings, root)
	c.Provider(file, "aws").
		Why("The Region that this root's calls go to; a resource of another Region says so in its own region argument.").
		Set("region", home).
		Block("default_tags").Set("tags", map[string]string{"Environment": c.cfg.EnvironmentSuffix})
}

// backend keeps the state next to the roots, or in the bucket of the Region that should survive with it.
func (c concern) backend(settings *hclgen.Block, root string) {
	if c.cfg.State.Backend != config.StateS3 || root == RootBootstrap {
		settings.Block("backend", "local").
			Why("One state per root, beside the generated folders, so that generating again cannot touch it.").
			Set("path", "../state/"+root+".tfstate")
		return
	}
	settings.Block("backend", "s3").
		Why("Locked by the bucket itself; no table and no other Region is needed to plan.").
		Set("bucket", c.names.StateBucket(c.stateRegion(root))).
		Set("key", root+".tfstate").
		Set("region", c.stateRegion(root)).
		Set("encrypt", true).
		Set("use_lockfile", true)
}

// stateRegion is the Region whose bucket holds a root's state: a Region's own, and the witness for what spans both,
// so that the loss of either Region leaves the shared states readable.
func (c concern) stateRegion(root string) string {
	switch root {
	case c.cfg.Regions.Primary, c.cfg.Regions.Secondary:
		return root
	default:
		return c.cfg.Regions.Witness
	}
}

// remote reads another root's outputs: the one way in which values pass between roots.
func (c concern) remote(root string) hclgen.Expr {
	name := identifier(root)
	state := c.Data("terraform.tf", "terraform_remote_state", name).
		Why("Outputs of the root " + root + ", which is applied before this one.")
	if c.cfg.State.Backend == config.StateS3 {
		state.Set("backend", "s3").Set("config", hclgen.Object(
			hclgen.F("bucket", c.names.StateBucket(c.stateRegion(root))),
			hclgen.F("key", root+".tfstate"),
			hclgen.F("region", c.stateRegion(root)),
		))
	} else {
		state.Set("backend", "local").Set("config", hclgen.Object(hclgen.F("path", "../state/"+root+".tfstate")))
	}
	return c.Local("terraform.tf", name, state.Ref("outputs"))
}

// account is the account's number, for the names that only an ARN can express.
func (c concern) account() hclgen.Expr {
	return c.Local("terraform.tf", "account_id",
		c.Data("terraform.tf", "aws_caller_identity", "current").
			Why("Only the account number is used, to write ARNs by name instead of with wildcards.").
			Ref("account_id"))
}

func nameTag(name string) map[string]string { return map[string]string{"Name": name} }

// identifier turns a Region's name into an HCL name.
func identifier(s string) string { return strings.ReplaceAll(s, "-", "_") }

// regional names a block's Region where it is not the root's own.
func (c concern) regional(block *hclgen.Block, role config.Role) {
	if c.cfg.Region(role) != c.home {
		block.Set("region", c.cfg.Region(role))
	}
}
