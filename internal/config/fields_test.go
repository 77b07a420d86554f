package config

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

// TestFieldsCoverTheStruct walks the struct, so that a field added there cannot be forgotten in the table.
func TestFieldsCoverTheStruct(t *testing.T) {
	var config Config
	leaves := map[string]uintptr{"api.auth": reflect.ValueOf(&config.API.Auth).Pointer()}
	collectLeaves(reflect.ValueOf(&config).Elem(), "", leaves)
	for _, field := range Fields() {
		address, found := leaves[field.Key]
		if !found {
			t.Errorf("%s is in the table and not in the struct", field.Key)
			continue
		}
		if got := reflect.ValueOf(field.pointer(&config)).Pointer(); got != address {
			t.Errorf("%s points to another field of the struct", field.Key)
		}
		delete(leaves, field.Key)
		if field.Meaning == "" || field.Kind == "" {
			t.Errorf("%s has no meaning or kind", field.Key)
		}
		if field.Kind == KindInteger && field.Maximum > 0 && field.Rule == "" && field.Minimum < 0 {
			t.Errorf("%s has bounds without a reason", field.Key)
		}
	}
	for key := range leaves {
		t.Errorf("%s is in the struct and not in the table", key)
	}
}

func collectLeaves(value reflect.Value, prefix string, leaves map[string]uintptr) {
	for i := range value.NumField() {
		tag := value.Type().Field(i).Tag.Get("yaml")
		if tag == "" || tag == "-" {
			continue
		}
		if value.Field(i).Kind() == reflect.Struct {
			collectLeaves(value.Field(i), prefix+tag+".", leaves)
			continue
		}
		leaves[prefix+tag] = value.Field(i).Addr().Pointer()
	}
}

// TestFieldsRoundTrip: what format writes, set reads.
func TestFieldsRoundTrip(t *testing.T) {
	for _, field := range Fields() {
		var copied Config
		text := field.format(Default())
		if text == "" {
			continue
		}
		if err := field.set(&copied, text); err != nil {
			t.Errorf("%s: set %q: %v", field.Key, text, err)
		}
		if got := field.format(copied); got != text {
			t.Errorf("%s: wrote %q, read back %q", field.Key, text, got)
		}
	}
}

func TestFieldVariables(t *testing.T) {
	var names []string
	for _, field := range Fields() {
		names = append(names, field.Variable())
	}
	if !slices.Contains(names, "PAYMENTDR_DATABASE_ENGINE_VERSION") {
		t.Errorf("no PAYMENTDR_DATABASE_ENGINE_VERSION in %v", names)
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != len(Fields()) {
		t.Error("two fields share a variable")
	}
}

func TestFormatDuration(t *testing.T) {
	for duration, want := range map[time.Duration]string{
		0: "0s", 10 * time.Second: "10s", time.Minute: "60s", 90 * time.Second: "90s", 2 * time.Minute: "2m",
		time.Hour: "1h", 90 * time.Minute: "1h30m", 10 * time.Minute: "10m", 1500 * time.Millisecond: "1.5s", -time.Second: "-1s",
		time.Hour + time.Second: "1h0m1s",
	} {
		got := formatDuration(duration)
		if got != want {
			t.Errorf("formatDuration(%v) = %s, want %s", duration, got, want)
		}
		if back, err := time.ParseDuration(got); err != nil || back != duration {
			t.Errorf("%s reads back as %v (%v), want %v", got, back, err, duration)
		}
	}
}
