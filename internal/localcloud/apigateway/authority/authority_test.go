package authority

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func verify(a *Authority, certificate *x509.Certificate, name string) error {
	_, err := certificate.Verify(x509.VerifyOptions{Roots: a.Pool(), DNSName: name})
	return err
}

func TestCertificate(t *testing.T) {
	a, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		issued, asked string
		good          bool
	}{
		{"api.example.net", "api.example.net", true},
		{"API.example.net.", "api.example.net", true},
		{"api.example.net", "other.example.net", false},
		{"*.example.net", "a.example.net", true},
		{"*.example.net", "a.b.example.net", false},
		{"127.0.0.2", "127.0.0.2", true},
		{"127.0.0.2", "127.0.0.3", false},
	} {
		certificate, err := a.Certificate(test.issued)
		if err != nil {
			t.Fatal(err)
		}
		if err := verify(a, certificate.Leaf, test.asked); (err == nil) != test.good {
			t.Errorf("certificate of %s for %s: %v", test.issued, test.asked, err)
		}
	}
	one, _ := a.Certificate("api.example.net")
	two, _ := a.Certificate("api.example.net")
	if one != two {
		t.Error("a certificate was issued twice")
	}
}

func TestOpenKeepsTheAuthority(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "authority")
	first, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := second.Certificate("api.example.net")
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(first, certificate.Leaf, "api.example.net"); err != nil {
		t.Errorf("who trusts the first start does not trust the second: %v", err)
	}
	info, err := os.Stat(filepath.Join(folder, keyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %v, %v", info.Mode(), err)
	}
	content, err := os.ReadFile(filepath.Join(folder, CertificateFile))
	if err != nil || string(content) != string(first.PEM()) {
		t.Errorf("the file for clients is not the certificate: %v", err)
	}
}

func TestOpenRefusesWhatItCannotUse(t *testing.T) {
	for _, test := range []struct{ name, file, content, say string }{
		{"no PEM", CertificateFile, "hello", "no PEM file"},
		{"another key", keyFile, "", "do not belong together"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder, other := t.TempDir(), t.TempDir()
			for _, f := range []string{folder, other} {
				if _, err := Open(f); err != nil {
					t.Fatal(err)
				}
			}
			content := []byte(test.content)
			if test.content == "" {
				var err error
				if content, err = os.ReadFile(filepath.Join(other, test.file)); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(folder, test.file), content, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(folder); err == nil || !strings.Contains(err.Error(), test.say) {
				t.Errorf("Open = %v, want %q", err, test.say)
			}
		})
	}
}
