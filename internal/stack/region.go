package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// region is one Region's root: everything in it is of that Region, and planning it calls no other.
type region struct {
	concern
	role config.Role
	// here is the Region's name.
	here    string
	account hclgen.Expr
	// global is the outputs of the root global.
	global hclgen.Expr
	made   *made
}

// made is what later concerns refer to.
type made struct {
	vpc, gateway     *hclgen.Block
	privateTables    []*hclgen.Block
	endpoints        map[string]*hclgen.Block
	functionGroup    *hclgen.Block
	databaseGroup    *hclgen.Block
	databaseKey      *hclgen.Block
	operationsKey    *hclgen.Block
	cluster          *hclgen.Block
	instances        []*hclgen.Block
	functions        map[string]*hclgen.Block
	api, stage       *hclgen.Block
	sharedDomain     *hclgen.Block
	regionalDomain   *hclgen.Block
	topic            *hclgen.Block
	alarms           []*hclgen.Block
	migrated         *hclgen.Block
	rotationAllowed  *hclgen.Block
	privateSubnetIDs hclgen.Expr
	privateSubnets   []*hclgen.Block
}

func regionRoot(cfg config.Config, role config.Role) Root {
	here := cfg.Region(role)
	r := region{
		concern: newRoot(cfg, here, here), role: role, here: here,
		made: &made{
			endpoints: map[string]*hclgen.Block{}, functions: map[string]*hclgen.Block{},
		},
	}
	r.global = r.remote(RootGlobal)
	r.account = r.concern.account()
	r.encryption()
	r.networking()
	r.reachability()
	r.database()
	r.alerts()
	r.compute()
	r.schedules()
	r.api()
	r.monitoring()
	r.dashboard()
	r.regionOutputs()
	if cfg.Drills.Faults == config.FaultsFIS {
		r.drills()
	}
	root := Root{
		Name:    here,
		Purpose: "the " + string(role) + " Region: network, ledger cluster, functions, API and alarms",
		Reads:   []string{RootGlobal},
		Module:  r.Module,
	}
	if role == config.Secondary {
		// A secondary cluster can only join once the primary has an instance (aws_rds_global_cluster; the
		// dependency cannot be written in the files, because the roots must stay independent afterwards).
		root.After = []string{cfg.Regions.Primary}
	}
	return root
}

// at moves to another file of the same root.
func (r region) at(file, header string) region {
	r.concern = r.in(file, header)
	return r
}

// named is the name and the Name tag of a thing of this Region.
func (r region) named(thing string) string { return r.names.Named(r.role, thing) }

func (r region) tagged(b *hclgen.Block, thing string) *hclgen.Block {
	return b.Set("tags", nameTag(r.named(thing)))
}

// fromGlobal is one output of the root global, as "role_arns.primary.flow_logs".
func (r region) fromGlobal(path string) hclgen.Expr { return hclgen.Traverse(r.global, path) }

func (r region) roleARN(purpose string) hclgen.Expr {
	return r.fromGlobal("role_arns." + string(r.role) + "." + identifier(purpose))
}
