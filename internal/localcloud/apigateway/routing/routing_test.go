package routing

import (
	"maps"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	table, err := New([]string{
		"GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default",
		"POST /payments", "GET /payments/{id}", "ANY /payments/{id}", "GET /payments/{id}/entries", "GET /payments/all/{what}", "ANY /",
		"GET /a/{b}/{c+}", "GET /a/x/{c+}",
	})
	if err != nil {
		t.Fatal(err)
	}
	type parameters = map[string]string
	for _, test := range []struct {
		method, path, key string
		parameters        parameters
	}{
		// The examples of the AWS documentation.
		{"GET", "/pets/dog/1", "GET /pets/dog/1", nil},
		{"GET", "/pets/dog/2", "GET /pets/dog/{id}", parameters{"id": "2"}},
		{"GET", "/pets/cat/1", "GET /pets/{proxy+}", parameters{"proxy": "cat/1"}},
		{"POST", "/test/5", "ANY /{proxy+}", parameters{"proxy": "test/5"}},

		{"POST", "/payments", "POST /payments", nil},
		{"GET", "/payments", "ANY /{proxy+}", parameters{"proxy": "payments"}},
		{"GET", "/payments/7", "GET /payments/{id}", parameters{"id": "7"}},
		{"DELETE", "/payments/7", "ANY /payments/{id}", parameters{"id": "7"}},
		{"GET", "/payments/7/entries", "GET /payments/{id}/entries", parameters{"id": "7"}},
		{"GET", "/payments/all/entries", "GET /payments/all/{what}", parameters{"what": "entries"}},
		{"GET", "/payments/", "ANY /{proxy+}", parameters{"proxy": "payments/"}},
		{"GET", "/payments/a%2Fb", "GET /payments/{id}", parameters{"id": "a/b"}},
		{"GET", "/payments/a%20b", "GET /payments/{id}", parameters{"id": "a b"}},
		{"GET", "/p%61yments/7", "GET /payments/{id}", parameters{"id": "7"}},
		{"GET", "/a/x/y/z", "GET /a/x/{c+}", parameters{"c": "y/z"}},
		{"GET", "/a/w/y/z", "GET /a/{b}/{c+}", parameters{"b": "w", "c": "y/z"}},
		{"GET", "/a/w/", "ANY /{proxy+}", parameters{"proxy": "a/w/"}},
		{"GET", "/", "ANY /", nil},
		{"GET", "//", "$default", nil},
	} {
		match, ok := table.Find(test.method, test.path)
		if !ok || match.Key != test.key || !maps.Equal(match.Parameters, test.parameters) {
			t.Errorf("%s %s: %q %v %t, want %q %v", test.method, test.path, match.Key, match.Parameters, ok, test.key, test.parameters)
		}
	}
}

func TestNoRoute(t *testing.T) {
	table, err := New([]string{"GET /health", "GET /payments/{id}"})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"GET /", "POST /health", "GET /health/", "GET /healthy", "GET /Health", "GET /payments/", "GET /payments/1/2"} {
		method, path, _ := strings.Cut(line, " ")
		if match, ok := table.Find(method, path); ok {
			t.Errorf("%s goes to %q", line, match.Key)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, keys := range [][]string{
		{"GET"}, {"GET payments"}, {"FETCH /payments"}, {"get /payments"}, {"GET /{a+}/b"}, {"GET /x{a}"}, {"GET /{}"}, {"GET /{a}/{a}"},
		{"GET /a", "GET /a"}, {"GET /{a}", "GET /{b}"}, {"$default", "$default"}, {"GET /{a+}", "GET /{b+}"}, {""},
	} {
		if _, err := New(keys); err == nil {
			t.Errorf("New(%q) was taken", keys)
		}
	}
}
