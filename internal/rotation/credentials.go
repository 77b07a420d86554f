package rotation

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// Credentials is the value of a database secret.
type Credentials struct {
	Username string
	Password string
	// MasterARN is the secret of the user who may change this one's role; empty means the user changes itself.
	MasterARN string

	fields map[string]json.RawMessage // the whole value, so that fields of others survive a rotation
}

// ParseCredentials reads a secret's value, which is a JSON object with engine, username, password and, for a user who
// is changed by another, masterarn. Other fields are kept. An error never contains a value.
func ParseCredentials(value string) (Credentials, error) {
	var credentials Credentials
	// The decoder's own message could quote a part of the password.
	if err := json.Unmarshal([]byte(value), &credentials.fields); err != nil {
		return Credentials{}, fmt.Errorf("parse credentials: not a JSON object")
	}
	var engine string
	for name, target := range map[string]*string{
		"engine": &engine, "username": &credentials.Username, "password": &credentials.Password, "masterarn": &credentials.MasterARN,
	} {
		field, ok := credentials.fields[name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(field, target); err != nil {
			return Credentials{}, fmt.Errorf("parse credentials: field %s is not a string", name)
		}
	}
	switch {
	case engine != "postgres":
		return Credentials{}, fmt.Errorf("parse credentials: engine is %q, want postgres", engine)
	case credentials.Username == "":
		return Credentials{}, fmt.Errorf("parse credentials: no username")
	case credentials.Password == "":
		return Credentials{}, fmt.Errorf("parse credentials: no password")
	}
	return credentials, nil
}

// with returns the same value for another user and password.
func (c Credentials) with(username, password string) (Credentials, error) {
	changed := Credentials{Username: username, Password: password, MasterARN: c.MasterARN, fields: maps.Clone(c.fields)}
	for name, value := range map[string]string{"username": username, "password": password} {
		encoded, err := json.Marshal(value)
		if err != nil {
			return Credentials{}, fmt.Errorf("encode credentials field %s: %w", name, err)
		}
		changed.fields[name] = encoded
	}
	return changed, nil
}

// value encodes the credentials for Secrets Manager.
func (c Credentials) value() (string, error) {
	encoded, err := json.Marshal(c.fields)
	if err != nil {
		return "", fmt.Errorf("encode credentials of %s: %w", c.Username, err)
	}
	return string(encoded), nil
}

// String leaves the password out, wherever credentials are printed.
func (c Credentials) String() string { return "credentials of " + c.Username }

// GoString is String, for %#v.
func (c Credentials) GoString() string { return c.String() }

// The two users of a group take turns.
const (
	suffixA = "_a"
	suffixB = "_b"
)

// alternate returns the other user of the group. Only these two names can ever come out, so a secret that someone
// changed cannot make the rotation alter any other role.
func alternate(group, username string) (string, error) {
	switch suffix, ok := strings.CutPrefix(username, group); {
	case ok && suffix == suffixA:
		return group + suffixB, nil
	case ok && suffix == suffixB:
		return group + suffixA, nil
	default:
		return "", fmt.Errorf("find the other user of %q: want %s or %s", username, group+suffixA, group+suffixB)
	}
}
