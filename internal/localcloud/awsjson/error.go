package awsjson

import (
	"fmt"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
)

// Constraint is the error that services answer when a member of the request breaks the API's model.
func Constraint(value any, member, rule string) *awserror.Error {
	text := "null"
	if value != nil {
		text = fmt.Sprintf("'%v'", value)
	}
	return awserror.Refuse("ValidationException", "1 validation error detected: Value %s at '%s' failed to satisfy constraint: %s", text, member, rule)
}
