package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/paymentdr/paymentdr/internal/engine"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// Types of the root global that this command must know: a certificate is issued only once the zone is delegated.
const (
	typeZone       = "aws_route53_zone"
	typeValidation = "aws_acm_certificate_validation"
)

// delegateFirst makes the zone before everything else and tells its name servers, because the apply of the root global
// waits for certificates, and those for a delegation that only the owner of the parent zone can make. It returns
// whether it applied something, after which the plan is out of date.
func (d *driver) delegateFirst(ctx context.Context, root stack.Root, plan engine.Plan) (bool, error) {
	if root.Name != stack.RootGlobal || d.cfg.ParentZoneID != "" || !creates(plan, typeValidation) {
		return false, nil
	}
	made := false
	if zone := created(plan, typeZone); zone != "" {
		d.app.progress("  the zone first, so that it can be delegated while the rest is made")
		opened := d.opened[root.Name]
		first, err := opened.Plan(ctx, engine.PlanOptions{File: filepath.Join(d.plans, "zone.tfplan"), Targets: []string{zone}})
		if err != nil {
			return false, err
		}
		made = true
		err = opened.Apply(ctx, first)
		d.forget(root.Name)
		if err != nil {
			return true, err
		}
	}
	outputs, err := d.outputsOf(ctx, root.Name)
	if err != nil {
		return made, err
	}
	d.forget(root.Name)
	if servers := nameServers(outputs); len(servers) > 0 {
		fmt.Fprintf(d.app.process.Stderr, "delegate %s in the zone %s now: the certificates wait for it (at most 75 minutes; then run the same command again)\n",
			d.cfg.Names().Zone(), d.cfg.Domain)
		for _, server := range servers {
			fmt.Fprintf(d.app.process.Stderr, "  %s. NS %s.\n", d.cfg.Names().Zone(), strings.TrimSuffix(server, "."))
		}
	}
	return made, nil
}

func creates(plan engine.Plan, resourceType string) bool { return created(plan, resourceType) != "" }

// created is the address of the first resource of a type that the plan creates.
func created(plan engine.Plan, resourceType string) string {
	for _, change := range plan.Changes {
		if change.Type == resourceType && change.Action == engine.Create {
			return change.Address
		}
	}
	return ""
}

func nameServers(outputs map[string]engine.Output) []string {
	values, _ := outputs["name_servers"].Value.([]any)
	var servers []string
	for _, value := range values {
		if server, ok := value.(string); ok {
			servers = append(servers, server)
		}
	}
	return servers
}
