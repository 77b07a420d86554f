package backuptest

import (
	"fmt"
	"net/url"
	"strconv"
)

// perform carries out one action under the lock.
func (r *RDS) perform(action string, form url.Values) (any, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settleLocked()
	switch action {
	case "DescribeDBClusters":
		return r.describeClusters(form)
	case "DescribeDBClusterSnapshots":
		return r.describeSnapshots(form)
	case "DescribeDBInstances":
		return r.describeInstances(form)
	case "RestoreDBClusterFromSnapshot":
		return r.restoreFromSnapshot(form)
	case "RestoreDBClusterToPointInTime":
		return r.restoreToPointInTime(form)
	case "CreateDBInstance":
		return r.createInstance(form)
	case "DeleteDBInstance":
		return r.deleteInstance(form)
	case "DeleteDBCluster":
		return r.deleteCluster(form)
	case "AddTagsToResource":
		return r.addTags(form)
	default:
		return nil, &Fault{Code: "NotImplemented", Message: "backuptest does not model " + action}
	}
}

// page cuts the records that a request asked for and returns the marker of the next page, empty at the end.
func page[T any](r *RDS, form url.Values, records []T) ([]T, string, error) {
	start, size := 0, 100
	if marker := form.Get("Marker"); marker != "" {
		var err error
		if start, err = strconv.Atoi(marker); err != nil || start > len(records) {
			return nil, "", &Fault{Code: "InvalidParameterValue", Message: "unknown marker " + marker}
		}
	}
	if r.PageSize > 0 {
		size = r.PageSize
	}
	end := min(start+size, len(records))
	if end == len(records) {
		return records[start:], "", nil
	}
	return records[start:end], strconv.Itoa(end), nil
}

func (r *RDS) describeClusters(form url.Values) (any, error) {
	var found []Cluster
	wanted := form.Get("DBClusterIdentifier")
	for _, name := range sortedKeys(r.clusters) {
		if wanted == "" || wanted == name {
			found = append(found, onWire(*r.clusters[name]))
		}
	}
	if wanted != "" && len(found) == 0 {
		return nil, clusterMissing(wanted)
	}
	records, marker, err := page(r, form, found)
	type list struct{ DBCluster []Cluster }
	return struct {
		DBClusters list
		Marker     string `xml:",omitempty"`
	}{list{records}, marker}, err
}

// onWire fills what a description derives from other fields.
func onWire(cluster Cluster) Cluster {
	if cluster.DBClusterArn == "" {
		cluster.DBClusterArn = arn(cluster.DBClusterIdentifier)
	}
	if len(cluster.SecurityGroups) > 0 {
		cluster.VpcSecurityGroups = &groups{}
		for _, id := range cluster.SecurityGroups {
			cluster.VpcSecurityGroups.Member = append(cluster.VpcSecurityGroups.Member, groupMember{id, "active"})
		}
	}
	return cluster
}

func (r *RDS) describeSnapshots(form url.Values) (any, error) {
	var found []Snapshot
	cluster, kind := form.Get("DBClusterIdentifier"), form.Get("SnapshotType")
	for _, name := range sortedKeys(r.snapshots) {
		snapshot := *r.snapshots[name]
		if (cluster == "" || snapshot.DBClusterIdentifier == cluster) && (kind == "" || snapshot.SnapshotType == kind) {
			found = append(found, snapshot)
		}
	}
	records, marker, err := page(r, form, found)
	type list struct{ DBClusterSnapshot []Snapshot }
	return struct {
		DBClusterSnapshots list
		Marker             string `xml:",omitempty"`
	}{list{records}, marker}, err
}

func (r *RDS) describeInstances(form url.Values) (any, error) {
	if name := form.Get("Filters.Filter.1.Name"); name != "db-cluster-id" {
		return nil, &Fault{Code: "NotImplemented", Message: fmt.Sprintf("backuptest lists instances by db-cluster-id only, not by %q", name)}
	}
	var found []Instance
	for _, instance := range r.membersLocked(form.Get("Filters.Filter.1.Values.Value.1")) {
		found = append(found, *instance)
	}
	records, marker, err := page(r, form, found)
	type list struct{ DBInstance []Instance }
	return struct {
		DBInstances list
		Marker      string `xml:",omitempty"`
	}{list{records}, marker}, err
}

func arn(cluster string) string { return "arn:aws:rds:us-east-1:123456789012:cluster:" + cluster }

func clusterMissing(name string) *Fault {
	return &Fault{Status: 404, Code: "DBClusterNotFoundFault", Message: fmt.Sprintf("DBCluster %s not found.", name)}
}
