package policy

import (
	"fmt"
	"strings"
	"testing"
)

const (
	topic = "arn:aws:sns:us-east-1:123456789012:payment-alerts"
	alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:payment-db-cpu"
)

// generated is what the files have.
const generated = `{"Version":"2012-10-17","Statement":[{"Sid":"AlarmsPublish","Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},
	"Action":["sns:Publish"],"Resource":"` + topic + `","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}]}`

func TestAllows(t *testing.T) {
	with := func(rest string) string {
		return `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"` + rest + `}}`
	}
	cloudwatch := Request{Service: "cloudwatch.amazonaws.com", Action: "SNS:Publish", Resource: topic, SourceARN: alarm, SourceAccount: "123456789012"}
	change := func(what func(*Request)) Request { changed := cloudwatch; what(&changed); return changed }
	for _, test := range []struct {
		name, policy string
		request      Request
		want         bool
	}{
		{"the generated policy", generated, cloudwatch, true},
		{"another account", generated, change(func(r *Request) { r.SourceAccount = "999999999999" }), false},
		{"another service", generated, change(func(r *Request) { r.Service = "events.amazonaws.com" }), false},
		{"another action", generated, change(func(r *Request) { r.Action = "SNS:DeleteTopic" }), false},
		{"another topic", generated, change(func(r *Request) { r.Resource += "-2" }), false},
		{"no source account", generated, change(func(r *Request) { r.SourceAccount = "" }), false},
		{"everybody", with(``), cloudwatch, true},
		{"everybody of AWS", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"SNS:Publish","Resource":"` + topic + `","Condition":{"StringEquals":{"AWS:SourceOwner":"123456789012"}}}]}`, cloudwatch, true},
		{"a role", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"SNS:Publish","Resource":"*"}]}`, cloudwatch, false},
		{"one of two services", `{"Statement":[{"Effect":"Allow","Principal":{"Service":["events.amazonaws.com","cloudwatch.amazonaws.com"]},"Action":"sns:Pub*","Resource":"arn:aws:sns:*:*:payment-?lerts"}]}`, cloudwatch, true},
		{"a denial wins", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"sns:publish","Resource":"*"}]}`, cloudwatch, false},
		{"a denial that does not apply", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, cloudwatch, true},
		{"ArnLike", with(`,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:cloudwatch:*:123456789012:alarm:*"}}`), cloudwatch, true},
		{"ArnEquals another", with(`,"Condition":{"ArnEquals":{"AWS:SourceArn":["arn:aws:cloudwatch:us-west-2:*:alarm:*"]}}`), cloudwatch, false},
		{"ArnNotLike", with(`,"Condition":{"ArnNotLike":{"aws:SourceArn":"arn:aws:cloudwatch:us-west-2:*:alarm:*"}}`), cloudwatch, true},
		{"one of two values", with(`,"Condition":{"StringEquals":{"aws:SourceAccount":["1","123456789012"]}}`), cloudwatch, true},
		{"none of two values", with(`,"Condition":{"StringNotEquals":{"aws:SourceAccount":["1","123456789012"]}}`), cloudwatch, false},
		{"both conditions", with(`,"Condition":{"StringLike":{"aws:SourceAccount":"1234*","aws:SourceArn":"*:alarm:x"}}`), cloudwatch, false},
		{"absent and negated", with(`,"Condition":{"StringNotEquals":{"aws:SourceArn":"x"}}`), change(func(r *Request) { r.SourceARN = "" }), true},
		{"absent", with(`,"Condition":{"StringLike":{"aws:SourceArn":"*"}}`), change(func(r *Request) { r.SourceARN = "" }), false},
		{"absent if it exists", with(`,"Condition":{"StringLikeIfExists":{"aws:SourceArn":"x"}}`), change(func(r *Request) { r.SourceARN = "" }), true},
		{"case", with(`,"Condition":{"StringEqualsIgnoreCase":{"aws:SourceArn":"` + strings.ToUpper(alarm) + `"}}`), cloudwatch, true},
	} {
		parsed, err := Parse(test.policy)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := parsed.Allows(test.request); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	statement := func(fields string) string { return `{"Statement":[{` + fields + `}]}` }
	whole := `"Effect":"Allow","Principal":"*","Action":"sns:Publish","Resource":"*"`
	for document, want := range map[string]string{
		``:                 "parse policy",
		`{"Statement":[]}`: "no statement",
		`{"Version":"2020-01-01","Statement":[]}`:                                              "version",
		statement(`"Effect":"Maybe","Principal":"*","Action":"sns:Publish","Resource":"*"`):    "neither Allow nor Deny",
		statement(`"Effect":"Allow","Principal":"me","Action":"sns:Publish","Resource":"*"`):   `principal "me"`,
		statement(`"Effect":"Allow","Action":"sns:Publish","Resource":"*"`):                    "no Principal",
		statement(`"Effect":"Allow","Principal":"*","Resource":"*"`):                           "no Action",
		statement(`"Effect":"Allow","Principal":"*","Action":"sns:Publish"`):                   "no Resource",
		statement(`"Effect":"Allow","Principal":"*","Action":"sqs:Send","Resource":"*"`):       "none of SNS",
		statement(`"Effect":"Allow","Principal":"*","Action":"Publish","Resource":"*"`):        "none of SNS",
		statement(`"Effect":"Allow","NotPrincipal":"*","Action":"sns:*","Resource":"*"`):       "NotPrincipal",
		statement(whole + `,"Condition":{"DateLessThan":{"aws:CurrentTime":"2030-01-01"}}`):    "operator DateLessThan",
		statement(whole + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-123"}}`):      "key aws:PrincipalOrgID",
		statement(whole + `,"Condition":{"ForAnyValue:StringEquals":{"aws:SourceArn":["x"]}}`): "operator ForAnyValue",
	} {
		if _, err := Parse(document); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", document, err, want)
		}
	}
}

func ExamplePolicy_Allows() {
	parsed, err := Parse(generated)
	if err != nil {
		panic(err)
	}
	fmt.Println(parsed.Allows(Request{Service: "cloudwatch.amazonaws.com", Action: "SNS:Publish", Resource: topic, SourceAccount: "123456789012"}))
	// Output: true
}
