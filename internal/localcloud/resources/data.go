package resources

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
)

// callerIdentity reads aws_caller_identity: the one account.
func callerIdentity(_ context.Context, _ apply.Resource) (map[string]cty.Value, error) {
	return map[string]cty.Value{"account_id": cty.StringVal(account), "id": cty.StringVal(account), "user_id": cty.StringVal("AIDALOCALLOCALLOCAL12"),
		"arn": cty.StringVal("arn:aws:iam::" + account + ":user/local")}, nil
}

// regionData reads aws_region.
func regionData(_ context.Context, r apply.Resource) (map[string]cty.Value, error) {
	name := r.Region
	if asked := (object{r.Config}).text("name"); asked != "" {
		name = asked
	}
	return map[string]cty.Value{"region": cty.StringVal(name), "name": cty.StringVal(name), "id": cty.StringVal(name), "description": cty.StringVal(name),
		"endpoint": cty.StringVal("ec2." + name + ".amazonaws.com")}, nil
}

// partition reads aws_partition.
func partition(_ context.Context, _ apply.Resource) (map[string]cty.Value, error) {
	return map[string]cty.Value{"partition": cty.StringVal("aws"), "id": cty.StringVal("aws"), "dns_suffix": cty.StringVal("amazonaws.com"),
		"reverse_dns_prefix": cty.StringVal("com.amazonaws")}, nil
}

// availabilityZones reads aws_availability_zones: three in every Region.
func availabilityZones(_ context.Context, r apply.Resource) (map[string]cty.Value, error) {
	asked := object{r.Config}
	if err := refuse(asked, "filter"); err != nil {
		return nil, err
	}
	var names, ids []cty.Value
	for i, letter := range []string{"a", "b", "c"} {
		name, id := r.Region+letter, strings.ReplaceAll(r.Region, "-", "")+"-az"+strconv.Itoa(i+1)
		if slices.Contains(asked.texts("exclude_names"), name) || slices.Contains(asked.texts("exclude_zone_ids"), id) {
			continue
		}
		names, ids = append(names, cty.StringVal(name)), append(ids, cty.StringVal(id))
	}
	if len(names) == 0 {
		return nil, errors.New("every availability zone is excluded")
	}
	return map[string]cty.Value{"id": cty.StringVal(r.Region), "names": cty.ListVal(names), "zone_ids": cty.ListVal(ids),
		"group_names": cty.SetVal([]cty.Value{cty.StringVal(r.Region + "-zg-1")})}, nil
}
