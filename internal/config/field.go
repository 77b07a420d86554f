package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Kind is the type of a field as a person writes it.
type Kind string

// The kinds. KindAuth is the scalar form of api.auth; its other form is the mapping below it.
const (
	KindText     Kind = "text"
	KindInteger  Kind = "integer"
	KindDuration Kind = "duration"
	KindBoolean  Kind = "boolean"
	KindList     Kind = "list"
	KindAuth     Kind = "auth"
)

// Field is one leaf of the configuration. The table Fields drives the file, the environment, the flags, the JSON
// Schema, the example and the README's table.
type Field struct {
	Key     string
	Kind    Kind
	Meaning string
	// Derived says in words what an absent value becomes, for a default that depends on other fields.
	Derived string
	// Choices are all allowed values, if there are few.
	Choices []string
	// Minimum and Maximum bound an integer, both inclusive; both zero means that it has no bounds of its own.
	Minimum, Maximum int
	// Rule says why a value outside Choices, Minimum and Maximum is refused, with its source.
	Rule    string
	pointer func(*Config) any
}

// Variable is the environment variable of the field.
func (f Field) Variable() string {
	return environmentPrefix + strings.ToUpper(strings.ReplaceAll(f.Key, ".", "_"))
}

var decimal = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

// set parses text into the field of a configuration; a list's elements are separated by commas.
func (f Field) set(c *Config, text string) error {
	switch pointer := f.pointer(c).(type) {
	case *string:
		*pointer = text
	case *int:
		if !decimal.MatchString(text) {
			return errors.New("is not a whole number")
		}
		number, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("is too large a number")
		}
		*pointer = number
	case *time.Duration:
		duration, err := time.ParseDuration(text)
		if err != nil {
			return errors.New("is not a duration with a unit, such as 10s, 2m or 1h30m")
		}
		*pointer = duration
	case **bool:
		if text != "true" && text != "false" {
			return errors.New("is neither true nor false")
		}
		value := text == "true"
		*pointer = &value
	case *[]string:
		*pointer = splitList(text)
	case *Auth:
		return pointer.set(text)
	default:
		return fmt.Errorf("set %s: no rule for %T", f.Key, pointer)
	}
	return nil
}

// format is the field's value as set reads it; a value that was never given is empty.
func (f Field) format(c Config) string {
	switch pointer := f.pointer(&c).(type) {
	case *string:
		return *pointer
	case *int:
		return strconv.Itoa(*pointer)
	case *time.Duration:
		return formatDuration(*pointer)
	case **bool:
		if *pointer == nil {
			return ""
		}
		return strconv.FormatBool(**pointer)
	case *[]string:
		return strings.Join(*pointer, ",")
	case *Auth:
		return pointer.String()
	}
	return ""
}

// splitList is the elements between commas, without surrounding blanks and without empty ones.
func splitList(text string) []string {
	var elements []string
	for element := range strings.SplitSeq(text, ",") {
		if element = strings.TrimSpace(element); element != "" {
			elements = append(elements, element)
		}
	}
	return elements
}

// formatDuration writes spans below two minutes in seconds, as people speak of them, and 2m0s as 2m.
func formatDuration(d time.Duration) string {
	if d > -2*time.Minute && d < 2*time.Minute && d%time.Second == 0 {
		return strconv.Itoa(int(d/time.Second)) + "s"
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
