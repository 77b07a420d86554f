package health

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Type is what a health check does to its endpoint.
type Type string

// The types that are modelled. CALCULATED, CLOUDWATCH_METRIC and RECOVERY_CONTROL are refused.
const (
	HTTP                Type = "HTTP"
	HTTPS               Type = "HTTPS"
	HTTPStringMatching  Type = "HTTP_STR_MATCH"
	HTTPSStringMatching Type = "HTTPS_STR_MATCH"
	TCP                 Type = "TCP"
)

// Places are the Regions of Route 53's checkers, all of them unless a check names its own (three at least).
var places = [...]string{"us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"}

// Places lists the Regions in which Route 53 has checkers.
func Places() []string { return slices.Clone(places[:]) }

// ErrInvalid says that a health check cannot be made; the API's code for it is InvalidInput.
var ErrInvalid = errors.New("invalid health check")

// Config is one health check, as the API has it.
type Config struct {
	ID   string
	Type Type
	// Address is probed if it is valid, else the address of FQDN.
	Address netip.Addr
	// FQDN is the Host header and, with EnableSNI, the server name of TLS.
	FQDN string
	// Port is 80 for HTTP and 443 for HTTPS if zero; TCP has no default.
	Port int
	// Path is what HTTP probes get, "/" if empty; the query string belongs to it.
	Path string
	// SearchString must stand whole within the first 5,120 bytes of the body; string matching types only.
	SearchString string
	// Interval is 10 s or 30 s (if zero), from a response to the next request.
	Interval time.Duration
	// FailureThreshold is how many results in a row change a checker's mind, either way: 1 to 10, 3 if zero.
	FailureThreshold int
	// Inverted turns the status round; Disabled makes it healthy (inverted: unhealthy) and stops the probes.
	Inverted, Disabled bool
	EnableSNI          bool
	// Regions are the places of the checkers; empty for all.
	Regions []string
	// MeasureLatency is kept for the API; latency is in every result.
	MeasureLatency bool
	// Version is the API's HealthCheckVersion, 1 if zero.
	Version int64
}

// WithDefaults fills what AWS fills.
func (c Config) WithDefaults() Config {
	if c.Port == 0 && (c.Type == HTTP || c.Type == HTTPStringMatching) {
		c.Port = 80
	}
	if c.Port == 0 && c.secure() {
		c.Port = 443
	}
	if c.Interval == 0 {
		c.Interval = 30 * time.Second
	}
	if c.FailureThreshold == 0 {
		c.FailureThreshold = 3
	}
	if len(c.Regions) == 0 {
		c.Regions = Places()
	}
	if !strings.HasPrefix(c.Path, "/") {
		c.Path = "/" + c.Path
	}
	c.Version = max(c.Version, 1)
	return c
}

// Validate judges a configuration with its defaults filled in. The error joins all faults and is ErrInvalid.
func (c Config) Validate() error {
	var faults []error
	fault := func(wrong bool, format string, values ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf("%w %s: %s", ErrInvalid, c.ID, fmt.Sprintf(format, values...)))
		}
	}
	known := []Type{HTTP, HTTPS, HTTPStringMatching, HTTPSStringMatching, TCP}
	fault(c.ID == "", "no id")
	fault(!slices.Contains(known, c.Type), "type %q is not modelled, only %v are", c.Type, known)
	fault(!c.Address.IsValid() && c.FQDN == "", "neither an IP address nor a domain name")
	fault(!c.Address.IsValid() && net.ParseIP(c.FQDN) != nil, "domain name %q is an IP address", c.FQDN)
	fault(c.Port < 1 || c.Port > 65535, "port %d is not from 1 to 65535", c.Port)
	fault(c.Interval != 10*time.Second && c.Interval != 30*time.Second, "interval %s is neither 10s nor 30s", c.Interval)
	fault(c.FailureThreshold < 1 || c.FailureThreshold > 10, "failure threshold %d is not from 1 to 10", c.FailureThreshold)
	fault(c.matches() != (c.SearchString != ""), "search string %q with type %s", c.SearchString, c.Type)
	fault(len(c.SearchString) > 255, "search string of %d bytes, 255 are allowed", len(c.SearchString))
	fault(len(c.Path) > 255, "path of %d bytes, 255 are allowed", len(c.Path))
	fault(len(c.Regions) < 3, "%d checker Regions, at least 3 are needed", len(c.Regions))
	for _, region := range c.Regions {
		fault(!slices.Contains(places[:], region), "checker Region %q is none of %v", region, places)
	}
	return errors.Join(faults...)
}

func (c Config) secure() bool  { return c.Type == HTTPS || c.Type == HTTPSStringMatching }
func (c Config) matches() bool { return c.Type == HTTPStringMatching || c.Type == HTTPSStringMatching }

// host is what a probe connects to, and what it names in the Host header when there is no domain name.
func (c Config) host() string {
	if c.Address.IsValid() {
		return c.Address.String()
	}
	return c.FQDN
}

// hostHeader names the port only when it is not the scheme's own, as the API reference says.
func (c Config) hostHeader() string {
	name := c.FQDN
	if name == "" {
		name = c.host()
	}
	if (c.secure() && c.Port == 443) || (!c.secure() && c.Port == 80) {
		return name
	}
	return net.JoinHostPort(name, strconv.Itoa(c.Port))
}
