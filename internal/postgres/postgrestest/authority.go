package postgrestest

import "github.com/paymentdr/paymentdr/internal/postgres/certificate"

// Authority issues server certificates for tests.
type Authority = certificate.Authority

// NewAuthority makes an authority that lives for a day.
func NewAuthority() (*Authority, error) { return certificate.NewAuthority() }
