package tables

import (
	"maps"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
)

// changeReplicas makes a table a strongly consistent global table, or one of one Region again. The rules are of "How
// global tables work": exactly three Regions (three replicas, or two and a witness), the table is empty, the mode and
// the Regions do not change afterwards, replicas and witness are removed together.
func changeReplicas(table *schema.Table, input *UpdateInput, home string, empty bool) error {
	var added, removed, witnessed, unwitnessed []string
	keys := map[string]*replicaInput{}
	for _, one := range input.ReplicaUpdates {
		switch {
		case one.Create != nil:
			added = append(added, one.Create.RegionName)
			keys[one.Create.RegionName] = one.Create
		case one.Delete != nil:
			removed = append(removed, one.Delete.RegionName)
		case one.Update != nil:
			if err := updateReplica(table, one.Update); err != nil {
				return err
			}
		}
	}
	for _, one := range input.GlobalTableWitnessUpdates {
		if one.Create != nil {
			witnessed = append(witnessed, one.Create.RegionName)
		}
		if one.Delete != nil {
			unwitnessed = append(unwitnessed, one.Delete.RegionName)
		}
	}
	switch {
	case len(added)+len(removed)+len(witnessed)+len(unwitnessed) == 0:
		return nil
	case len(added)+len(witnessed) > 0 && len(removed)+len(unwitnessed) > 0:
		return fault.Validation("Replicas and witness cannot be created and deleted in one request")
	case len(removed)+len(unwitnessed) > 0:
		return removeReplicas(table, removed, unwitnessed, home)
	}
	if err := checkConversion(table, input.MultiRegionConsistency, added, witnessed, home, empty); err != nil {
		return err
	}
	table.Strong = true
	table.Regions = append(table.Regions, added...)
	for _, region := range added {
		table.Settings[region] = schema.Regional{EncryptionKey: keys[region].KMSMasterKeyId, Class: keys[region].TableClassOverride, Tags: map[string]string{}}
	}
	if len(witnessed) > 0 {
		table.Witness = witnessed[0]
	}
	return nil
}

func updateReplica(table *schema.Table, change *replicaInput) error {
	settings, ok := table.Settings[change.RegionName]
	if !ok {
		return fault.Named("ReplicaNotFoundException", "Replica not found in region: %s", change.RegionName)
	}
	if change.KMSMasterKeyId != "" {
		settings.EncryptionKey = change.KMSMasterKeyId
	}
	if change.TableClassOverride != "" {
		settings.Class = change.TableClassOverride
	}
	table.Settings[change.RegionName] = settings
	return nil
}

func checkConversion(table *schema.Table, consistency string, added, witnessed []string, home string, empty bool) error {
	places := map[string]bool{home: true}
	for _, region := range slices.Concat(added, witnessed) {
		places[region] = true
	}
	switch {
	case consistency != "STRONG":
		return fault.NotModelled("A global table of eventual consistency")
	case len(table.Regions) > 1:
		return fault.Validation("Cannot add a replica or a witness to an existing global table with multi-Region strong consistency")
	case len(places) != 3 || len(added)+len(witnessed) != 2 || len(witnessed) > 1:
		return fault.Validation("A global table with multi-Region strong consistency must have exactly three Regions: three replicas, or two replicas and a witness")
	case !empty:
		return fault.Validation("Table %s must be empty to become a global table with multi-Region strong consistency", table.Name)
	case table.HasLocalIndex():
		return fault.Validation("Local secondary indexes are not supported on a global table with multi-Region strong consistency")
	case slices.ContainsFunc(slices.Collect(maps.Values(table.Settings)), func(one schema.Regional) bool { return one.TimeToLive != "" }):
		return fault.Validation("Time to live is not supported on a global table with multi-Region strong consistency")
	}
	return nil
}

func removeReplicas(table *schema.Table, removed, unwitnessed []string, home string) error {
	for _, region := range removed {
		if !slices.Contains(table.Regions, region) {
			return fault.Named("ReplicaNotFoundException", "Replica not found in region: %s", region)
		}
		if table.Settings[region].Protected {
			return fault.Validation("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
		}
	}
	whole := len(removed) == len(table.Regions)-1 && !slices.Contains(removed, home)
	if !whole || table.Witness != "" && !slices.Contains(unwitnessed, table.Witness) {
		return fault.Validation("A single replica or the witness of a global table with multi-Region strong consistency cannot be deleted: delete them together")
	}
	table.Regions, table.Witness, table.Strong = []string{home}, "", false
	for _, region := range removed {
		delete(table.Settings, region)
	}
	return nil
}
