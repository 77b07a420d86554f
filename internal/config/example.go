package config

import (
	"fmt"
	"strconv"
	"strings"
)

// ExampleYAML is the commented file that `paymentdr init` writes: every field with its default. A field whose default
// is empty or depends on others is commented out, so that the file means exactly Default.
func ExampleYAML() []byte {
	var text strings.Builder
	text.WriteString("# yaml-language-server: $schema=" + SchemaAddress + "\n")
	text.WriteString("# Configuration of paymentdr. Every key is optional; these are the defaults. A variable of the environment wins over\n")
	text.WriteString("# this file (ENVIRONMENT_SUFFIX, and PAYMENTDR_ before each key, as in PAYMENTDR_HEALTH_CHECK_TTL), a flag over both.\n")
	open := ""
	for _, field := range Fields() {
		section, last := cutLast(field.Key)
		writeSections(&text, open, section)
		open = section
		indent := strings.Repeat("  ", strings.Count(field.Key, "."))
		if section == "" {
			text.WriteString("\n")
		}
		text.WriteString(indent + "# " + strings.ReplaceAll(field.Meaning, "`", "") + choicesComment(field) + "\n")
		if field.Kind == KindAuth {
			text.WriteString(indent + "# " + last + ": none\n")
			continue
		}
		text.WriteString(indent + exampleLine(field, last) + "\n")
	}
	return []byte(text.String())
}

// writeSections opens the sections of a key that are not open yet.
func writeSections(text *strings.Builder, open, section string) {
	parts := strings.Split(section, ".")
	for i := range parts {
		path := strings.Join(parts[:i+1], ".")
		if path == "" || path == open || strings.HasPrefix(open, path+".") {
			continue
		}
		if i == 0 {
			text.WriteString("\n")
		}
		text.WriteString(strings.Repeat("  ", i) + parts[i] + ":\n")
	}
}

// choicesComment lists few choices; the Regions' are in the schema and in the message of a wrong one.
func choicesComment(field Field) string {
	if len(field.Choices) == 0 || len(field.Choices) > 4 || field.Kind == KindAuth {
		return ""
	}
	return " One of " + strings.Join(field.Choices, ", ") + "."
}

func exampleLine(field Field, last string) string {
	value := field.format(underived())
	switch {
	case field.Derived != "":
		return fmt.Sprintf("# %s: %s   # default: %s", last, derivedExample(field), field.Derived)
	case field.Kind == KindList && value == "":
		return "# " + last + ": []"
	case field.Kind == KindList:
		return last + ": [" + strings.ReplaceAll(value, ",", ", ") + "]"
	case value == "":
		return "# " + last + `: ""`
	case field.Kind == KindText && looksLikeNumber(value):
		return last + ": " + strconv.Quote(value)
	}
	return last + ": " + value
}

// derivedExample is what a field with a derived default could be set to.
func derivedExample(field Field) string {
	if field.Kind == KindBoolean {
		return "true"
	}
	return field.format(Default())
}

func looksLikeNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
