package events

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
	"github.com/paymentdr/paymentdr/internal/localcloud/events/schedule"
)

// Error is an error that the EventBridge API documents.
type Error = awserror.Error

// The states of a rule.
const (
	Enabled  = "ENABLED"
	Disabled = "DISABLED"
)

// Rule is what a rule's resource says.
type Rule struct {
	Name               string
	ScheduleExpression string
	State              string // "" is Enabled
	Description        string
	RoleARN            string
	Tags               map[string]string
}

// Target is whom a rule invokes.
type Target struct {
	Rule    string // its name
	ID, ARN string
	Input   string // JSON; "" sends the event itself
	RoleARN string
	// RetryPolicy of invocations whose error says that it is Retryable; zero values are AWS's.
	RetryPolicy RetryPolicy
	// RuleARN is set for Invoke: who invokes.
	RuleARN string
}

// RetryPolicy limits the retries of an invocation.
type RetryPolicy struct {
	MaximumRetryAttempts     *int `json:",omitempty"` // nil is 185
	MaximumEventAgeInSeconds int  `json:",omitempty"` // 0 is 24 hours
}

// The limits of the API's model, and the quota of targets.
const (
	maximumDescription = 512
	maximumInput       = 8192
	maximumARN         = 1600
	maximumTargets     = 5
	maximumAttempts    = 185
	minimumAge         = 60
	maximumAge         = 86400
)

var namePattern = regexp.MustCompile(`^[.\-_A-Za-z0-9]{1,64}$`)

func invalid(format string, arguments ...any) *Error {
	return awserror.Refuse("ValidationException", format, arguments...)
}

func tooMany() *Error {
	return awserror.Refuse("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
}

func checkName(name, member string) error {
	switch {
	case name == "":
		return awsjson.Constraint(nil, member, "Member must not be null")
	case !namePattern.MatchString(name):
		return awsjson.Constraint(name, member, `Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+ and have length between 1 and 64`)
	}
	return nil
}

// check returns the rule with its defaults and its schedule, or what PutRule answers.
func (r Rule) check() (Rule, schedule.Schedule, error) {
	if err := checkName(r.Name, "name"); err != nil {
		return r, schedule.Schedule{}, err
	}
	if r.State == "" {
		r.State = Enabled
	}
	r.Tags = maps.Clone(r.Tags)
	switch {
	case r.State != Enabled && r.State != Disabled:
		return r, schedule.Schedule{}, awsjson.Constraint(r.State, "state", "Member must satisfy enum value set: [ENABLED, DISABLED]")
	case len(r.Description) > maximumDescription:
		return r, schedule.Schedule{}, awsjson.Constraint(r.Description, "description", "Member must have length less than or equal to 512")
	case r.ScheduleExpression == "":
		return r, schedule.Schedule{}, invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.")
	}
	parsed, err := schedule.Parse(r.ScheduleExpression)
	if err != nil {
		return r, parsed, invalid("Parameter ScheduleExpression is not valid. (%s)", err)
	}
	return r, parsed, nil
}

// check answers what PutTargets answers.
func (t Target) check() error {
	if err := checkName(t.ID, "targets.member.id"); err != nil {
		return err
	}
	retries := t.RetryPolicy
	switch {
	case len(t.ARN) > maximumARN || strings.Count(t.ARN, ":") < 5 || !strings.HasPrefix(t.ARN, "arn:"):
		return invalid("Parameter %s is not valid. Reason: Provided Arn is not in correct format.", t.ARN)
	case len(t.Input) > maximumInput:
		return awsjson.Constraint(len(t.Input), "targets.member.input", "Member must have length less than or equal to 8192")
	case t.Input != "" && !json.Valid([]byte(t.Input)):
		return invalid("JSON syntax error in input for target %s.", t.ID)
	case retries.MaximumRetryAttempts != nil && (*retries.MaximumRetryAttempts < 0 || *retries.MaximumRetryAttempts > maximumAttempts):
		return awsjson.Constraint(*retries.MaximumRetryAttempts, "targets.member.retryPolicy.maximumRetryAttempts", "Member must have value between 0 and 185")
	case retries.MaximumEventAgeInSeconds != 0 && (retries.MaximumEventAgeInSeconds < minimumAge || retries.MaximumEventAgeInSeconds > maximumAge):
		return awsjson.Constraint(retries.MaximumEventAgeInSeconds, "targets.member.retryPolicy.maximumEventAgeInSeconds", "Member must have value between 60 and 86400")
	}
	return nil
}

func (p RetryPolicy) attempts() int {
	if p.MaximumRetryAttempts == nil {
		return maximumAttempts
	}
	return *p.MaximumRetryAttempts
}

func (p RetryPolicy) age() time.Duration {
	if p.MaximumEventAgeInSeconds == 0 {
		return maximumAge * time.Second
	}
	return time.Duration(p.MaximumEventAgeInSeconds) * time.Second
}

// rule is a rule with its targets and what runs it.
type rule struct {
	Rule
	arn      string
	schedule schedule.Schedule
	targets  map[string]Target
	late     time.Duration // of the next run
	stop     func()        // ends what runs it, nil if nothing does
}

// sorted lists the targets by id.
func (r *rule) sorted() []Target {
	var list []Target
	for _, id := range slices.Sorted(maps.Keys(r.targets)) {
		list = append(list, r.targets[id])
	}
	return list
}
