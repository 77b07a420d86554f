package config

import (
	"net/url"
	"slices"
	"strings"
)

// IsDevelopment says whether the suffix is a development one: dev, or anything that begins with dev-.
func (c Config) IsDevelopment() bool {
	return c.EnvironmentSuffix == "dev" || strings.HasPrefix(c.EnvironmentSuffix, "dev-")
}

// Protected says whether deletion protection is on: as configured, otherwise unless the suffix is a development one.
func (c Config) Protected() bool {
	if c.Database.DeletionProtection != nil {
		return *c.Database.DeletionProtection
	}
	return !c.IsDevelopment()
}

// Preflight lists what is valid but a reason not to deploy. Objectives that are missed are ComputeObjectives' part.
func (c Config) Preflight() Violations {
	var found Violations
	refuse := func(key, value, reason, fix string) {
		found = append(found, Violation{Key: key, Value: value, Source: c.Source(key), Reason: reason, Fix: fix})
	}
	if ReservedDomain(c.Domain) {
		refuse("domain", c.Domain, "is reserved (RFC 2606, RFC 6761 and their like): nobody can own it, and Route 53 refuses zones below example.com", "set a domain that you own")
	}
	if c.API.Auth.None {
		refuse("api.auth", authNone, "lets anyone send payments", "set api.auth.jwt")
	} else if c.Source("api.auth.jwt.issuer") == sourceDefault && c.API.Auth.JWT.Issuer == derivedIssuer(c.Domain) && !ReservedDomain(c.Domain) {
		refuse("api.auth.jwt.issuer", c.API.Auth.JWT.Issuer, "is only derived from the domain: nobody said who issues tokens", "set your identity provider's issuer")
	} else if issuer, err := url.Parse(c.API.Auth.JWT.Issuer); err == nil && ReservedDomain(issuer.Hostname()) {
		refuse("api.auth.jwt.issuer", c.API.Auth.JWT.Issuer, "is on a reserved domain, so nobody can issue tokens", "set your identity provider's issuer")
	}
	if len(c.Alerts.Emails) == 0 {
		refuse("alerts.emails", "", "is empty: nobody would hear of an alarm", "name at least one address")
	}
	if c.Source("alerts.emails") == sourceDefault && slices.Equal(c.Alerts.Emails, derivedEmails(c.Domain)) && !ReservedDomain(c.Domain) {
		refuse("alerts.emails", strings.Join(c.Alerts.Emails, ","), "is only derived from the domain: nobody said who reads alarms", "name at least one address")
	}
	for _, email := range c.Alerts.Emails {
		if ReservedDomain(email[strings.LastIndexByte(email, '@')+1:]) {
			refuse("alerts.emails", email, "is on a reserved domain, so nobody reads it", "name an address that is read")
		}
	}
	if offered, versions := EngineVersionOffered(c.Database.EngineVersion); !offered {
		refuse("database.engine_version", c.Database.EngineVersion, "is not a version that Aurora creates for a global database, as far as this program knows", "choose from "+strings.Join(versions, ", "))
	}
	return found
}
