// Package schedule reads the schedule expressions of EventBridge rules, rate(value unit) and cron(six fields), and
// computes when they are due. It is pure: it knows no clock. All times are UTC, as a rule's are.
//
// The fields and wildcards are those of the EventBridge user guide (eb-scheduled-rule-pattern):
//
//	Minutes        0-59             , - * /
//	Hours          0-23             , - * /
//	Day-of-month   1-31             , - * ? / L W
//	Month          1-12 or JAN-DEC  , - * /
//	Day-of-week    1-7 or SUN-SAT   , - * ? L #
//	Year           1970-2199        , - * /
package schedule
