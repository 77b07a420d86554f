// Package authority is a small certificate authority for the servers of this machine: it issues a certificate for each
// name when the name is first asked for, and writes its own certificate to a file for clients (curl --cacert, SSL_CERT_FILE).
package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	lifetime       = 365 * 24 * time.Hour // of the authority
	serverLifetime = 90 * 24 * time.Hour
	margin         = 24 * time.Hour // renewed when less is left
	skew           = time.Hour      // valid since so long, for clocks that differ
)

// The names of an authority's files in its folder.
const (
	CertificateFile = "ca.pem"
	keyFile         = "ca-key.pem"
)

// Authority issues server certificates. Its methods are safe for concurrent use.
type Authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         []byte

	mutex  sync.Mutex
	issued map[string]*tls.Certificate
}

// New makes an authority in memory.
func New() (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	serial, err := serialNumber()
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "paymentdr local authority", Organization: []string{"paymentdr"}},
		NotBefore: now.Add(-skew), NotAfter: now.Add(lifetime),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	return assemble(der, key)
}

func assemble(der []byte, key *ecdsa.PrivateKey) (*Authority, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	return &Authority{
		certificate: certificate, key: key, issued: map[string]*tls.Certificate{},
		pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
	}, nil
}

// Open returns the authority that is kept in folder, and makes and keeps a new one if there is none or it is about to
// expire. Several processes may share a folder once one of them has made it.
func Open(folder string) (*Authority, error) {
	a, err := load(folder)
	switch {
	case err == nil && time.Until(a.certificate.NotAfter) > margin:
		return a, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if a, err = New(); err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, fmt.Errorf("keep authority: %w", err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("keep authority: %w", err)
	}
	// The key first: a folder that has the certificate has both.
	if err := replace(filepath.Join(folder, keyFile), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600); err != nil {
		return nil, err
	}
	if err := replace(filepath.Join(folder, CertificateFile), a.pem, 0o644); err != nil {
		return nil, err
	}
	return a, nil
}

// replace writes a file as a whole or not at all.
func replace(path string, content []byte, mode fs.FileMode) error {
	temporary := path + ".new"
	if err := os.WriteFile(temporary, content, mode); err != nil {
		return fmt.Errorf("keep authority: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("keep authority: %w", err)
	}
	return nil
}

func load(folder string) (*Authority, error) {
	certificate, err := block(filepath.Join(folder, CertificateFile))
	if err != nil {
		return nil, err
	}
	encoded, err := block(filepath.Join(folder, keyFile))
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(encoded)
	if err != nil {
		return nil, fmt.Errorf("read authority: %s: %w", keyFile, err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("read authority: %s holds a %T", keyFile, parsed)
	}
	a, err := assemble(certificate, key)
	if err != nil {
		return nil, err
	}
	if public, ok := a.certificate.PublicKey.(*ecdsa.PublicKey); !ok || !public.Equal(&key.PublicKey) {
		return nil, fmt.Errorf("read authority: %s and %s in %s do not belong together: remove both", CertificateFile, keyFile, folder)
	}
	return a, nil
}

func block(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	found, _ := pem.Decode(content)
	if found == nil {
		return nil, fmt.Errorf("read authority: %s is no PEM file", path)
	}
	return found.Bytes, nil
}

// PEM is the authority's own certificate.
func (a *Authority) PEM() []byte { return a.pem }

// Pool trusts this authority and nothing else.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// Certificate returns the certificate of a name (api.example.net, *.example.net) or an IP address.
func (a *Authority) Certificate(name string) (*tls.Certificate, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return a.CertificateFor(name, name)
}

// CertificateFor returns the certificate of several names and addresses together; key tells it from others.
func (a *Authority) CertificateFor(key string, names ...string) (*tls.Certificate, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if known := a.issued[key]; known != nil && time.Until(known.Leaf.NotAfter) > margin {
		return known, nil
	}
	made, err := a.Issue(names...)
	if err != nil {
		return nil, err
	}
	a.issued[key] = made
	return made, nil
}

// Issue makes a new certificate for names and IP addresses together.
func (a *Authority) Issue(names ...string) (*tls.Certificate, error) {
	made, err := a.issue(names)
	if err != nil {
		return nil, fmt.Errorf("issue certificate for %s: %w", strings.Join(names, ", "), err)
	}
	return made, nil
}

func (a *Authority) issue(names []string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	until := now.Add(serverLifetime)
	if until.After(a.certificate.NotAfter) {
		until = a.certificate.NotAfter
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Organization: []string{"paymentdr"}},
		NotBefore: now.Add(-skew), NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range names {
		if address := net.ParseIP(name); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

func serialNumber() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
}
