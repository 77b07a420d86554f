package config

import (
	"slices"
	"strings"
)

const (
	environmentPrefix = "PAYMENTDR_"
	// suffixVariable is the original's variable; the prefixed one wins over it.
	suffixVariable = "ENVIRONMENT_SUFFIX"
)

// environment applies the variables of the fields. An empty variable counts as not set, as CI systems pass unset
// parameters that way; a list is emptied by the file or a flag.
func (l *loader) environment(environ, others []string) {
	variables := map[string]string{}
	for _, entry := range environ {
		if name, value, _ := strings.Cut(entry, "="); value != "" {
			variables[name] = value
		}
	}
	if suffix, found := variables[suffixVariable]; found {
		field, _ := fieldByKey("environment_suffix")
		l.set(field, suffix, "environment variable "+suffixVariable)
	}
	known := slices.Clone(others)
	for _, field := range Fields() {
		name := field.Variable()
		known = append(known, name)
		if value, found := variables[name]; found {
			l.set(field, value, "environment variable "+name)
		}
	}
	l.unknownVariables(variables, known)
}

// unknownVariables refuses variables that were meant as a field: ones in a section of ours, or nearly a field's name.
func (l *loader) unknownVariables(variables map[string]string, known []string) {
	var names []string
	for name := range variables {
		if strings.HasPrefix(name, environmentPrefix) && !slices.Contains(known, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i := range known {
		known[i] = strings.TrimPrefix(known[i], environmentPrefix) // the common prefix would make all names near
	}
	for _, name := range names {
		advice := didYouMean(strings.TrimPrefix(name, environmentPrefix), known)
		advice = strings.Replace(advice, "mean ", "mean "+environmentPrefix, 1)
		if advice != "" || inSection(name) {
			l.refuse("", variables[name], "environment variable "+name, "is not the variable of a field", advice)
		}
	}
}

func inSection(variable string) bool {
	for _, section := range sections() {
		if strings.HasPrefix(variable, environmentPrefix+strings.ToUpper(strings.ReplaceAll(section, ".", "_"))+"_") {
			return true
		}
	}
	return false
}
