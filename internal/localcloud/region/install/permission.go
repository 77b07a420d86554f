package install

import (
	"context"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
)

type permission struct {
	of        *functions
	function  string
	statement lambda.Permission
}

func (f *functions) decodePermission(raw []byte) (resource, error) {
	if err := refuse(raw, "qualifier", "event_source_token", "principal_org_id", "function_url_auth_type"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		Function  string `json:"function_name"`
		ID        string `json:"statement_id"`
		Action    string
		Principal string
		Source    string `json:"source_arn"`
	}](raw)
	if err != nil {
		return nil, err
	}
	return permission{of: f, function: functionName(written.Function), statement: lambda.Permission{StatementID: written.ID, Action: written.Action,
		Principal: written.Principal, SourceARN: written.Source}}, nil
}

// id is all of it: a statement cannot be changed.
func (r permission) id() string {
	return strings.Join([]string{r.function, r.statement.StatementID, r.statement.Action, r.statement.Principal, r.statement.SourceARN}, " ")
}

func (r permission) lost() error { return r.of.lacks(r.function) }

func (r permission) install(context.Context) error {
	if err := r.lost(); err != nil {
		return err
	}
	statements := r.of.known[r.function].statements
	if statements[r.statement.StatementID] == r {
		return nil
	}
	if err := r.of.service.AddPermission(r.function, r.statement); err != nil {
		return err
	}
	statements[r.statement.StatementID] = r
	return nil
}

func (r permission) remove(context.Context) error {
	if r.lost() != nil {
		return nil
	}
	delete(r.of.known[r.function].statements, r.statement.StatementID)
	return gone(r.of.service.RemovePermission(r.function, r.statement.StatementID))
}

// functionName is the name in a function's name or ARN.
func functionName(identifier string) string {
	if _, name, ok := strings.Cut(identifier, ":function:"); ok {
		name, _, _ = strings.Cut(name, ":")
		return name
	}
	return identifier
}
