package pattern

import (
	"strings"
	"testing"
)

// TestTerms has the examples of the User Guide.
func TestTerms(t *testing.T) {
	for _, test := range []struct {
		pattern string
		matches []string
		others  []string
	}{
		{"", []string{"", "anything"}, nil},
		{"ERROR", []string{"[ERROR] A fatal exception has occurred", "Exiting with ERRORCODE: -1"}, []string{"error", ""}},
		{`"ERROR" - "Exiting"`, []string{"[ERROR] A fatal exception"}, []string{"Exiting with ERRORCODE: -1"}},
		{"ERROR -Exiting", []string{"[ERROR] A fatal exception"}, []string{"Exiting with ERRORCODE: -1"}},
		{"ERROR Exception", []string{"[ERROR] Caught IllegalArgumentException", "Exception: ERROR"}, []string{"[ERROR] Caught", "Exception"}},
		{`"Failed to process the request"`, []string{"[WARN] Failed to process the request"}, []string{"the request Failed to process"}},
		{"?ERROR ?WARN", []string{"ERROR WARN message", "ERROR message", "WARN message"}, []string{"INFO message"}},
		{"ERROR WARN", []string{"ERROR WARN message"}, []string{"ERROR message", "WARN message"}},
		{"ERROR -WARN", []string{"ERROR message"}, []string{"ERROR WARN message", "WARN message"}},
		{"?ERROR ?WARN INFO", []string{"INFO"}, []string{"ERROR"}},
		{"-ERROR", []string{"", "fine"}, []string{"ERROR"}},
		{`"say \"hello\""`, []string{`they say "hello"`}, []string{"say hello"}},
		{"%pay-[0-9]+%", []string{"pay-12"}, []string{"pay-x"}},
		{"-%5..% status", []string{"status 200"}, []string{"status 503", "200"}},
		{"größe", []string{"die größe"}, []string{"die grösse"}},
	} {
		check(t, test.pattern, test.matches, test.others)
	}
}

func check(t *testing.T, source string, matches, others []string) {
	t.Helper()
	parsed, err := Parse(source)
	if err != nil {
		t.Errorf("%s: %v", source, err)
		return
	}
	for _, message := range matches {
		if !parsed.Match(message) {
			t.Errorf("%s does not match %q", source, message)
		}
	}
	for _, message := range others {
		if parsed.Match(message) {
			t.Errorf("%s matches %q", source, message)
		}
	}
}

// The documents of the User Guide.
const (
	trail = `{"eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another value"],
		"objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "SomeObject": null, "ThisFlag": true}`
	users = `{"user": {"id": 1, "email": "John.Stiles@example.com"}, "users": [{"id": 2, "email": "John.Doe@example.com"},
		{"id": 3, "email": "Jane.Doe@example.com"}], "actions": ["GET", "PUT", "DELETE"], "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]]}`
)

// TestJSON has the examples of the User Guide.
func TestJSON(t *testing.T) {
	for source, document := range map[string]string{
		`{ $.eventType = "UpdateTrail" }`:                                    trail,
		`{ $.eventType = UpdateTrail }`:                                      trail,
		`{$.eventType="Update*"}`:                                            trail,
		`{ $.eventType = *Trail }`:                                           trail,
		`{ $.eventType = *dateT* }`:                                          trail,
		`{ $.eventType = * }`:                                                trail,
		`{ $.eventType = %^Up% }`:                                            trail,
		`{ $.sourceIPAddress != 123.123.* }`:                                 trail,
		`{ $.arrayKey[0] = "value" }`:                                        trail,
		`{ $.objectList[1].id = 2 }`:                                         trail,
		`{ $.SomeObject IS NULL }`:                                           trail,
		`{ $.SomeOtherObject NOT EXISTS }`:                                   trail,
		`{ $.ThisFlag IS TRUE }`:                                             trail,
		`{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }`: users,
		`{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }`: users,
		`{ $.coordinates[1][1] >= 5 && $.coordinates[1][1] <= 5 && $.coordinates[1][1] = 5.0 }`:                    users,
		`{ $.user.id < 1e1 }`:     users,
		`{ $.user.id > -1 }`:      users,
		`{ $.user.id != 2 }`:      users,
		`{ $.latency-ms >= 0.5 }`: `{"latency-ms": 0.5}`,
		`{ $.status = "503" }`:    `{"status": 503}`,
	} {
		check(t, source, []string{document}, []string{"no JSON", "[]", "{", document + "x"})
	}
	for source, document := range map[string]string{
		`{ $.eventType = "Update" }`:      trail,
		`{ $.eventType = "updatetrail" }`: trail,
		`{ $.eventType = Up*Trail }`:      trail, // a * in the middle is itself
		`{ $.eventType > 1 }`:             trail,
		`{ $.missing != 1 }`:              trail,
		`{ $.arrayKey = 1 }`:              trail,
		`{ $.arrayKey != 1 }`:             trail,
		`{ $.eventType[0] = "U" }`:        trail,
		`{ $.arrayKey[2] = "value" }`:     trail,
		`{ $.eventType.x = 1 }`:           trail,
		`{ $.missing IS NULL }`:           trail,
		`{ $.ThisFlag IS FALSE }`:         trail,
		`{ $.SomeObject NOT EXISTS }`:     trail,
		`{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }`:                               users,
		`{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }`: users,
		`{ $.user.id < 1 }`: users,
	} {
		check(t, source, nil, []string{document})
	}
}

func TestFaultyPatterns(t *testing.T) {
	for source, fault := range map[string]string{
		"[ip, user]":                   "not modelled",
		"foo-bar":                      "at character 4: a term with characters",
		`"open`:                        "the quote is not closed",
		"-":                            "expected a term",
		"%open":                        "not closed with %",
		"%(%":                          "missing closing",
		"{":                            "expected a selector",
		"{ $.a }":                      "expected =",
		"{ $.a = }":                    "expected a value",
		"{ $.a = 1":                    "expected &&, || or }",
		"{ $.a = 1 } x":                "expected the end",
		"{ ($.a = 1 }":                 "expected &&, || or )",
		"{ $ = 1 }":                    "expected a property",
		"{ $.a[x] = 1 }":               "expected an index",
		"{ $.a. = 1 }":                 "expected a property's name",
		"{ $.a > x }":                  "compares numbers only",
		"{ $.a IS 1 }":                 "expected NULL, TRUE or FALSE",
		"{ $.a NOT = 1 }":              "expected EXISTS",
		`{ $.a = "x }`:                 "the quote is not closed",
		"{ $.a = 1 && }":               "expected a selector",
		"{" + strings.Repeat("(", 200): "more than 100 parentheses",
	} {
		if _, err := Parse(source); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%.30s: error %v, want one with %q", source, err, fault)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{ ($.a[0].b = "x*" && $.n >= 1e3) || $.z IS NULL }`, trail)
	f.Add(`ERROR -"x y" ?WARN %a+%`, "ERROR")
	f.Fuzz(func(t *testing.T, source, message string) {
		if parsed, err := Parse(source); err == nil {
			parsed.Match(message)
		}
	})
}
