package stack

import "github.com/paymentdr/paymentdr/internal/hclgen"

// statement is one statement of an IAM policy; fields that are empty are left out.
type statement struct {
	sid       string
	deny      bool
	actions   []string
	resources []any // string or hclgen.Expr
	principal hclgen.Expr
	condition hclgen.Expr
}

// policy writes the statements as readable jsonencode.
func policy(statements ...statement) hclgen.Expr {
	var list []any
	for _, s := range statements {
		list = append(list, s.expr())
	}
	return hclgen.JSON(hclgen.Object(
		hclgen.F("Version", "2012-10-17"),
		hclgen.F("Statement", hclgen.List(list...)),
	))
}

func (s statement) expr() hclgen.Expr {
	fields := []hclgen.Field{}
	if s.sid != "" {
		fields = append(fields, hclgen.F("Sid", s.sid))
	}
	effect := "Allow"
	if s.deny {
		effect = "Deny"
	}
	fields = append(fields, hclgen.F("Effect", effect))
	if s.principal != nil {
		fields = append(fields, hclgen.F("Principal", s.principal))
	}
	fields = append(fields, hclgen.F("Action", s.actions))
	switch len(s.resources) {
	case 0:
	case 1:
		fields = append(fields, hclgen.F("Resource", s.resources[0]))
	default:
		fields = append(fields, hclgen.F("Resource", hclgen.List(s.resources...)))
	}
	if s.condition != nil {
		fields = append(fields, hclgen.F("Condition", s.condition))
	}
	return hclgen.Object(fields...)
}

// service is the principal of an AWS service.
func service(names ...string) hclgen.Expr {
	if len(names) == 1 {
		return hclgen.Object(hclgen.F("Service", names[0]))
	}
	return hclgen.Object(hclgen.F("Service", names))
}

// when is a condition with one operator and one key.
func when(operator, key string, value any) hclgen.Expr {
	return hclgen.Object(hclgen.F(operator, hclgen.Object(hclgen.F(key, value))))
}

// assumedBy is a role's trust policy for one service of this account (AWS: the confused deputy problem).
func assumedBy(serviceName string, account hclgen.Expr) hclgen.Expr {
	s := statement{actions: []string{"sts:AssumeRole"}, principal: service(serviceName)}
	if account != nil {
		s.condition = when("StringEquals", "aws:SourceAccount", account)
	}
	return policy(s)
}

// keyWildcard ends the reason of every key: what its "kms:*" is for (KMS: default key policy).
const keyWildcard = " wildcard: the account's own policies decide who administers it; without that a key can lock everyone out."

// accountRoot lets the account's own IAM policies decide, without which a key could lock its owner out.
func accountRoot(account hclgen.Expr) statement {
	return statement{
		sid:       "AccountAdministers",
		actions:   []string{"kms:*"},
		resources: []any{"*"},
		principal: hclgen.Object(hclgen.F("AWS", hclgen.Template("arn:aws:iam::", account, ":root"))),
	}
}
