package backuptest

import (
	"fmt"
	"net/url"
	"strings"
)

// recordLocked notes a change for Calls.
func (r *RDS) recordLocked(form url.Values, identifier string) {
	r.calls = append(r.calls, form.Get("Action")+" "+identifier)
}

func (r *RDS) restoreFromSnapshot(form url.Values) (any, error) {
	id := form.Get("SnapshotIdentifier")
	snapshot, ok := r.snapshots[id]
	switch {
	case !ok:
		return nil, &Fault{Status: 404, Code: "DBClusterSnapshotNotFoundFault", Message: "DBClusterSnapshot not found: " + id}
	case snapshot.Status != statusAvailable:
		return nil, &Fault{Code: "InvalidDBClusterSnapshotStateFault", Message: id + " is " + snapshot.Status}
	}
	return r.restoreLocked(form, id, snapshot.DBClusterIdentifier)
}

func (r *RDS) restoreToPointInTime(form url.Values) (any, error) {
	source := form.Get("SourceDBClusterIdentifier")
	cluster, ok := r.clusters[source]
	switch {
	case !ok:
		return nil, clusterMissing(source)
	case form.Get("UseLatestRestorableTime") != "true":
		return nil, &Fault{Code: "NotImplemented", Message: "backuptest restores to the latest time only"}
	case cluster.LatestRestorableTime == nil:
		return nil, &Fault{Code: "InvalidRestoreFault", Message: source + " has no restorable time"}
	}
	return r.restoreLocked(form, source, source)
}

// restoreLocked makes the new cluster of either kind of restore; its database is named as the source's.
func (r *RDS) restoreLocked(form url.Values, from, source string) (any, error) {
	name := form.Get("DBClusterIdentifier")
	if _, exists := r.clusters[name]; exists {
		return nil, &Fault{Code: "DBClusterAlreadyExistsFault", Message: "DB cluster already exists: " + name}
	}
	now := r.now()
	host, port := name+".cluster-test.invalid", 5432
	if r.Endpoint != nil {
		host, port = r.Endpoint(name)
	}
	database := "paymentdb"
	if original, ok := r.clusters[source]; ok && original.DatabaseName != "" {
		database = original.DatabaseName
	}
	cluster := Cluster{
		DBClusterIdentifier: name, Status: statusCreating, Engine: "aurora-postgresql", DatabaseName: database,
		Endpoint: host, Port: port, ClusterCreateTime: &now, RestoredFrom: from,
		DBSubnetGroup: form.Get("DBSubnetGroupName"), DBClusterParameterGroup: form.Get("DBClusterParameterGroupName"),
		DeletionProtection: form.Get("DeletionProtection") == "true",
		SecurityGroups:     members(form, "VpcSecurityGroupIds.VpcSecurityGroupId"),
		Tags:               tags(form), readyAt: now.Add(r.CreateTime),
	}
	put(&r.clusters, name, cluster)
	r.recordLocked(form, name)
	return struct{ DBCluster Cluster }{onWire(cluster)}, nil
}

func (r *RDS) createInstance(form url.Values) (any, error) {
	name, cluster := form.Get("DBInstanceIdentifier"), form.Get("DBClusterIdentifier")
	if _, exists := r.instances[name]; exists {
		return nil, &Fault{Code: "DBInstanceAlreadyExists", Message: "DB instance already exists: " + name}
	}
	switch owner, ok := r.clusters[cluster]; {
	case !ok:
		return nil, clusterMissing(cluster)
	case owner.Status != statusAvailable:
		return nil, &Fault{Code: "InvalidDBClusterStateFault", Message: cluster + " is " + owner.Status}
	}
	instance := Instance{
		DBInstanceIdentifier: name, DBClusterIdentifier: cluster, DBInstanceStatus: statusCreating,
		DBInstanceClass: form.Get("DBInstanceClass"), Engine: form.Get("Engine"), readyAt: r.now().Add(r.CreateTime),
	}
	put(&r.instances, name, instance)
	r.recordLocked(form, name)
	return struct{ DBInstance Instance }{instance}, nil
}

func (r *RDS) deleteInstance(form url.Values) (any, error) {
	name := form.Get("DBInstanceIdentifier")
	instance, ok := r.instances[name]
	switch {
	case !ok:
		return nil, &Fault{Status: 404, Code: "DBInstanceNotFound", Message: fmt.Sprintf("DBInstance %s not found.", name)}
	case instance.DBInstanceStatus == statusDeleting:
		return nil, &Fault{Code: "InvalidDBInstanceState", Message: name + " is already being deleted"}
	}
	instance.DBInstanceStatus, instance.goneAt = statusDeleting, r.now().Add(r.DeleteTime)
	r.recordLocked(form, name)
	return struct{ DBInstance Instance }{*instance}, nil
}

func (r *RDS) deleteCluster(form url.Values) (any, error) {
	name := form.Get("DBClusterIdentifier")
	cluster, ok := r.clusters[name]
	switch {
	case !ok:
		return nil, clusterMissing(name)
	case cluster.Status == statusDeleting:
		return nil, &Fault{Code: "InvalidDBClusterStateFault", Message: name + " is already being deleted"}
	case cluster.DeletionProtection:
		return nil, &Fault{Code: "InvalidParameterCombination", Message: "Cannot delete protected Cluster"}
	case form.Get("SkipFinalSnapshot") != "true":
		return nil, &Fault{Code: "InvalidParameterCombination", Message: "FinalDBSnapshotIdentifier is required"}
	}
	for _, instance := range r.membersLocked(name) {
		if instance.DBInstanceStatus != statusDeleting {
			return nil, &Fault{Code: "InvalidDBClusterStateFault",
				Message: "Cluster cannot be deleted, it still contains DB instances in non-deleting state."}
		}
	}
	cluster.Status, cluster.goneAt = statusDeleting, r.now().Add(r.DeleteTime)
	r.recordLocked(form, name)
	return struct{ DBCluster Cluster }{onWire(*cluster)}, nil
}

func (r *RDS) addTags(form url.Values) (any, error) {
	for name, cluster := range r.clusters {
		if onWire(*cluster).DBClusterArn != form.Get("ResourceName") {
			continue
		}
		merged := Tags{}
		for key, value := range cluster.Tags {
			merged[key] = value
		}
		for key, value := range tags(form) {
			merged[key] = value
		}
		cluster.Tags = merged
		r.recordLocked(form, name)
		return struct{}{}, nil
	}
	return nil, clusterMissing(form.Get("ResourceName"))
}

// members reads a list of the query protocol: name.1, name.2, ...
func members(form url.Values, name string) []string {
	var values []string
	for i := 1; form.Has(fmt.Sprintf("%s.%d", name, i)); i++ {
		values = append(values, form.Get(fmt.Sprintf("%s.%d", name, i)))
	}
	return values
}

// tags reads a request's tags.
func tags(form url.Values) Tags {
	read := Tags{}
	for i := 1; form.Has(fmt.Sprintf("Tags.Tag.%d.Key", i)); i++ {
		prefix := fmt.Sprintf("Tags.Tag.%d.", i)
		read[strings.TrimSpace(form.Get(prefix+"Key"))] = form.Get(prefix + "Value")
	}
	return read
}
