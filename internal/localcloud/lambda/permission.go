package lambda

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/arn"
)

// Permission lets an AWS service invoke a function: a statement of its resource policy.
type Permission struct {
	StatementID string
	// Action is lambda:InvokeFunction, or lambda:* .
	Action string
	// Principal is a service principal: events.amazonaws.com.
	Principal string
	// SourceARN limits it to resources (ArnLike: * and ? inside each of the six parts); "" is any resource.
	SourceARN string
}

// AddPermission adds a statement to a function's policy. An existing StatementID is a ResourceConflictException.
func (s *Service) AddPermission(function string, permission Permission) error {
	if permission.StatementID == "" || permission.Principal == "" {
		return invalid("permission of %s: StatementId and Principal are needed", function)
	}
	if permission.Action != "lambda:InvokeFunction" && permission.Action != "lambda:*" {
		return invalid("permission %s of %s: action %q allows nothing that is modelled", permission.StatementID, function, permission.Action)
	}
	if permission.SourceARN != "" && strings.Count(permission.SourceARN, ":") < 5 {
		return invalid("permission %s of %s: source ARN %q is no ARN", permission.StatementID, function, permission.SourceARN)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	d, err := s.findLocked(function)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(d.permissions, func(p Permission) bool { return p.StatementID == permission.StatementID }) {
		return &Error{Code: "ResourceConflictException", Status: http.StatusConflict,
			Message: fmt.Sprintf("The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", permission.StatementID)}
	}
	d.permissions = append(slices.Clone(d.permissions), permission)
	return nil
}

// RemovePermission removes a statement.
func (s *Service) RemovePermission(function, statementID string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	d, err := s.findLocked(function)
	if err != nil {
		return err
	}
	kept := slices.DeleteFunc(slices.Clone(d.permissions), func(p Permission) bool { return p.StatementID == statementID })
	if len(kept) == len(d.permissions) {
		return &Error{Code: CodeNotFound, Status: http.StatusNotFound, Message: fmt.Sprintf("Statement %s is not found in resource policy.", statementID)}
	}
	d.permissions = kept
	return nil
}

// allows decides whether the caller may invoke: an identity of the account may, a service needs a statement.
func (d *deployment) allows(caller Caller, options Options) error {
	if caller.Service == "" {
		return nil
	}
	for _, p := range d.permissions {
		if p.Principal == caller.Service && (p.SourceARN == "" || arn.Like(p.SourceARN, caller.SourceARN)) {
			return nil
		}
	}
	return &Error{Code: CodeDenied, Status: http.StatusForbidden,
		Message: fmt.Sprintf("%s for %s is not authorized to perform: lambda:InvokeFunction on resource: %s because no resource-based policy allows the lambda:InvokeFunction action",
			caller.Service, caller.SourceARN, options.arn(d.function.Name))}
}

// policy is the function's resource policy document, "" if it has no statement.
func (d *deployment) policy(options Options) string {
	if len(d.permissions) == 0 {
		return ""
	}
	statements := make([]map[string]any, 0, len(d.permissions))
	for _, p := range d.permissions {
		statement := map[string]any{
			"Sid": p.StatementID, "Effect": "Allow", "Principal": map[string]string{"Service": p.Principal},
			"Action": p.Action, "Resource": options.arn(d.function.Name),
		}
		if p.SourceARN != "" {
			statement["Condition"] = map[string]any{"ArnLike": map[string]string{"AWS:SourceArn": p.SourceARN}}
		}
		statements = append(statements, statement)
	}
	document, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Id": "default", "Statement": statements})
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(document)
}
