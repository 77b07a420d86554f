package install

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// decode reads attributes into a value of the type. What JSON's own error would quote may be secret.
func decode[T any](raw []byte) (T, error) {
	var into T
	if err := json.Unmarshal(raw, &into); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return into, fmt.Errorf("decode attributes: %s cannot be a %s", strings.ToLower(wrong.Field), wrong.Value)
		}
		return into, errors.New("decode attributes: not the JSON of a resource")
	}
	return into, nil
}

// refuse is an error if one of the arguments is written that the services do not model: silently ignored, it would let a
// drill prove something else.
func refuse(raw []byte, names ...string) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return errors.New("decode attributes: not the JSON of a resource")
	}
	var written []string
	for _, name := range names {
		if value := string(bytes.TrimSpace(all[name])); !slices.Contains([]string{"", "null", "[]", "{}", "false", `""`, "0"}, value) {
			written = append(written, name)
		}
	}
	if len(written) > 0 {
		return fmt.Errorf("%s: not modelled here", strings.Join(written, ", "))
	}
	return nil
}

// first is the one block of a list, or the zero value.
func first[T any](blocks []T) T {
	if len(blocks) == 0 {
		var none T
		return none
	}
	return blocks[0]
}
