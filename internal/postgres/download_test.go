package postgres

import (
	"os"
	"testing"
)

// The download needs a network and 15 MB, so it is a test of its own: make test-postgres-download.
func TestDownloadedServerStarts(t *testing.T) {
	if os.Getenv("PAYMENTDR_TEST_DOWNLOAD") == "" {
		t.Skip("set PAYMENTDR_TEST_DOWNLOAD=1 (make test-postgres-download) to download a PostgreSQL")
	}
	programs, err := download(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "download-test-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	server, err := Create(t.Context(), programs, Options{Dir: folder + "/server"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Remove()
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("PostgreSQL %s from %s", programs.Version, programs.Dir)
}
