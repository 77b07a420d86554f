package config

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// reservedSuffixes cannot be delegated to anyone, and Route 53 refuses zones below example.com. They are the names of
// RFC 2606 and RFC 6761, then those of RFC 6762 (local), RFC 7686 (onion), RFC 8375 (home.arpa), RFC 9476 (alt) and
// ICANN's resolution of 2024-07-29 (internal).
var reservedSuffixes = []string{
	"example", "example.com", "example.net", "example.org", "invalid", "localhost", "test",
	"local", "onion", "home.arpa", "alt", "internal",
}

// ReservedDomain says whether a domain is, or is below, a name that nobody can own.
func ReservedDomain(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return slices.ContainsFunc(reservedSuffixes, func(suffix string) bool {
		return name == suffix || strings.HasSuffix(name, "."+suffix)
	})
}

var (
	allDigits = regexp.MustCompile(`^[0-9]+$`)
	zoneID    = regexp.MustCompile(`^Z[A-Z0-9]{1,31}$`)
)

func validateDomain(c Config, report reporter) {
	domain := c.Domain
	const key = "domain"
	_, top := cutLast(domain)
	ascii, err := idna.Lookup.ToASCII(strings.TrimRight(domain, "."))
	switch {
	case domain == "":
		report(key, domain, "is empty; the hosted zone needs a parent", "give a domain of yours")
	case strings.HasSuffix(domain, "."):
		report(key, domain, "ends with a dot", "write "+ascii)
	case err == nil && ascii != domain:
		report(key, domain, "is not in the form that DNS carries (lower case, IDNA)", "write "+ascii)
	case !domainName.allowed.MatchString(domain):
		report(key, domain, "is not a domain name: two or more labels of a-z, 0-9 and inner hyphens, 1 to 63 each ("+domainName.source+")", "")
	case allDigits.MatchString(top):
		report(key, domain, "ends with a number, as only addresses do", "")
	}
	if c.ParentZoneID != "" && !zoneID.MatchString(c.ParentZoneID) {
		report("parent_zone_id", c.ParentZoneID, "is not the id of a hosted zone", "write it as Z0123456789ABCDEFGHIJ, without /hostedzone/")
	}
}

func validateAuth(c Config, report reporter) {
	if c.API.Auth.None {
		return
	}
	issuer := c.API.Auth.JWT.Issuer
	address, err := url.Parse(issuer)
	if err != nil || address.Scheme != "https" || address.Hostname() == "" || address.RawQuery != "" || address.Fragment != "" || address.User != nil {
		report("api.auth.jwt.issuer", issuer, "is not an https URL without query and fragment, which OpenID discovery needs (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html)",
			"write it as https://auth.pay.example.net/")
	}
	const key = "api.auth.jwt.audience"
	audience := c.API.Auth.JWT.Audience
	if len(audience) == 0 {
		report(key, "", "is empty; a token for anyone would be accepted", "name the API's audience, or say api.auth: none")
	}
	reportRepeated(key, audience, report)
	if slices.Contains(audience, "") {
		report(key, strings.Join(audience, ","), "has an empty element", "")
	}
}

func validateAlerts(c Config, report reporter) {
	const key = "alerts.emails"
	for _, email := range c.Alerts.Emails {
		address, err := mail.ParseAddress(email)
		if err != nil || address.Address != email || !strings.Contains(email[strings.LastIndexByte(email, '@'):], ".") {
			report(key, email, "is not an e-mail address", "write it as name@domain, without a display name")
		}
	}
	reportRepeated(key, c.Alerts.Emails, report)
}

func reportRepeated(key string, elements []string, report reporter) {
	for i, element := range elements {
		if slices.Index(elements, element) < i {
			report(key, element, "is in the list twice", "")
		}
	}
}
