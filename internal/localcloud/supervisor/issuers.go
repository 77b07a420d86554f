package supervisor

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/issuer"
)

// issuers are the issuers of tokens that the files name, each under its own name on one address.
type issuers struct {
	mutex sync.Mutex
	known map[string]*issuer.Issuer // by URL
	hosts map[string]*issuer.Issuer // by host name
	// audience of the tokens that Token mints, and who mints them.
	first    string
	audience string
}

func newIssuers() *issuers {
	return &issuers{known: map[string]*issuer.Issuer{}, hosts: map[string]*issuer.Issuer{}}
}

// put makes the issuer of the URL, if there is none yet, for tokens of the audience.
func (i *issuers) put(address, audience string) error {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.known[address] != nil {
		return nil
	}
	parsed, err := url.Parse(address)
	if err != nil || parsed.Hostname() == "" {
		return fmt.Errorf("run issuer %q: it is no https URL", address)
	}
	made, err := issuer.New(address)
	if err != nil {
		return err
	}
	if i.first == "" {
		i.first, i.audience = address, audience
	}
	i.known[address], i.hosts[parsed.Hostname()] = made, made
	return nil
}

// tokenLifetime is long enough for any drill.
const tokenLifetime = 12 * time.Hour

// token mints a token for the first API's audience; "" if no API asks for one.
func (i *issuers) token(subject string) (string, error) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.first == "" {
		return "", nil
	}
	return i.known[i.first].Token(subject, i.audience, tokenLifetime, nil)
}

// ServeHTTP answers for the issuer that the request names.
func (i *issuers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	i.mutex.Lock()
	found := i.hosts[host]
	i.mutex.Unlock()
	if found == nil {
		http.Error(w, "no issuer "+host, http.StatusNotFound)
		return
	}
	found.Handler().ServeHTTP(w, r)
}

func (s *Supervisor) startIssuers() error {
	s.issuers = newIssuers()
	listener, err := net.Listen("tcp", s.layout.Issuer().String())
	if err != nil {
		return fmt.Errorf("listen for the issuer of tokens: %w", err)
	}
	s.serve(tls.NewListener(listener, &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return s.authority.Certificate(hello.ServerName)
		},
	}), s.issuers)
	return nil
}

// Token mints a bearer token for the payment API; "" when the API asks for none.
func (s *Supervisor) Token(subject string) (string, error) { return s.issuers.token(subject) }
