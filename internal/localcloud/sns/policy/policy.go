package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/arn"
)

// Request is what a service wants to do.
type Request struct {
	Service                  string // "cloudwatch.amazonaws.com"
	Action                   string // "SNS:Publish"
	Resource                 string // the topic's ARN
	SourceARN, SourceAccount string
}

// Policy is a parsed policy.
type Policy struct{ statements []statement }

type statement struct {
	deny       bool
	principals []string // services, and "*"
	actions    []string
	resources  []string
	conditions []condition
}

// texts is a text or a list of them.
type texts []string

func (t *texts) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(content, (*[]string)(t))
}

// list is one statement or several.
type list []json.RawMessage

func (l *list) UnmarshalJSON(content []byte) error {
	if strings.HasPrefix(strings.TrimSpace(string(content)), "{") {
		*l = list{json.RawMessage(content)}
		return nil
	}
	return json.Unmarshal(content, (*[]json.RawMessage)(l))
}

// Parse reads a policy document.
func Parse(document string) (*Policy, error) {
	var top struct {
		Version   string
		ID        string `json:"Id"`
		Statement list
	}
	if err := json.Unmarshal([]byte(document), &top); err != nil {
		return nil, fmt.Errorf("parse policy: %w", err)
	}
	if top.Version != "" && top.Version != "2012-10-17" && top.Version != "2008-10-17" {
		return nil, fmt.Errorf("parse policy: version %q is unknown", top.Version)
	}
	if len(top.Statement) == 0 {
		return nil, fmt.Errorf("parse policy: it has no statement")
	}
	parsed := &Policy{}
	for i, raw := range top.Statement {
		one, err := parseStatement(raw)
		if err != nil {
			return nil, fmt.Errorf("parse policy: statement %d: %w", i+1, err)
		}
		parsed.statements = append(parsed.statements, one)
	}
	return parsed, nil
}

func parseStatement(raw json.RawMessage) (statement, error) {
	var in struct {
		Sid, Effect      string
		Principal        json.RawMessage
		Action, Resource texts
		Condition        map[string]map[string]texts
	}
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.DisallowUnknownFields() // NotPrincipal, NotAction, NotResource turn the meaning round
	if err := decoder.Decode(&in); err != nil {
		return statement{}, err
	}
	one := statement{deny: in.Effect == "Deny", actions: in.Action, resources: in.Resource}
	switch {
	case in.Effect != "Allow" && in.Effect != "Deny":
		return one, fmt.Errorf("effect %q is neither Allow nor Deny", in.Effect)
	case len(in.Action) == 0:
		return one, fmt.Errorf("it has no Action")
	case len(in.Resource) == 0:
		return one, fmt.Errorf("it has no Resource")
	}
	for _, action := range in.Action {
		if service, _, ok := strings.Cut(action, ":"); action != "*" && (!ok || !strings.EqualFold(service, "sns")) {
			return one, fmt.Errorf("action %q is none of SNS", action)
		}
	}
	var err error
	if one.principals, err = parsePrincipal(in.Principal); err != nil {
		return one, err
	}
	one.conditions, err = parseConditions(in.Condition)
	return one, err
}

// parsePrincipal returns services and "*". Accounts and roles are of no use to a service: identities are believed anyway.
func parsePrincipal(raw json.RawMessage) ([]string, error) {
	var everybody string
	if json.Unmarshal(raw, &everybody) == nil {
		if everybody != "*" {
			return nil, fmt.Errorf("principal %q is not *", everybody)
		}
		return []string{"*"}, nil
	}
	var kinds map[string]texts
	if err := json.Unmarshal(raw, &kinds); err != nil || len(kinds) == 0 {
		return nil, fmt.Errorf("it has no Principal that can be read")
	}
	var principals []string
	for kind, names := range kinds {
		for _, name := range names {
			if kind == "Service" || kind == "AWS" && name == "*" {
				principals = append(principals, name)
			}
		}
	}
	return principals, nil
}

// Allows is IAM's rule: a statement must allow it, and none may deny it.
func (p *Policy) Allows(request Request) bool {
	allowed := false
	for _, one := range p.statements {
		if !one.applies(request) {
			continue
		}
		if one.deny {
			return false
		}
		allowed = true
	}
	return allowed
}

func (s statement) applies(request Request) bool {
	service := func(name string) bool { return name == "*" || name == request.Service }
	action := func(pattern string) bool {
		return arn.Match(strings.ToLower(pattern), strings.ToLower(request.Action))
	}
	resource := func(pattern string) bool { return arn.Match(pattern, request.Resource) }
	return slices.ContainsFunc(s.principals, service) && slices.ContainsFunc(s.actions, action) &&
		slices.ContainsFunc(s.resources, resource) &&
		!slices.ContainsFunc(s.conditions, func(c condition) bool { return !c.holds(request) })
}
