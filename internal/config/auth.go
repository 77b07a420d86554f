package config

import (
	"errors"

	"github.com/goccy/go-yaml"
)

// The scalar values of api.auth.
const (
	authNone = "none"
	authJWT  = "jwt"
)

// String is the scalar form.
func (a Auth) String() string {
	if a.None {
		return authNone
	}
	return authJWT
}

func (a *Auth) set(text string) error {
	if text != authNone && text != authJWT {
		return errors.New(`is neither "none" nor a mapping with jwt`)
	}
	a.None = text == authNone
	return nil
}

// UnmarshalYAML reads `none`, `jwt` or a mapping with the key jwt, for a reader that decodes a Config by itself.
func (a *Auth) UnmarshalYAML(text []byte) error {
	var scalar string
	if yaml.Unmarshal(text, &scalar) == nil {
		return a.set(scalar)
	}
	var mapping struct {
		JWT JWT `yaml:"jwt"`
	}
	if err := yaml.UnmarshalWithOptions(text, &mapping, yaml.Strict()); err != nil {
		return err
	}
	a.None, a.JWT = false, mapping.JWT
	return nil
}

// MarshalYAML writes what UnmarshalYAML reads.
func (a Auth) MarshalYAML() (any, error) {
	if a.None {
		return authNone, nil
	}
	return map[string]JWT{authJWT: a.JWT}, nil
}
