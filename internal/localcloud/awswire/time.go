package awswire

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Time is a timestamp: seconds since 1970 in JSON, the same under tag 1 in CBOR, ISO 8601 in forms and XML.
type Time struct{ time.Time }

// At is t as a field that is left out when t is zero.
func At(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	return &Time{t}
}

// tagEpoch is CBOR's tag of seconds since 1970.
const tagEpoch = 1

func (t Time) seconds() float64 { return float64(t.UnixMilli()) / 1000 }

func fromSeconds(seconds float64) Time {
	return Time{time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()}
}

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.seconds()) }

// UnmarshalJSON implements json.Unmarshaler; it takes ISO 8601, too.
func (t *Time) UnmarshalJSON(content []byte) error {
	var seconds float64
	if err := json.Unmarshal(content, &seconds); err == nil {
		*t = fromSeconds(seconds)
		return nil
	}
	var text string
	if err := json.Unmarshal(content, &text); err != nil {
		return fmt.Errorf("read time %s: %w", content, err)
	}
	return t.UnmarshalText([]byte(text))
}

// MarshalCBOR implements cbor.Marshaler.
func (t Time) MarshalCBOR() ([]byte, error) {
	return encodeMode.Marshal(cbor.Tag{Number: tagEpoch, Content: t.seconds()})
}

// UnmarshalCBOR implements cbor.Unmarshaler.
func (t *Time) UnmarshalCBOR(content []byte) error {
	var tag cbor.RawTag
	if err := decodeMode.Unmarshal(content, &tag); err != nil {
		return fmt.Errorf("read time: %w", err)
	}
	if tag.Number != tagEpoch {
		return fmt.Errorf("read time: tag %d is no time", tag.Number)
	}
	var seconds float64
	if err := decodeMode.Unmarshal(tag.Content, &seconds); err != nil {
		return fmt.Errorf("read time: %w", err)
	}
	*t = fromSeconds(seconds)
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (t Time) MarshalText() ([]byte, error) {
	return []byte(t.UTC().Format("2006-01-02T15:04:05.000Z")), nil
}

// UnmarshalText implements encoding.TextUnmarshaler; it takes seconds, too.
func (t *Time) UnmarshalText(content []byte) error {
	text := string(content)
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		*t = fromSeconds(seconds)
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02"} {
		if parsed, err := time.Parse(layout, text); err == nil {
			*t = Time{parsed.UTC()}
			return nil
		}
	}
	return fmt.Errorf("read time %q: neither ISO 8601 nor seconds", text)
}
