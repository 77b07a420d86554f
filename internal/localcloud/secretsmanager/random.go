package secretsmanager

import (
	"context"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/password"
)

type randomInput struct {
	PasswordLength                                                         *int
	ExcludeCharacters                                                      string
	ExcludeNumbers, ExcludePunctuation, ExcludeUppercase, ExcludeLowercase bool
	IncludeSpace                                                           bool
	RequireEachIncludedType                                                *bool
}

func (s *Service) getRandomPassword(_ context.Context, in *randomInput) (any, error) {
	rules := password.Rules{
		ExcludeCharacters: in.ExcludeCharacters, ExcludeNumbers: in.ExcludeNumbers, ExcludePunctuation: in.ExcludePunctuation,
		ExcludeUppercase: in.ExcludeUppercase, ExcludeLowercase: in.ExcludeLowercase, IncludeSpace: in.IncludeSpace,
		AnyTypes: in.RequireEachIncludedType != nil && !*in.RequireEachIncludedType,
	}
	if in.PasswordLength != nil {
		rules.Length = *in.PasswordLength
		switch {
		case rules.Length < 1:
			return nil, awsjson.Constraint(rules.Length, "passwordLength", "Member must have value greater than or equal to 1")
		case rules.Length > password.MaximumLength:
			return nil, awsjson.Constraint(rules.Length, "passwordLength", "Member must have value less than or equal to 4096")
		}
	}
	if len(in.ExcludeCharacters) > password.MaximumLength {
		return nil, awsjson.Constraint("...", "excludeCharacters", "Member must have length less than or equal to 4096")
	}
	made, err := password.Generate(rules)
	if err != nil {
		text := err.Error()
		return nil, invalid("%s%s.", strings.ToUpper(text[:1]), text[1:])
	}
	return map[string]string{"RandomPassword": made}, nil
}
