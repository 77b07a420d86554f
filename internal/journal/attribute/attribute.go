// Package attribute reads the attributes of the items that the journal and the control table keep.
package attribute

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// timeLayout is RFC 3339 in UTC with exactly six decimals, so that texts sort as the times do.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// FormatTime is t as the tables store it.
func FormatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// ParseTime reads what FormatTime wrote.
func ParseTime(stored string) (time.Time, error) { return time.Parse(timeLayout, stored) }

// Reader takes attributes out of an item and keeps the first fault in Err. After a fault the values mean nothing.
type Reader struct {
	Item map[string]types.AttributeValue
	Err  error
}

// Fail records a fault of an attribute, unless there was one before.
func (r *Reader) Fail(name, value string) {
	if r.Err == nil {
		r.Err = fmt.Errorf("attribute %s is %q", name, value)
	}
}

// Text reads a string.
func (r *Reader) Text(name string) string {
	value, ok := r.Item[name].(*types.AttributeValueMemberS)
	if !ok {
		r.Fail(name, "not a string")
		return ""
	}
	return value.Value
}

// Number reads an integer.
func (r *Reader) Number(name string) int64 {
	value, ok := r.Item[name].(*types.AttributeValueMemberN)
	if !ok {
		r.Fail(name, "not a number")
		return 0
	}
	parsed, err := strconv.ParseInt(value.Value, 10, 64)
	if err != nil {
		r.Fail(name, value.Value)
	}
	return parsed
}

// Time reads what FormatTime wrote.
func (r *Reader) Time(name string) time.Time {
	stored := r.Text(name)
	parsed, err := ParseTime(stored)
	if err != nil {
		r.Fail(name, stored)
	}
	return parsed
}
