// Package routing chooses the route of a request as an HTTP API does ("Create routes for HTTP APIs in API Gateway"): a full
// match of method and path first, then a greedy path variable ({proxy+}), then $default.
package routing

import (
	"fmt"
	"net/url"
	"strings"
)

// Default is the key of the route that takes what no other route takes.
const Default = "$default"

// Any is the method of a route that takes every method.
const Any = "ANY"

var methods = map[string]bool{Any: true, "GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "OPTIONS": true}

// Table is the routes of an API.
type Table struct {
	routes []route
}

type route struct {
	key, method string
	segments    []string // as written; nil for $default
	greedy      bool
}

// Match is the chosen route.
type Match struct {
	// Key is the route key: "GET /payments/{id}".
	Key string
	// Parameters are the path variables, decoded; nil if there is none.
	Parameters map[string]string
}

// New checks route keys and makes a table of them.
func New(keys []string) (*Table, error) {
	table, seen := &Table{}, map[string]bool{}
	for _, key := range keys {
		parsed, err := parse(key)
		if err != nil {
			return nil, err
		}
		shape := parsed.shape()
		if seen[shape] {
			return nil, fmt.Errorf("route key %q: another route takes the same requests", key)
		}
		seen[shape] = true
		table.routes = append(table.routes, parsed)
	}
	return table, nil
}

func parse(key string) (route, error) {
	if key == Default {
		return route{key: key}, nil
	}
	method, path, found := strings.Cut(key, " ")
	if !found || !methods[method] || !strings.HasPrefix(path, "/") {
		return route{}, fmt.Errorf("route key %q: want $default, or a method and a path as in %q", key, "GET /payments/{id}")
	}
	r := route{key: key, method: method, segments: strings.Split(path[1:], "/")}
	names := map[string]bool{}
	for index, segment := range r.segments {
		name, variable := variableName(segment)
		if !variable {
			if strings.ContainsAny(segment, "{}") {
				return route{}, fmt.Errorf("route key %q: a path variable is a whole segment", key)
			}
			continue
		}
		greedy := strings.HasSuffix(name, "+")
		name = strings.TrimSuffix(name, "+")
		if name == "" || names[name] {
			return route{}, fmt.Errorf("route key %q: path variable %q is empty or there twice", key, segment)
		}
		if greedy && index != len(r.segments)-1 {
			return route{}, fmt.Errorf("route key %q: a greedy path variable must be at the end", key)
		}
		names[name] = true
		r.greedy = greedy
	}
	return r, nil
}

// shape is equal for two routes that no request can tell apart.
func (r route) shape() string {
	parts := []string{r.method}
	for _, segment := range r.segments {
		if name, variable := variableName(segment); variable {
			segment = "{}"
			if strings.HasSuffix(name, "+") {
				segment = "{+}"
			}
		}
		parts = append(parts, segment)
	}
	return strings.Join(parts, "/")
}

func variableName(segment string) (string, bool) {
	if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") {
		return segment[1 : len(segment)-1], true
	}
	return "", false
}

// Find chooses the best route for a method and an escaped path, and tells whether there is one. The order: paths
// without greedy variable before greedy ones, fixed segments before variables from the left, longer greedy prefixes before
// shorter ones, the method itself before ANY, $default last.
func (t *Table) Find(method, escapedPath string) (Match, bool) {
	segments := strings.Split(strings.TrimPrefix(escapedPath, "/"), "/")
	var best *route
	for index := range t.routes {
		candidate := &t.routes[index]
		if candidate.takes(method, segments) && (best == nil || candidate.before(best)) {
			best = candidate
		}
	}
	if best == nil {
		return Match{}, false
	}
	return Match{Key: best.key, Parameters: best.parameters(segments)}, true
}

func (r *route) takes(method string, segments []string) bool {
	if r.segments == nil {
		return true
	}
	if r.method != Any && r.method != method {
		return false
	}
	fixed := len(r.segments)
	if r.greedy {
		fixed--
		if len(segments) <= fixed || segments[fixed] == "" {
			return false // a greedy variable takes at least one child
		}
	} else if len(segments) != fixed {
		return false
	}
	for index := range fixed {
		if _, variable := variableName(r.segments[index]); variable {
			if segments[index] == "" {
				return false
			}
			continue
		}
		if decode(segments[index]) != r.segments[index] {
			return false
		}
	}
	return true
}

// before tells whether r is more specific than other; both take the request.
func (r *route) before(other *route) bool {
	if r.segments == nil || other.segments == nil {
		return r.segments != nil && other.segments == nil
	}
	if r.greedy != other.greedy {
		return other.greedy
	}
	for index := range min(len(r.segments), len(other.segments)) {
		_, variable := variableName(r.segments[index])
		if _, otherVariable := variableName(other.segments[index]); variable != otherVariable {
			return otherVariable
		}
	}
	if len(r.segments) != len(other.segments) {
		return len(r.segments) > len(other.segments)
	}
	return r.method != Any && other.method == Any
}

func (r *route) parameters(segments []string) map[string]string {
	var found map[string]string
	for index, segment := range r.segments {
		name, variable := variableName(segment)
		if !variable {
			continue
		}
		value := segments[index]
		if r.greedy && index == len(r.segments)-1 {
			value = strings.Join(segments[index:], "/")
		}
		if found == nil {
			found = map[string]string{}
		}
		found[strings.TrimSuffix(name, "+")] = decode(value)
	}
	return found
}

// decode takes a segment as it is if it is not well escaped.
func decode(segment string) string {
	if decoded, err := url.PathUnescape(segment); err == nil {
		return decoded
	}
	return segment
}
