package rds

import (
	"context"
	"net/url"
	"strconv"
	"strings"
)

func addTags(s *Service, region string, form url.Values) (any, work, error) {
	return struct{}{}, nil, s.AddTags(context.Background(), region, form.Get("ResourceName"), tagsOf(form))
}

func createSnapshot(s *Service, region string, form url.Values) (any, work, error) {
	if err := required(form, "DBClusterSnapshotIdentifier", "DBClusterIdentifier"); err != nil {
		return nil, nil, err
	}
	name := strings.ToLower(form.Get("DBClusterSnapshotIdentifier"))
	if err := checkIdentifier(name); err != nil {
		return nil, nil, err
	}
	made, rest, err := s.beginSnapshot(region, name, form.Get("DBClusterIdentifier"), snapshotManual, tagsOf(form))
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return struct{ DBClusterSnapshot Snapshot }{snapshotView(made)}, rest, nil
}

func deleteSnapshot(s *Service, region string, form url.Values) (any, work, error) {
	view, err := s.DeleteSnapshot(context.Background(), region, form.Get("DBClusterSnapshotIdentifier"))
	return struct{ DBClusterSnapshot Snapshot }{view}, nil, err
}

func createInstance(s *Service, region string, form url.Values) (any, work, error) {
	if err := required(form, "DBInstanceIdentifier", "DBInstanceClass", "Engine"); err != nil {
		return nil, nil, err
	}
	if form.Get("Engine") != engine || form.Get("DBClusterIdentifier") == "" {
		return nil, nil, notModelled("instances outside a cluster, or of engine %s", form.Get("Engine"))
	}
	tier, err := strconv.Atoi(form.Get("PromotionTier"))
	if err != nil {
		tier = 1 // RDS's default; a bad value does not leave the SDK
	}
	view, err := s.CreateInstance(context.Background(), region, InstanceSpec{
		Identifier: form.Get("DBInstanceIdentifier"), Cluster: form.Get("DBClusterIdentifier"),
		Class: form.Get("DBInstanceClass"), PromotionTier: tier, Tags: tagsOf(form),
	})
	return struct{ DBInstance Instance }{view}, nil, err
}

func deleteInstance(s *Service, region string, form url.Values) (any, work, error) {
	view, err := s.DeleteInstance(context.Background(), region, form.Get("DBInstanceIdentifier"))
	return struct{ DBInstance Instance }{view}, nil, err
}

func deleteCluster(s *Service, region string, form url.Values) (any, work, error) {
	final, skip := form.Get("FinalDBSnapshotIdentifier"), form.Get("SkipFinalSnapshot") == "true"
	switch {
	case !skip && final == "":
		return nil, nil, fault("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
	case skip && final != "":
		return nil, nil, fault("InvalidParameterCombination", "FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot")
	}
	view, rest, err := s.beginDelete(region, form.Get("DBClusterIdentifier"), final)
	return struct{ DBCluster Cluster }{view}, rest, err
}

// restoreSpec reads what both kinds of restore have in common.
func restoreSpec(form url.Values) RestoreSpec {
	port, err := strconv.Atoi(form.Get("Port"))
	if err != nil {
		port = 0 // not given
	}
	return RestoreSpec{
		Identifier: form.Get("DBClusterIdentifier"), SubnetGroup: form.Get("DBSubnetGroupName"), Port: port,
		ParameterGroup:     form.Get("DBClusterParameterGroupName"),
		SecurityGroups:     list(form, "VpcSecurityGroupIds.VpcSecurityGroupId"),
		DeletionProtection: form.Get("DeletionProtection") == "true",
		CopyTagsToSnapshot: form.Get("CopyTagsToSnapshot") == "true",
		IAMAuthentication:  form.Get("EnableIAMDatabaseAuthentication") == "true",
		Tags:               tagsOf(form),
	}
}

func restoreSnapshot(s *Service, region string, form url.Values) (any, work, error) {
	if err := required(form, "DBClusterIdentifier", "SnapshotIdentifier", "Engine"); err != nil {
		return nil, nil, err
	}
	c, rest, err := s.beginRestoreSnapshot(region, form.Get("SnapshotIdentifier"), restoreSpec(form))
	return s.clusterAnswer(c, rest, err)
}

func restorePointInTime(s *Service, region string, form url.Values) (any, work, error) {
	if err := required(form, "DBClusterIdentifier", "SourceDBClusterIdentifier"); err != nil {
		return nil, nil, err
	}
	if form.Get("UseLatestRestorableTime") != "true" || form.Has("RestoreToTime") {
		return nil, nil, notModelled("a restore to any time but the latest")
	}
	if kind := form.Get("RestoreType"); kind != "" && kind != "full-copy" {
		return nil, nil, notModelled("a restore of type %s", kind)
	}
	c, rest, err := s.beginRestoreLatest(region, form.Get("SourceDBClusterIdentifier"), restoreSpec(form))
	return s.clusterAnswer(c, rest, err)
}

func (s *Service) clusterAnswer(c *cluster, rest work, err error) (any, work, error) {
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return struct{ DBCluster Cluster }{s.clusterLocked(c)}, rest, nil
}

func failoverGlobal(s *Service, region string, form url.Values) (any, work, error) {
	if err := required(form, "GlobalClusterIdentifier", "TargetDbClusterIdentifier"); err != nil {
		return nil, nil, err
	}
	loss, switchover := form.Get("AllowDataLoss") == "true", form.Get("Switchover") == "true"
	switch {
	case loss && switchover:
		return nil, nil, fault("InvalidParameterCombination", "AllowDataLoss and Switchover can not be specified together")
	case !loss: // without either it is a switchover
		return switchoverGlobal(s, region, form)
	}
	h, rest, err := s.beginFailover(region, form.Get("GlobalClusterIdentifier"), form.Get("TargetDbClusterIdentifier"))
	return s.globalAnswer(h, rest, err)
}

func switchoverGlobal(s *Service, region string, form url.Values) (any, work, error) {
	if err := required(form, "GlobalClusterIdentifier", "TargetDbClusterIdentifier"); err != nil {
		return nil, nil, err
	}
	h, rest, err := s.beginSwitchover(s.ctx, region, form.Get("GlobalClusterIdentifier"), form.Get("TargetDbClusterIdentifier"))
	return s.globalAnswer(h, rest, err)
}

func (s *Service) globalAnswer(h handover, rest work, err error) (any, work, error) {
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return struct{ GlobalCluster GlobalCluster }{s.globalLocked(h.global)}, rest, nil
}
