package postgres

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// downloadVersion is the server that a download brings: the major version of the stack's default engine.
const downloadVersion = embedded.V17

// download returns the server in the cache, fetching it on the first call of a machine.
//
// The library is used to fetch and unpack only: it cannot run as root, start a standby, or hand out the process.
func download(ctx context.Context) (Binaries, error) {
	cache, err := cacheFolder()
	if err != nil {
		return Binaries{}, err
	}
	target := filepath.Join(cache, "postgresql-"+string(downloadVersion))
	if found, err := inspect(ctx, filepath.Join(target, "bin")); err == nil {
		return found, nil
	}
	unlock, err := lockFile(filepath.Join(cache, "download.lock"))
	if err != nil {
		return Binaries{}, fmt.Errorf("download postgres: %w", err)
	}
	defer unlock()
	if found, err := inspect(ctx, filepath.Join(target, "bin")); err == nil {
		return found, nil // another process was first
	}
	if err := fetch(cache, target); err != nil {
		return Binaries{}, err
	}
	return inspect(ctx, filepath.Join(target, "bin"))
}

// fetch unpacks the bundle aside and renames it to target, so that a broken download leaves nothing behind.
func fetch(cache, target string) error {
	aside, err := os.MkdirTemp(cache, "download-")
	if err != nil {
		return fmt.Errorf("download postgres: %w", err)
	}
	defer os.RemoveAll(aside)
	// A data folder that has nothing but its version: Start fetches, unpacks, and then fails to start a server on it.
	data := filepath.Join(aside, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return fmt.Errorf("download postgres: %w", err)
	}
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte(downloadVersion[:2]), 0o600); err != nil {
		return fmt.Errorf("download postgres: %w", err)
	}
	port, err := freePort("127.0.0.1")
	if err != nil {
		return fmt.Errorf("download postgres: %w", err)
	}
	unpacked := filepath.Join(aside, "unpacked")
	var output bytes.Buffer
	server := embedded.NewDatabase(embedded.DefaultConfig().
		Version(downloadVersion).Port(uint32(port)).Logger(&output).
		CachePath(aside).RuntimePath(filepath.Join(aside, "runtime")).BinariesPath(unpacked).DataPath(data))
	startErr := server.Start()
	if startErr == nil {
		// Cannot be: the data folder is empty. Whatever runs must not stay.
		return fmt.Errorf("download postgres: a server started on an empty data folder; stopped: %v", server.Stop())
	}
	if _, err := os.Stat(filepath.Join(unpacked, "bin", "postgres")); err != nil {
		return fmt.Errorf("download postgres %s: %w", downloadVersion, startErr)
	}
	if err := readableByAll(unpacked); err != nil {
		return fmt.Errorf("download postgres: %w", err)
	}
	if err := os.RemoveAll(target); err != nil {
		return fmt.Errorf("download postgres: %w", err)
	}
	if err := os.Rename(unpacked, target); err != nil {
		return fmt.Errorf("download postgres: %w", err)
	}
	return nil
}

// freePort asks the kernel for a TCP port of address that nobody listens on at this moment.
func freePort(address string) (int, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
