package logs

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/awswire"
)

// Handler is the API (JSON 1.1, 2014-03-28). Signatures are not checked.
func (s *Service) Handler() http.Handler {
	return &awswire.Service{
		Name: "Logs_20140328", Logger: s.options.Logger,
		Operations: map[string]awswire.Operation{
			"CreateLogGroup":     awswire.Typed(s.createLogGroup),
			"CreateLogStream":    awswire.Typed(s.createLogStream),
			"DescribeLogGroups":  awswire.Typed(s.describeLogGroups),
			"DescribeLogStreams": awswire.Typed(s.describeLogStreams),
			"FilterLogEvents":    awswire.Typed(s.filterLogEvents),
			"GetLogEvents":       awswire.Typed(s.getLogEvents),
			"PutLogEvents":       awswire.Typed(s.putLogEvents),
		},
	}
}

type nothing struct{}

func invalid(format string, values ...any) error {
	return awswire.Invalid("InvalidParameterException", format, values...)
}

var (
	errNoGroup  = awswire.Invalid("ResourceNotFoundException", "The specified log group does not exist.")
	errNoStream = awswire.Invalid("ResourceNotFoundException", "The specified log stream does not exist.")
)

// named finds a group by name or identifier, which may be its ARN.
func (s *Service) named(name, identifier string) (*group, error) {
	if (name == "") == (identifier == "") {
		return nil, invalid("One of logGroupName and logGroupIdentifier is required")
	}
	if identifier != "" {
		name = strings.TrimSuffix(strings.TrimPrefix(identifier, s.arn("")), ":*")
	}
	if g := s.find(name); g != nil {
		return g, nil
	}
	return nil, errNoGroup
}

// limitOf checks a limit.
func limitOf(asked, usual, most int) (int, error) {
	switch {
	case asked == 0:
		return usual, nil
	case asked < 0 || asked > most:
		return 0, invalid("limit must be between 1 and %d", most)
	}
	return asked, nil
}

// token and placeOf write and read places in a group as opaque tokens.
func token(prefix string, p place) string {
	return fmt.Sprintf("%s/%020d%036d", prefix, p.time, p.serial)
}

func placeOf(text string) (prefix string, p place, err error) {
	prefix, digits, found := strings.Cut(text, "/")
	if !found || len(digits) != 56 {
		return "", p, invalid("The specified nextToken is invalid.")
	}
	if _, err := fmt.Sscanf(digits[:20]+" "+digits[20:], "%d %d", &p.time, &p.serial); err != nil {
		return "", p, invalid("The specified nextToken is invalid.")
	}
	return prefix, p, nil
}
