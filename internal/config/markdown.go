package config

import (
	"fmt"
	"strings"
)

// MarkdownTable is the README's table of all fields: key, type, default, environment variable, meaning.
func MarkdownTable() string {
	var text strings.Builder
	text.WriteString("| Key | Type | Default | Environment variable | Meaning |\n|---|---|---|---|---|\n")
	for _, field := range Fields() {
		fmt.Fprintf(&text, "| `%s` | %s | %s | `%s` | %s |\n", field.Key, field.typeInWords(), field.defaultInWords(), field.Variable(), field.Meaning)
	}
	return text.String()
}

func (f Field) typeInWords() string {
	switch {
	case f.Kind == KindAuth:
		return "`none` or a mapping"
	case len(f.Choices) > 0 && len(f.Choices) <= 4:
		return "`" + strings.Join(f.Choices, "`, `") + "`"
	case f.Maximum > 0:
		return fmt.Sprintf("%s, %d to %d", f.Kind, f.Minimum, f.Maximum)
	}
	return string(f.Kind)
}

func (f Field) defaultInWords() string {
	switch value := f.format(underived()); {
	case strings.Contains(f.Derived, "<"):
		return "`" + f.Derived + "`"
	case f.Derived != "":
		return f.Derived
	case value == "":
		return "none"
	case f.Kind == KindAuth:
		return "a mapping"
	default:
		return "`" + value + "`"
	}
}
