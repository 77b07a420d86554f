package rds

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// page cuts the records that a request asked for and returns the marker of the next page, "" at the end.
func page[T any](form url.Values, records []T) ([]T, string, error) {
	start, size := 0, 100
	var err error
	if marker := form.Get("Marker"); marker != "" {
		if start, err = strconv.Atoi(marker); err != nil || start < 0 || start > len(records) {
			return nil, "", fault("InvalidParameterValue", "Invalid marker %q", marker)
		}
	}
	if most := form.Get("MaxRecords"); most != "" {
		if size, err = strconv.Atoi(most); err != nil || size < 20 || size > 100 {
			return nil, "", fault("InvalidParameterValue", "Invalid value %s for MaxRecords. Must be between 20 and 100", most)
		}
	}
	if end := start + size; end < len(records) {
		return records[start:end], strconv.Itoa(end), nil
	}
	return records[start:], "", nil
}

// filter is the values of the one filter that an operation knows; ok is false when the request has none.
func filter(form url.Values, known string) (values []string, ok bool, err error) {
	for i := 1; form.Has(fmt.Sprintf("Filters.Filter.%d.Name", i)); i++ {
		if name := form.Get(fmt.Sprintf("Filters.Filter.%d.Name", i)); name != known {
			return nil, false, notModelled("the filter %s", name)
		}
		for _, value := range list(form, fmt.Sprintf("Filters.Filter.%d.Values.Value", i)) {
			values, ok = append(values, strings.ToLower(value)), true
		}
	}
	return values, ok, nil
}

// named tells whether a filter with values lets an identifier or its ARN pass.
func named(values []string, id, arn string) bool {
	return slices.Contains(values, id) || slices.Contains(values, strings.ToLower(arn))
}

func describeClusters(s *Service, regionName string, form url.Values) (any, work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.regions[regionName]
	wanted, filtered, err := filter(form, "db-cluster-id")
	if err != nil {
		return nil, nil, err
	}
	var found []Cluster
	if name := form.Get("DBClusterIdentifier"); name != "" {
		c, err := s.clusterInLocked(regionName, name)
		if err != nil {
			return nil, nil, err
		}
		found = []Cluster{s.clusterLocked(c)}
	} else {
		for _, name := range sortedKeys(at.clusters) {
			if !filtered || named(wanted, name, s.clusterARN(regionName, name)) {
				found = append(found, s.clusterLocked(at.clusters[name]))
			}
		}
	}
	records, marker, err := page(form, found)
	type list struct{ DBCluster []Cluster }
	return struct {
		DBClusters list
		Marker     string `xml:",omitempty"`
	}{list{records}, marker}, nil, err
}

func describeInstances(s *Service, regionName string, form url.Values) (any, work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted, filtered, err := filter(form, "db-cluster-id")
	if err != nil {
		return nil, nil, err
	}
	var found []Instance
	if name := form.Get("DBInstanceIdentifier"); name != "" {
		one, err := s.instanceInLocked(regionName, name)
		if err != nil {
			return nil, nil, err
		}
		found = []Instance{s.instanceLocked(one)}
	} else {
		at := s.regions[regionName]
		for _, name := range sortedKeys(at.clusters) {
			if filtered && !named(wanted, name, s.clusterARN(regionName, name)) {
				continue
			}
			for _, one := range at.clusters[name].sortedInstances() {
				found = append(found, s.instanceLocked(one))
			}
		}
	}
	records, marker, err := page(form, found)
	type list struct{ DBInstance []Instance }
	return struct {
		DBInstances list
		Marker      string `xml:",omitempty"`
	}{list{records}, marker}, nil, err
}

func describeSnapshots(s *Service, regionName string, form url.Values) (any, work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.regions[regionName]
	of, kind := strings.ToLower(form.Get("DBClusterIdentifier")), form.Get("SnapshotType")
	of = strings.TrimPrefix(of, s.clusterARN(regionName, ""))
	if kind != "" && kind != snapshotAutomated && kind != snapshotManual {
		return nil, nil, notModelled("snapshots of type %s", kind)
	}
	if _, filtered, err := filter(form, ""); err != nil || filtered {
		return nil, nil, notModelled("filters of snapshots")
	}
	var found []Snapshot
	if name := form.Get("DBClusterSnapshotIdentifier"); name != "" {
		one, err := at.snapshotLocked(name)
		if err != nil {
			return nil, nil, err
		}
		found = []Snapshot{snapshotView(one)}
	} else {
		for _, name := range sortedKeys(at.snapshots) {
			one := at.snapshots[name]
			if (of == "" || one.of.Identifier == of) && (kind == "" || one.kind == kind) {
				found = append(found, snapshotView(one))
			}
		}
	}
	records, marker, err := page(form, found)
	type list struct{ DBClusterSnapshot []Snapshot }
	return struct {
		DBClusterSnapshots list
		Marker             string `xml:",omitempty"`
	}{list{records}, marker}, nil, err
}

// describeGlobals answers in every Region alike: a global database belongs to none.
func describeGlobals(s *Service, _ string, form url.Values) (any, work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, filtered, err := filter(form, ""); err != nil || filtered {
		return nil, nil, notModelled("filters of global clusters")
	}
	var found []GlobalCluster
	if name := form.Get("GlobalClusterIdentifier"); name != "" {
		g, err := s.globalNamedLocked(name)
		if err != nil {
			return nil, nil, err
		}
		found = []GlobalCluster{s.globalLocked(g)}
	} else {
		for _, name := range sortedKeys(s.globals) {
			found = append(found, s.globalLocked(s.globals[name]))
		}
	}
	records, marker, err := page(form, found)
	type list struct{ GlobalClusterMember []GlobalCluster } // RDS names the element so
	return struct {
		GlobalClusters list
		Marker         string `xml:",omitempty"`
	}{list{records}, marker}, nil, err
}

func listTags(s *Service, regionName string, form url.Values) (any, work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, err := s.tagsLocked(regionName, form.Get("ResourceName"))
	return struct{ TagList Tags }{copyTags(tags)}, nil, err
}
