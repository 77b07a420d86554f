package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// DefaultPath is the file that Load reads if none is named and this one exists.
const DefaultPath = "paymentdr.yaml"

// maximumFile is the largest file that is read, in bytes; the commented example has about 4 kB.
const maximumFile = 64 << 10

// LoadOptions say where the configuration comes from. The zero value means the default file, no environment, no flags.
type LoadOptions struct {
	// Path names the file; empty means DefaultPath, which may be missing. A named file must exist.
	Path string
	// Environment is the environment as os.Environ gives it.
	Environment []string
	// OtherVariables are variables with the prefix PAYMENTDR_ that are not fields but are known to the caller.
	OtherVariables []string
	// Set are overrides as key=value, in order; a list's elements are separated by commas.
	Set []string
}

// loader applies one source after the other. A value is blamed on the last source that gave it.
type loader struct {
	config     Config
	layers     map[string]int
	layer      int
	violations Violations
}

// Load reads the file, then the environment, then the flags, each over the former, and validates the result.
// The error is Violations with every fault found, or a wrapped error if the file cannot be read.
func Load(options LoadOptions) (Config, error) {
	l := &loader{config: underived(), layers: map[string]int{}}
	l.config.sources = map[string]string{}
	path, text, err := readFile(options.Path)
	if err != nil {
		return Config{}, err
	}
	l.file(path, text)
	l.layer++
	l.environment(options.Environment, options.OtherVariables)
	l.layer++
	l.flags(options.Set)
	l.reconcileAuth()
	c := fillDerived(l.config)
	if err := append(l.violations, l.consequent(c.Validate())...).Err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// readFile returns no text if the default file is missing.
func readFile(path string) (string, []byte, error) {
	named := path != ""
	if !named {
		path = DefaultPath
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return path, nil, nil
	}
	if err != nil {
		return path, nil, fmt.Errorf("open configuration: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maximumFile+1))
	if err != nil {
		return path, nil, fmt.Errorf("read configuration %s: %w", path, err)
	}
	if len(text) > maximumFile {
		return path, nil, fmt.Errorf("read configuration %s: more than %d bytes; this is not a paymentdr configuration", path, maximumFile)
	}
	return path, text, nil
}

// set gives a field its value from a source, or records why it cannot.
func (l *loader) set(field Field, value, source string) {
	if err := field.set(&l.config, value); err != nil {
		l.refuse(field.Key, value, source, err.Error(), "")
		return
	}
	l.config.sources[field.Key] = source
	l.layers[field.Key] = l.layer
}

func (l *loader) refuse(key, value, source, reason, fix string) {
	l.violations = append(l.violations, Violation{Key: key, Value: value, Source: source, Reason: reason, Fix: fix})
}

func (l *loader) flags(overrides []string) {
	for _, override := range overrides {
		source := "flag --set " + override
		key, value, found := strings.Cut(override, "=")
		if !found {
			l.refuse("", override, "flag --set", "is not key=value", "")
			continue
		}
		field, known := fieldByKey(key)
		if !known {
			l.refuse(key, "", source, "is not a field", didYouMean(key, keys()))
			continue
		}
		l.set(field, value, source)
	}
}

// reconcileAuth lets a later source's JWT settings replace an earlier `none`, and refuses both in one source.
func (l *loader) reconcileAuth() {
	none, said := l.layers["api.auth"]
	if !said || !l.config.API.Auth.None {
		return
	}
	for _, key := range []string{"api.auth.jwt.issuer", "api.auth.jwt.audience"} {
		layer, given := l.layers[key]
		if !given || layer < none {
			continue
		}
		if layer == none {
			l.refuse(key, "", l.config.sources[key], "contradicts api.auth: none, from "+l.config.sources["api.auth"], "remove one of them")
		}
		l.config.API.Auth.None = false
	}
}

// consequent leaves out what merely follows from a value that could not be read and so kept its default.
func (l *loader) consequent(found Violations) Violations {
	if len(l.violations) == 0 {
		return found
	}
	var kept Violations
	for _, violation := range found {
		if violation.Source != sourceDefault {
			kept = append(kept, violation)
		}
	}
	return kept
}

func fieldByKey(key string) (Field, bool) {
	for _, field := range Fields() {
		if field.Key == key {
			return field, true
		}
	}
	return Field{}, false
}

func keys() []string {
	var keys []string
	for _, field := range Fields() {
		keys = append(keys, field.Key)
	}
	return keys
}
