package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sourceDefault is the source of a value that nothing set.
const sourceDefault = "default"

// Source says where a key's value came from: file:line:column, an environment variable, a flag, or "default".
func (c Config) Source(key string) string {
	if source, found := c.sources[key]; found {
		return source
	}
	return sourceDefault
}

// Validate returns everything about the configuration that AWS would refuse or that cannot work, in a stable order.
// Whether the objectives can be met is ComputeObjectives' answer; whether it may be deployed is Preflight's.
func (c Config) Validate() Violations {
	var found Violations
	report := func(key, value, reason, fix string) {
		found = append(found, Violation{Key: key, Value: value, Source: c.Source(key), Reason: reason, Fix: fix})
	}
	for _, check := range []func(Config, reporter){
		validateFields, validateRegions, validateSuffix, validateDomain, validateNames, validateNetwork,
		validateTimes, validateDatabase, validateAuth, validateAlerts, validateState, validateLogs,
	} {
		check(c, report)
	}
	return found
}

// validateFields checks what the field table itself says.
func validateFields(c Config, report reporter) {
	for _, field := range Fields() {
		value := field.format(c)
		reason := field.Rule
		if number, err := strconv.Atoi(value); field.Kind == KindInteger && err == nil && field.Maximum > 0 &&
			(number < field.Minimum || number > field.Maximum) {
			bounds := fmt.Sprintf("must be between %d and %d", field.Minimum, field.Maximum)
			report(field.Key, value, strings.TrimSuffix(bounds+": "+reason, ": "), "")
		}
		if len(field.Choices) > 0 && !slices.Contains(field.Choices, value) {
			if reason == "" {
				reason = "is not one of the choices"
			}
			report(field.Key, value, reason, "choose from "+strings.Join(field.Choices, ", "))
		}
	}
}

// validateNames checks the length of every name that the stack makes, and blames the tightest limit of each key.
func validateNames(c Config, report reporter) {
	type excess struct {
		rule NameRule
		name string
		by   int
	}
	worst := map[string]excess{}
	for _, rule := range NameRules() {
		key := "environment_suffix"
		switch {
		case strings.Contains(rule.Pattern, "{domain}"):
			key = "domain"
		case strings.Contains(rule.Pattern, "{prefix}"):
			if c.State.Backend != StateS3 {
				continue
			}
			key = "state.bucket_prefix"
		}
		name := rule.Longest(c)
		if by := len(name) - rule.Maximum; by > worst[key].by {
			worst[key] = excess{rule, name, by}
		}
	}
	for _, key := range []string{"environment_suffix", "domain", "state.bucket_prefix"} {
		over, found := worst[key]
		if !found {
			continue
		}
		field, _ := fieldByKey(key)
		value := field.format(c)
		fix := fmt.Sprintf("shorten it, or the suffix, by %d characters", over.by)
		if key == "environment_suffix" {
			fix = fmt.Sprintf("use at most %d characters", len(value)-over.by)
		}
		report(key, value, fmt.Sprintf("makes a name that is too long (%s): %s has %d characters, the limit is %d (%s)",
			over.rule.Kind, over.name, len(over.name), over.rule.Maximum, over.rule.Source), fix)
	}
}
