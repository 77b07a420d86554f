package tables

import (
	"regexp"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
)

// Account is the AWS account of the local cloud, the same in every service.
const Account = "123456789012"

var namePattern = regexp.MustCompile(`^[a-zA-Z0-9_.-]+$`)

// ConstrainName checks the spelling of a table's name or ARN.
func ConstrainName(c *fault.Constraints, name *string) {
	constrainSpelling(c, name, "tableName", 1, 1024, true)
}

func constrainSpelling(c *fault.Constraints, name *string, member string, shortest, longest int, arn bool) {
	if name == nil {
		c.Present(false, member)
		return
	}
	quoted := "'" + *name + "'"
	if !arn || !strings.HasPrefix(*name, "arn:") {
		c.Require(namePattern.MatchString(*name), quoted, member, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
	}
	switch {
	case len(*name) < shortest && shortest == 1:
		c.Require(false, quoted, member, "Member must have length greater than or equal to 1")
	case len(*name) < shortest:
		c.Require(false, quoted, member, "Member must have length greater than or equal to 3")
	case len(*name) > longest && longest == 255:
		c.Require(false, quoted, member, "Member must have length less than or equal to 255")
	case len(*name) > longest:
		c.Require(false, quoted, member, "Member must have length less than or equal to 1024")
	}
}

// PlainName is the name in a name or an ARN of a table of this Region.
func PlainName(name, region string) (string, error) {
	if !strings.HasPrefix(name, "arn:") {
		return name, nil
	}
	plain, ok := strings.CutPrefix(name, arn(region, ""))
	if !ok {
		return "", fault.Validation("Invalid table ARN, or a table of another Region or account: %s", name)
	}
	return plain, nil
}

func arn(region, table string) string {
	return "arn:aws:dynamodb:" + region + ":" + Account + ":table/" + table
}
