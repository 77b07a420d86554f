package rules

import (
	"fmt"
	"strings"
)

// atPlan holds the lines that need the resource's Region, known at plan.
var atPlan = map[string][]rule{
	"aws_cloudwatch_metric_alarm":    {{"alarm-topic-region", "alarm_actions", actionRegion}},
	"aws_cloudwatch_composite_alarm": {{"alarm-topic-region", "alarm_actions", actionRegion}},
	"aws_dynamodb_table":             {{"replica-region", "replica", replicaRegion}},
	"aws_kms_replica_key":            {{"replica-region", "primary_key_arn", keyReplicaRegion}},
	"aws_lambda_function":            {{"function-role", "role", lambdaRole}},
	"aws_secretsmanager_secret":      {{"replica-region", "replica", secretReplicaRegion}},
}

// creation holds the lines that the API checks for new resources only.
var creation = map[string][]rule{
	"aws_rds_cluster": {{"database-master-user", "master_username", masterUser}},
}

// actionRegion: PutMetricAlarm refuses actions in another Region.
func actionRegion(r resource) string {
	region := r.text("region")
	for _, name := range []string{"alarm_actions", "ok_actions", "insufficient_data_actions"} {
		for _, action := range elementsOf(r, name) {
			parts := strings.Split(action, ":")
			if len(parts) > 4 && parts[3] != "" && region != "" && parts[3] != region {
				return fmt.Sprintf("ValidationError: Invalid region %s specified. Only %s is supported.", parts[3], region)
			}
		}
	}
	return ""
}

func replicaRegion(r resource) string {
	region := r.text("region")
	taken := map[string]bool{region: region != ""}
	for _, name := range []string{"replica", "global_table_witness"} {
		for _, place := range r.blocks(name) {
			at := place.text("region_name")
			if at != "" && taken[at] {
				return fmt.Sprintf("ValidationException: %s: Region %s holds the table already", name, at)
			}
			taken[at] = true
		}
	}
	return ""
}

func secretReplicaRegion(r resource) string {
	for _, replica := range r.blocks("replica") {
		if region := r.text("region"); region != "" && replica.text("region") == region {
			return fmt.Sprintf("InvalidParameterException: Invalid replica region %s: it is the primary's", region)
		}
	}
	return ""
}

func keyReplicaRegion(r resource) string {
	parts := strings.Split(r.text("primary_key_arn"), ":")
	if len(parts) < 6 {
		return ""
	}
	if parts[3] == r.text("region") {
		return fmt.Sprintf("a replica key must be in another Region than its primary key, both are in %s", parts[3])
	}
	if !strings.HasPrefix(parts[5], "key/mrk-") {
		return fmt.Sprintf("UnsupportedOperationException: %s is not a multi-Region primary key", r.text("primary_key_arn"))
	}
	return ""
}

func lambdaRole(r resource) string {
	if role := r.text("role"); role != "" && !strings.HasPrefix(role, "arn:") {
		return fmt.Sprintf("%q (%s) is an invalid ARN: arn: invalid prefix", "role", role)
	}
	return ""
}

// masterUser: a new cluster is a replica, a restored one, or has a master user.
func masterUser(r resource) string {
	for _, name := range []string{"global_cluster_identifier", "replication_source_identifier", "snapshot_identifier", "restore_to_point_in_time", "s3_import"} {
		if r.present(name) {
			return ""
		}
	}
	if !r.set("master_username") {
		return "InvalidParameterValue: The parameter MasterUsername must be provided and must not be blank."
	}
	if !r.present("master_password") && !r.present("master_password_wo_version") && !r.yes("manage_master_user_password") {
		return "InvalidParameterValue: The parameter MasterUserPassword must be provided and must not be blank."
	}
	return ""
}

func elementsOf(r resource, name string) []string {
	set := r.get(name)
	if set.IsNull() || !set.IsKnown() {
		return nil
	}
	var known []string
	for _, value := range set.AsValueSlice() {
		if text := asText(value); text != "" {
			known = append(known, text)
		}
	}
	return known
}
