package attribute

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestCanonicalNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0.00": "0", "+7": "7", "007.50": "7.5", "1e3": "1000", "1E-3": "0.001", "-12.340e1": "-123.4",
		"12345678901234567890123456789012345678": "12345678901234567890123456789012345678",
	} {
		if got, err := CanonicalNumber(text); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		"1e126": ErrNumberOverflow, "1e-131": ErrNumberUnderflow, "123456789012345678901234567890123456789": ErrNumberPrecision,
		"1e999999999": nil, "NaN": nil, "": nil, "1_0": nil, "0x1": nil, "1e": nil, "--1": nil, " 1": nil,
	} {
		if _, err := CanonicalNumber(text); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%q = %v, want %v", text, err, want)
		}
	}
}

func numbers() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		text := rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,17})?(e-?[0-9]{1,2})?`).Draw(t, "number")
		canonical, err := CanonicalNumber(text)
		if err != nil {
			t.Skip(err)
		}
		return canonical
	})
}

func TestKeyOrderIsNumberOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := numbers().Draw(t, "a"), numbers().Draw(t, "b")
		keyA, keyB := AppendKey(nil, Value{Kind: Number, Text: a}), AppendKey(nil, Value{Kind: Number, Text: b})
		if got, want := bytes.Compare(keyA, keyB), CompareNumbers(a, b); got != want {
			t.Fatalf("keys of %s and %s compare %d, numbers %d", a, b, got, want)
		}
	})
}

func TestKeyOrderIsTextOrderAndNoKeyBeginsAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0xfe, 0xff, 'a'}), 0, 4)
		a, b := texts.Draw(t, "a"), texts.Draw(t, "b")
		keyA, keyB := AppendKey(nil, Value{Kind: Binary, Text: string(a)}), AppendKey(nil, Value{Kind: Binary, Text: string(b)})
		if got, want := bytes.Compare(keyA, keyB), bytes.Compare(a, b); got != want {
			t.Fatalf("keys of %v and %v compare %d, texts %d", a, b, got, want)
		}
		if !bytes.Equal(a, b) && bytes.HasPrefix(keyA, keyB) {
			t.Fatalf("the key of %v begins with that of %v", a, b)
		}
	})
}

func TestWireFormIsReadBack(t *testing.T) {
	const text = `{"b":{"B":"aGk="},"bs":{"BS":["YQ==","Yg=="]},"l":{"L":[{"S":"a\"\u2028<"},{"N":"1.5"}]},"m":{"M":{"x":{"NULL":true}}},"ns":{"NS":["-1","2","10"]},"t":{"BOOL":false}}`
	var item Item
	if err := json.Unmarshal([]byte(text), &item); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(item)
	if err != nil {
		t.Fatal(err)
	}
	var again Item
	if err := json.Unmarshal(encoded, &again); err != nil || !item.Equal(again) {
		t.Errorf("read back %s (%v)", encoded, err)
	}
}

// TestSizes are the guide's examples of item sizes, and one byte for two digits.
func TestSizes(t *testing.T) {
	for text, want := range map[string]int{
		`{"a":{"S":"é"}}`: 3, `{"a":{"N":"27"}}`: 3, `{"a":{"N":"-27"}}`: 4, `{"a":{"BOOL":true}}`: 2, `{"a":{"L":[]}}`: 4,
		`{"a":{"M":{"bc":{"NULL":true}}}}`: 1 + 3 + 1 + 2 + 1, `{"a":{"SS":["b","cd"]}}`: 4, `{"a":{"B":"aGVsbG8="}}`: 6,
	} {
		var item Item
		if err := json.Unmarshal([]byte(text), &item); err != nil {
			t.Fatal(err)
		}
		if got := item.Size(); got != want {
			t.Errorf("%s counts %d bytes, want %d", text, got, want)
		}
	}
}
