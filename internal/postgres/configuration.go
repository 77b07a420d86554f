package postgres

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// longestSocket is how long a Unix socket's path may be (104 bytes with the closing zero on macOS, 108 on Linux).
const longestSocket = 103

// writeConfiguration writes the files that Start depends on; it is repeated before every start.
func (s *Server) writeConfiguration() error {
	if err := s.writeData("postgresql.conf", configuration(s.settings()), 0o600); err != nil {
		return err
	}
	if err := s.writeData("pg_hba.conf", hostAccess(s.options), 0o600); err != nil {
		return err
	}
	if tls := s.options.TLS; tls != nil {
		if err := s.writeData("server.crt", string(tls.CertificatePEM), 0o600); err != nil {
			return err
		}
		if err := s.writeData("server.key", string(tls.KeyPEM), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// settings are the server's parameters; the caller's win.
func (s *Server) settings() map[string]string {
	settings := map[string]string{
		"listen_addresses":        s.options.Address,
		"port":                    strconv.Itoa(s.port),
		"unix_socket_directories": s.SocketDir(),
		"unix_socket_permissions": "0700",
		"max_connections":         "100",
		"shared_buffers":          "64MB",
		"max_wal_size":            "1GB",
		"wal_level":               "replica",
		"wal_keep_size":           "128MB", // a standby that was away, and pg_rewind, need old log
		"hot_standby":             "on",
		"password_encryption":     "scram-sha-256",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"log_line_prefix":         "%m [%p] ",
		"logging_collector":       "off", // messages go to the log file that Start opens
		"jit":                     "off", // compiling costs more than any statement here runs
	}
	if s.options.TLS != nil {
		settings["ssl"] = "on"
	}
	if s.options.Standby != nil {
		settings["primary_conninfo"] = s.options.Standby.Primary
	}
	maps.Copy(settings, s.options.Settings)
	return settings
}

// configuration prints settings as postgresql.conf, sorted.
func configuration(settings map[string]string) string {
	var text strings.Builder
	text.WriteString("# Written at every start; put changes into the server's options.\n")
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&text, "%s = '%s'\n", name, strings.ReplaceAll(settings[name], "'", "''"))
	}
	return text.String()
}

// hostAccess prints pg_hba.conf: passwords over TCP, and the socket folder's mode guards the socket.
func hostAccess(options Options) string {
	if options.HostAccess != "" {
		return options.HostAccess
	}
	kind := "host"
	if options.TLS != nil && options.TLS.Required {
		kind = "hostssl"
	}
	return fmt.Sprintf("local all all trust\nlocal replication all trust\n%[1]s all all all scram-sha-256\n%[1]s replication all all scram-sha-256\n", kind)
}

// SocketDir is the folder of the Unix socket, only open to the server's own user and root. It is empty, and there is
// no socket, when the path would be longer than Unix allows.
func (s *Server) SocketDir() string {
	folder := filepath.Join(s.options.Dir, "socket")
	if len(folder)+len("/.s.PGSQL.65535") > longestSocket {
		return ""
	}
	return folder
}

// writeData writes a file of the data folder for the server's user, aside first.
func (s *Server) writeData(name, content string, mode os.FileMode) error {
	path := filepath.Join(s.dataDir(), name)
	aside := path + ".new"
	if err := os.WriteFile(aside, []byte(content), mode); err != nil {
		return fmt.Errorf("write server file: %w", err)
	}
	if err := s.account.own(aside); err != nil {
		return fmt.Errorf("write server file: %w", err)
	}
	if err := os.Rename(aside, path); err != nil {
		return fmt.Errorf("write server file: %w", err)
	}
	return nil
}
