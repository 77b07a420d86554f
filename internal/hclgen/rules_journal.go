package hclgen

import (
	"fmt"
	"strings"
)

func journalRules() []rule {
	table := []string{"aws_dynamodb_table"}
	const multiRegion = "DynamoDB guide, V2globaltables_HowItWorks (strong consistency)"
	return []rule{
		{"table-hash-key", table, "provider docs r/dynamodb_table: hash_key is required", needs("hash_key")},
		{"table-attributes", table, "DynamoDB: Number of attributes in KeySchema must match number of attributes defined", tableAttributes},
		{"table-capacity", table, "provider docs r/dynamodb_table: capacities go with PROVISIONED only", tableCapacity},
		{"table-stream", table, "provider docs r/dynamodb_table: stream_view_type is required with stream_enabled", func(v view) {
			if v.is("stream_enabled", "true") && !v.has("stream_view_type") {
				v.fault("stream_view_type", "is not set with stream_enabled", "set what a record holds")
			}
		}},
		{"table-strong-members", table, multiRegion + ": three Regions, as two replicas or as one replica and a witness", strongMembers},
		{"table-strong-limits", table, multiRegion + ": neither TTL nor local indexes", strongLimits},
	}
}

// tableAttributes compares the declared attributes with the keys that use them.
func tableAttributes(v view) {
	used, declared := map[string]bool{}, map[string]bool{}
	complete := !v.anyDynamic() // a key that is no literal leaves nothing to compare
	add := func(set map[string]bool, in view, names ...string) {
		for _, name := range names {
			if text, ok := in.text(name); ok {
				set[text] = true
			} else if in.has(name) {
				complete = false
			}
		}
	}
	add(used, v, "hash_key", "range_key")
	for _, index := range v.nested("global_secondary_index") {
		add(used, index, "hash_key", "range_key")
		for _, key := range index.nested("key_schema") {
			add(used, key, "attribute_name")
		}
	}
	for _, index := range v.nested("local_secondary_index") {
		add(used, index, "range_key")
	}
	for _, attribute := range v.nested("attribute") {
		add(declared, attribute, "name")
	}
	if !complete {
		return
	}
	for _, name := range sortedKeys(used) {
		if !declared[name] {
			v.fault("attribute", fmt.Sprintf("key %q has no attribute block", name), "add one with its type")
		}
	}
	for _, name := range sortedKeys(declared) {
		if !used[name] {
			v.fault("attribute", fmt.Sprintf("attribute %q is no key of the table or an index", name), "remove it: other attributes are not declared")
		}
	}
}

func (v view) anyDynamic() bool { return len(v.block.Nested("dynamic")) > 0 }

func tableCapacity(v view) {
	capacities := v.given("read_capacity", "write_capacity")
	switch {
	case v.is("billing_mode", "PAY_PER_REQUEST") && len(capacities) > 0:
		v.fault(capacities[0], "is set on a table paid per request", "remove it")
	case (v.is("billing_mode", "PROVISIONED") || !v.has("billing_mode")) && len(capacities) < 2:
		v.fault("billing_mode", "is provisioned (the default) without read_capacity and write_capacity", "set both, or PAY_PER_REQUEST")
	}
}

func (v view) strongReplicas() (strong, all int) {
	for _, replica := range v.nested("replica") {
		all++
		if replica.is("consistency_mode", "STRONG") {
			strong++
		}
	}
	return strong, all
}

func strongMembers(v view) {
	strong, all := v.strongReplicas()
	witnesses := len(v.nested("global_table_witness"))
	switch {
	case v.anyDynamic() || strong == 0 && witnesses == 0:
	case strong == 0:
		v.fault("global_table_witness", "stands without a replica of consistency_mode STRONG", "make the one replica STRONG")
	case strong != all:
		v.fault("replica", fmt.Sprintf("%d of %d replicas are STRONG: the mode is the whole table's", strong, all), "make all STRONG or none")
	case !(strong == 1 && witnesses == 1 || strong == 2 && witnesses == 0):
		v.fault("replica", fmt.Sprintf("%d STRONG replicas and %d witnesses", strong, witnesses), "use one replica and a witness, or two replicas")
	}
}

func strongLimits(v view) {
	if strong, _ := v.strongReplicas(); strong == 0 {
		return
	}
	if v.any("local_secondary_index") {
		v.fault("local_secondary_index", "is not supported with strong consistency", "use a global secondary index")
	}
	for _, ttl := range v.nested("ttl") {
		if !ttl.is("enabled", "false") {
			ttl.fault("", "time to live is not supported with strong consistency", "delete expired items in code")
		}
	}
	regions := map[string]bool{}
	for _, kind := range []string{"replica", "global_table_witness"} {
		for _, member := range v.nested(kind) {
			region := Text(member.value("region_name"))
			if regions[region] {
				member.fault("region_name", strings.Trim(region, `"`)+" is named twice", "use three different Regions")
			}
			regions[region] = true
		}
	}
}
