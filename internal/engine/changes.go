package engine

import (
	tfjson "github.com/hashicorp/terraform-json"
)

// Action is what a plan does to one resource.
type Action string

// The actions. Forget takes a resource out of the state and leaves it alone.
const (
	Create  Action = "create"
	Update  Action = "update"
	Replace Action = "replace"
	Delete  Action = "delete"
	Forget  Action = "forget"
)

// Change is one resource that a plan changes.
type Change struct {
	Address string `json:"address"`
	Type    string `json:"type"`
	Action  Action `json:"action"`
}

// Plan is what an apply of the saved file would do.
type Plan struct {
	// File is the saved plan.
	File string
	// Changed says that applying does something, be it only to an output.
	Changed bool
	Changes []Change
}

// Count is how many resources have the action.
func (p Plan) Count(action Action) int {
	count := 0
	for _, change := range p.Changes {
		if change.Action == action {
			count++
		}
	}
	return count
}

// changes lists the managed resources that a plan changes, in the engine's order.
func changes(plan *tfjson.Plan) []Change {
	var list []Change
	for _, resource := range plan.ResourceChanges {
		if resource.Mode != tfjson.ManagedResourceMode || resource.Change == nil {
			continue
		}
		if action, does := actionOf(resource.Change.Actions); does {
			list = append(list, Change{Address: resource.Address, Type: resource.Type, Action: action})
		}
	}
	return list
}

func actionOf(actions tfjson.Actions) (Action, bool) {
	switch {
	case actions.Replace():
		return Replace, true
	case actions.Create():
		return Create, true
	case actions.Update():
		return Update, true
	case actions.Delete():
		return Delete, true
	case actions.Forget():
		return Forget, true
	}
	return "", false
}

// protectedTypes hold what cannot be made again: data, keys to data, and names that others delegate to.
var protectedTypes = map[string]bool{
	"aws_rds_cluster": true, "aws_rds_global_cluster": true, "aws_dynamodb_table": true,
	"aws_kms_key": true, "aws_kms_replica_key": true, "aws_secretsmanager_secret": true,
	"aws_route53_zone": true, "aws_s3_bucket": true,
}

// Losses are the changes that would lose a protected resource: deleted, replaced or forgotten.
func (p Plan) Losses() []Change {
	var losses []Change
	for _, change := range p.Changes {
		if protectedTypes[change.Type] && (change.Action == Delete || change.Action == Replace || change.Action == Forget) {
			losses = append(losses, change)
		}
	}
	return losses
}
