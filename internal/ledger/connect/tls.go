package connect

import (
	"crypto/x509"
	_ "embed"
	"fmt"
	"os"
)

// bundle is described in README.md.
//
//go:embed rds-global-bundle.pem
var bundle []byte

// roots returns the certificates to verify servers with. It is called at the first connection, not at the start:
// parsing takes some milliseconds.
func roots(caFile string) (*x509.CertPool, error) {
	content := bundle
	if caFile != "" {
		var err error
		if content, err = os.ReadFile(caFile); err != nil {
			return nil, fmt.Errorf("read ledger certificates: %w", err)
		}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return nil, fmt.Errorf("read ledger certificates: no certificate in %q", caFile)
	}
	return pool, nil
}
