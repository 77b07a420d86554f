package lambda

import (
	"errors"
	"testing"
)

func TestPolicy(t *testing.T) {
	c := start(t, Options{})
	const source = "arn:aws:events:us-east-1:123456789012:rule/every-minute"
	invoke := func(caller Caller) error {
		_, err := c.Invoke(t.Context(), Invocation{Function: "probe", Caller: caller})
		return err
	}
	denied := func(err error) bool {
		var known *Error
		return errors.As(err, &known) && known.Code == CodeDenied && known.Status == 403
	}
	if err := invoke(Caller{}); err != nil {
		t.Errorf("an identity of the account is refused: %v", err)
	}
	if err := invoke(Caller{"events.amazonaws.com", source}); !denied(err) {
		t.Errorf("without a statement: %v, want AccessDeniedException", err)
	}
	statement := Permission{StatementID: "events", Action: "lambda:InvokeFunction", Principal: "events.amazonaws.com", SourceARN: source}
	if err := c.AddPermission("probe", statement); err != nil {
		t.Fatal(err)
	}
	var known *Error
	if err := c.AddPermission("probe", statement); !errors.As(err, &known) || known.Code != "ResourceConflictException" {
		t.Errorf("the same statement twice: %v", err)
	}
	if err := invoke(Caller{"events.amazonaws.com", source}); err != nil {
		t.Errorf("with its statement: %v", err)
	}
	if err := invoke(Caller{"events.amazonaws.com", source + "-or-so"}); !denied(err) {
		t.Errorf("another rule: %v", err)
	}
	if err := invoke(Caller{"apigateway.amazonaws.com", source}); !denied(err) {
		t.Errorf("another service: %v", err)
	}
	if err := c.RemovePermission("probe", "events"); err != nil {
		t.Fatal(err)
	}
	if err := invoke(Caller{"events.amazonaws.com", source}); !denied(err) {
		t.Errorf("after the statement was removed: %v", err)
	}
	if err := c.RemovePermission("probe", "events"); !errors.As(err, &known) || known.Code != CodeNotFound {
		t.Errorf("removed twice: %v", err)
	}
	for _, wrong := range []Permission{{}, {StatementID: "a", Action: "lambda:GetFunction", Principal: "x"}, {StatementID: "a", Action: "lambda:InvokeFunction", Principal: "x", SourceARN: "rule"}} {
		if err := c.AddPermission("probe", wrong); err == nil {
			t.Errorf("permission %+v was taken", wrong)
		}
	}
}
