// Package stack is the two-Region payment system as code: one file per concern, plain functions over one configuration.
//
// The system is five OpenTofu root modules with a state each, so that a dark Region never blocks work on the other:
// bootstrap (state buckets, only for the s3 backend), global (journal, global cluster, identities, secrets, zone and
// certificates), one per Region, and link (what needs both Regions: peering, health checks, failover records).
// Nothing here reads the network, the clock or the environment: the same configuration gives the same bytes.
package stack

import (
	"fmt"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// Names of the roots that are not named after a Region.
const (
	RootBootstrap = "bootstrap"
	RootGlobal    = "global"
	RootLink      = "link"
)

// Root is one root module: a folder of files with a state of its own.
type Root struct {
	// Name is the folder's name: bootstrap, global, the Region's name, or link.
	Name string
	// Purpose is one line for people: what the root holds and why it is apart.
	Purpose string
	// Reads are the roots whose outputs this one reads; they must be applied before it.
	Reads []string
	// After are further roots that must be applied before it.
	After  []string
	Module *hclgen.Module
}

// System is the whole stack. Roots are in deploy order; destroy runs backwards.
type System struct {
	Config config.Config
	Roots  []Root
}

// Build makes the system of a valid configuration. What it made is judged by Check; the error is for what a
// configuration could make impossible to build, of which there is nothing yet.
func Build(cfg config.Config) (*System, error) {
	system := &System{Config: cfg}
	if cfg.State.Backend == config.StateS3 {
		system.Roots = append(system.Roots, bootstrapRoot(cfg))
	}
	system.Roots = append(system.Roots,
		globalRoot(cfg), regionRoot(cfg, config.Primary), regionRoot(cfg, config.Secondary), linkRoot(cfg))
	return system, nil
}

// Check compares every root with the provider's schema and returns all faults of all roots.
func (s *System) Check() ([]Fault, error) {
	schema, err := hclgen.LoadSchema()
	if err != nil {
		return nil, fmt.Errorf("load provider schema: %w", err)
	}
	var faults []Fault
	for _, root := range s.Roots {
		for _, fault := range root.Module.Check(schema) {
			faults = append(faults, Fault{Root: root.Name, Fault: fault})
		}
	}
	return faults, nil
}

// Fault is one fault of one root.
type Fault struct {
	Root string
	hclgen.Fault
}

// Root returns the root of that name, or nil.
func (s *System) Root(name string) *Root {
	for i := range s.Roots {
		if s.Roots[i].Name == name {
			return &s.Roots[i]
		}
	}
	return nil
}

// ProviderVersion is the constraint of the generated files: the schema that the files are checked against is 6.66's.
const ProviderVersion = "~> 6.66"

// EngineVersion is the oldest OpenTofu or Terraform that has all we use (ephemeral values, write-only arguments).
const EngineVersion = ">= 1.11.0"
