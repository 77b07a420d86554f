package rds

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// owned are the settings that a server here cannot have otherwise.
var owned = map[string]bool{
	"listen_addresses": true, "port": true, "unix_socket_directories": true, "unix_socket_permissions": true, "ssl": true,
	"hba_file": true, "data_directory": true, "primary_conninfo": true, "hot_standby": true, "wal_level": true,
	"full_page_writes": true, "wal_keep_size": true, "max_wal_senders": true, "synchronous_standby_names": true,
	"archive_mode": true, "logging_collector": true, "password_encryption": true,
}

// CreateParameterGroup makes a cluster parameter group. Names with "rds." are Aurora's own: rds.force_ssl is obeyed,
// others are refused, because a drill with a silently ignored one would prove something else. All other names go to
// PostgreSQL as they are, which refuses to start with an unknown one. Clusters read the group when they are created.
func (s *Service) CreateParameterGroup(_ context.Context, regionName, name, family string, settings map[string]string) error {
	for setting, value := range settings {
		if err := checkSetting(setting, value); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at, err := s.regionLocked(regionName)
	if err != nil {
		return err
	}
	at.parameters[name] = &parameterGroup{family: family, settings: maps.Clone(settings)}
	return nil
}

func checkSetting(name, value string) error {
	switch {
	case name == "rds.force_ssl":
		if value != "0" && value != "1" {
			return fault("InvalidParameterValue", "Invalid parameter value: %s for: rds.force_ssl allowed values are: 0,1", value)
		}
		return nil
	case strings.HasPrefix(name, "rds."), strings.HasPrefix(name, "aurora_"), strings.HasPrefix(name, "apg_"):
		return notModelled("the parameter %s", name)
	case owned[name]:
		return notModelled("a change of the parameter %s", name)
	}
	return nil
}

// settingsLocked are the PostgreSQL settings of a cluster, and whether it refuses sessions without TLS.
func (s *Service) settingsLocked(at *region, spec ClusterSpec) (settings map[string]string, forceTLS bool, err error) {
	major, _, _ := strings.Cut(spec.EngineVersion, ".")
	// Since Aurora PostgreSQL 17 the default of rds.force_ssl is 1.
	number, err := strconv.Atoi(major)
	forceTLS = err == nil && number >= 17
	settings = map[string]string{
		// A standby that was cut off, and one that is made from a snapshot, need old log.
		"wal_keep_size": "512MB",
		// A standby whose link is dead looks for a new connection after this time; Aurora does not tell its own.
		"wal_receiver_timeout": "5s", "wal_sender_timeout": "5s", "wal_retrieve_retry_interval": "500ms",
	}
	if !s.config.Fsync {
		settings["fsync"] = "off"
	}
	if spec.ParameterGroup == "" || strings.HasPrefix(spec.ParameterGroup, "default.") {
		return settings, forceTLS, nil
	}
	group, ok := at.parameters[spec.ParameterGroup]
	if !ok {
		return nil, false, notFound("DBClusterParameterGroupNotFound", "DBClusterParameterGroup not found: %s", spec.ParameterGroup)
	}
	for name, value := range group.settings {
		if name == "rds.force_ssl" {
			forceTLS = value == "1"
			continue
		}
		settings[name] = value
	}
	return settings, forceTLS, nil
}

// access is the pg_hba.conf of every server: clients come over the socket from their endpoint, which asks members of
// rds_iam for a token; TCP is for our own probes and for standbys.
func access(master string) string {
	lines := []string{"local all postgres trust"}
	if master != "" {
		// The master user may hand rds_iam on and is therefore a member of it since PostgreSQL 16.
		lines = append(lines, fmt.Sprintf("local all %q scram-sha-256", master))
	}
	return strings.Join(append(lines,
		"local all +rds_iam trust",
		"local all all scram-sha-256",
		"hostssl all postgres all scram-sha-256",
		"hostssl replication postgres all scram-sha-256",
	), "\n") + "\n"
}
