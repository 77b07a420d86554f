package expression

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

const itemJSON = `{"s":{"S":"hello"},"n":{"N":"5"},"ss":{"SS":["a","b"]},"l":{"L":[{"N":"1"},{"S":"x"},{"N":"3"}]},"m":{"M":{"k":{"S":"v"},"l":{"L":[{"N":"7"}]}}}}`

func read(t testing.TB, text string) attribute.Item {
	t.Helper()
	var item attribute.Item
	if err := json.Unmarshal([]byte(text), &item); err != nil {
		t.Fatal(err)
	}
	return item
}

func holders(t testing.TB) *Placeholders {
	t.Helper()
	p, err := NewPlaceholders(map[string]string{"#n": "n", "#status": "status"},
		read(t, `{":n":{"N":"5"},":s":{"S":"he"},":l":{"L":[{"S":"new"}]},":a":{"S":"a"},":set":{"SS":["b","c"]},":t":{"S":"L"}}`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestConditions(t *testing.T) {
	item := read(t, itemJSON)
	for text, want := range map[string]bool{
		"#n = :n": true, "#n <> :n": false, "n >= :n AND n <= :n": true, "n < :n OR n > :n": false,
		"NOT n < :n": true, "not n = :n or begins_with(s, :s)": true,
		"n = :n OR n <> :n AND n <> :n":              true, // AND binds closer
		"(n = :n OR n <> :n) AND n <> :n":            false,
		"attribute_exists(m.l[0])":                   true,
		"attribute_exists(m.l[1])":                   false,
		"attribute_not_exists(q.r)":                  true,
		"contains(ss, :a) AND NOT contains(s, :a)":   true,
		"attribute_type(l, :t)":                      true,
		"size(s) = :n AND size(l) < :n":              true,
		"size(n) = :n":                               false,
		"q <> :n":                                    true,
		"q = :n":                                     false,
		"s BETWEEN :a AND :s":                        false,
		"n IN (:s, :n)":                              true,
		"#status = :n":                               false,
		"attribute_not_exists(#status) AND (n) = :n": true,
	} {
		condition, err := ParseCondition("ConditionExpression", text, holders(t))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := condition.Holds(item); got != want {
			t.Errorf("%s is %t, want %t", text, got, want)
		}
	}
}

func TestUpdates(t *testing.T) {
	for text, want := range map[string]string{
		"SET n = n + :n":                         `{"n":{"N":"10"}}`,
		"SET n = :n - n":                         `{"n":{"N":"0"}}`,
		"SET l = list_append(:l, l)":             `{"l":{"L":[{"S":"new"},{"N":"1"},{"S":"x"},{"N":"3"}]}}`,
		"SET q = if_not_exists(q, :n)":           `{"q":{"N":"5"}}`,
		"SET q = if_not_exists(n, :s)":           `{"q":{"N":"5"}}`,
		"SET n = s, s = n":                       `{"n":{"S":"hello"},"s":{"N":"5"}}`,
		"SET m.k = :n, m.j = :n":                 `{"m":{"M":{"j":{"N":"5"},"k":{"N":"5"},"l":{"L":[{"N":"7"}]}}}}`,
		"SET l[9] = :n, l[8] = :s":               `{"l":{"L":[{"N":"1"},{"S":"x"},{"N":"3"},{"S":"he"},{"N":"5"}]}}`,
		"REMOVE l[0], l[1]":                      `{"l":{"L":[{"N":"3"}]}}`,
		"REMOVE l[1] SET l[0] = :a":              `{"l":{"L":[{"S":"a"},{"N":"3"}]}}`,
		"ADD n :n, q :n, ss :set":                `{"n":{"N":"10"},"q":{"N":"5"},"ss":{"SS":["a","b","c"]}}`,
		"DELETE ss :set":                         `{"ss":{"SS":["a"]}}`,
		"remove m.l[0] set q = :n delete q :set": "",
	} {
		update, err := ParseUpdate(text, holders(t))
		if err != nil {
			if want != "" {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		item := read(t, itemJSON)
		got, err := update.Apply(item)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if !item.Equal(read(t, itemJSON)) {
			t.Errorf("%s changed the item that was given", text)
		}
		expected := read(t, itemJSON)
		for name, value := range read(t, want) {
			expected[name] = value
		}
		if !got.Equal(expected) {
			t.Errorf("%s gives %s, want %s", text, mustJSON(t, got), mustJSON(t, expected))
		}
	}
}

func mustJSON(t *testing.T, item attribute.Item) string {
	t.Helper()
	encoded, err := json.Marshal(item)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestRefusals(t *testing.T) {
	deep := strings.Repeat("NOT ", 5000) + "n = :n"
	for text, want := range map[string]string{
		"":                            "can not be empty",
		"n = ":                        `Syntax error; token: "<EOF>"`,
		"n = :n AND":                  `Syntax error; token: "<EOF>"`,
		"n ; :n":                      `token: ";"`,
		"status = :n":                 "reserved keyword: status",
		"n = :missing":                "attribute value: :missing",
		"#missing = :n":               "attribute name: #missing",
		"nope(n)":                     "Invalid function name; function: nope",
		"size(n)":                     "not allowed to be used this way",
		"n = n":                       "must be distinct",
		"n BETWEEN :n AND :s":         "requires same data type",
		"attribute_exists(:n)":        "requires a document path",
		"((n = :n))":                  "redundant parentheses",
		"begins_with(s, :n)":          "operand type: N",
		"n < :set":                    "operand type: SS",
		deep:                          "exceeded the maximum allowed size",
		strings.Repeat("(", 200) + "": "Syntax error",
	} {
		if _, err := ParseCondition("ConditionExpression", text, holders(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s = %v, want %q", text, err, want)
		}
	}
}

func TestProjectionKeepsStructure(t *testing.T) {
	projection, err := ParseProjection("l[2], m.l[0], s, l[0], q", holders(t))
	if err != nil {
		t.Fatal(err)
	}
	want := read(t, `{"l":{"L":[{"N":"1"},{"N":"3"}]},"m":{"M":{"l":{"L":[{"N":"7"}]}}},"s":{"S":"hello"}}`)
	if got := projection.Of(read(t, itemJSON)); !got.Equal(want) {
		t.Errorf("projection is %s, want %s", mustJSON(t, got), mustJSON(t, want))
	}
}

// FuzzParse: no text makes a parser or an evaluation panic, and what is parsed once is parsed again.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"n = :n", "SET n = n + :n REMOVE l[0]", "a.b[1], #n", "(size(s) > :n) AND NOT contains(ss, :a)",
		"n BETWEEN :n AND :n", "ADD n :n DELETE ss :set", "SET l = list_append(if_not_exists(l, :l), :l)", "((", "n IN (:n", "#", ":", "[0]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		item := read(t, itemJSON)
		if condition, err := ParseCondition("ConditionExpression", text, holders(t)); err == nil {
			condition.Holds(item)
			condition.Holds(nil)
		}
		if update, err := ParseUpdate(text, holders(t)); err == nil {
			if next, err := update.Apply(item); err == nil {
				update.Written().Of(next)
			}
			if !item.Equal(read(t, itemJSON)) {
				t.Fatalf("%q changed the item that was given", text)
			}
		}
		if projection, err := ParseProjection(text, holders(t)); err == nil {
			projection.Of(item)
		}
		_, _ = ParseKeyCondition(text, holders(t), Key{"n", attribute.Number}, Key{"s", attribute.String})
	})
}
