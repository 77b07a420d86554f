package payment_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/payment"
)

func TestParseRequestReads(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       payment.Payment
		amount     string
	}{
		{"all fields", `{"paymentId":"pay-1","amount":"12.50","currency":"EUR"}`, payment.Payment{ID: "pay-1", Money: payment.Money{MinorUnits: 1250, Currency: "EUR"}}, `"12.50"`},
		{"a number and the default currency", `{"paymentId":"pay-1","amount":12.5}`, payment.Payment{ID: "pay-1", Money: payment.Money{MinorUnits: 1250, Currency: "USD"}}, `12.5`},
		{"a number that no double holds", `{"paymentId":"p","amount":9007199254740.93}`, payment.Payment{ID: "p", Money: payment.Money{MinorUnits: 900719925474093, Currency: "USD"}}, `9007199254740.93`},
		{"white space around", " \r\n\t{ \"amount\" : 1 , \"paymentId\" : \"p\" } \n", payment.Payment{ID: "p", Money: payment.Money{MinorUnits: 100, Currency: "USD"}}, `1`},
		{"escapes in strings", `{"paymentId":"\u0070ay","amount":"\u0031"}`, payment.Payment{ID: "pay", Money: payment.Money{MinorUnits: 100, Currency: "USD"}}, `"\u0031"`},
		{"the longest id", `{"amount":1,"paymentId":"` + strings.Repeat("x", 128) + `"}`, payment.Payment{ID: strings.Repeat("x", 128), Money: payment.Money{MinorUnits: 100, Currency: "USD"}}, `1`},
		{"every character of an id", `{"amount":1,"paymentId":"aZ09._~:-"}`, payment.Payment{ID: "aZ09._~:-", Money: payment.Money{MinorUnits: 100, Currency: "USD"}}, `1`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := payment.ParseRequest([]byte(test.body), payment.RefuseUnknown)
			if err != nil || got.Payment != test.want || string(got.AmountJSON) != test.amount {
				t.Fatalf("got %+v, %s, %v; want %+v, %s", got.Payment, got.AmountJSON, err, test.want, test.amount)
			}
		})
	}
}

// refusals are bodies and the one problem that each must have.
var refusals = []struct {
	name, body string
	want       *payment.Problem
}{
	{"no body", ``, payment.ProblemEmptyBody},
	{"white space only", " \n", payment.ProblemEmptyBody},
	{"not JSON", `paymentId=1`, payment.ProblemInvalidJSON},
	{"cut off", `{"paymentId":"p"`, payment.ProblemInvalidJSON},
	{"cut off in a string", `{"paymentId":"p`, payment.ProblemInvalidJSON},
	{"trailing comma", `{"paymentId":"p","amount":1,}`, payment.ProblemInvalidJSON},
	{"leading zero", `{"paymentId":"p","amount":01}`, payment.ProblemInvalidJSON},
	{"plus sign", `{"paymentId":"p","amount":+1}`, payment.ProblemInvalidJSON},
	{"hexadecimal", `{"paymentId":"p","amount":0x1}`, payment.ProblemInvalidJSON},
	{"single quotes", `{'paymentId':'p'}`, payment.ProblemInvalidJSON},
	{"a name that is no string", `{1:2}`, payment.ProblemInvalidJSON},
	{"mismatched brackets", `{]`, payment.ProblemInvalidJSON},
	{"raw control character", "{\"paymentId\":\"a\nb\",\"amount\":1}", payment.ProblemInvalidJSON},
	{"invalid UTF-8", "{\"paymentId\":\"a\xff\",\"amount\":1}", payment.ProblemInvalidJSON},
	{"byte order mark", "\ufeff{}", payment.ProblemInvalidJSON},
	{"an array", `[{"paymentId":"p","amount":1}]`, payment.ProblemNotAnObject},
	{"a string", `"p"`, payment.ProblemNotAnObject},
	{"null", `null`, payment.ProblemNotAnObject},
	{"a number", `1`, payment.ProblemNotAnObject},
	{"an array cut off", `[1`, payment.ProblemInvalidJSON},
	{"NaN", `{"paymentId":"p","amount":NaN}`, payment.ProblemInvalidNumber},
	{"Infinity", `{"paymentId":"p","amount":Infinity}`, payment.ProblemInvalidNumber},
	{"-Infinity", `{"paymentId":"p","amount":-Infinity}`, payment.ProblemInvalidNumber},
	{"NaN as a string", `{"paymentId":"p","amount":"NaN"}`, payment.ProblemInvalidNumber},
	{"-Infinity as a string", `{"paymentId":"p","amount":"-Infinity"}`, payment.ProblemInvalidNumber},
	{"NaN alone", `NaN`, payment.ProblemInvalidNumber},
	{"duplicate key", `{"paymentId":"p","amount":1,"amount":2}`, payment.ProblemDuplicateKey},
	{"duplicate key by escape", `{"paymentId":"p","amount":1,"\u0061mount":1}`, payment.ProblemDuplicateKey},
	{"trailing object", `{"paymentId":"p","amount":1}{}`, payment.ProblemTrailingData},
	{"trailing text", `{"paymentId":"p","amount":1} x`, payment.ProblemTrailingData},
	{"unknown field", `{"paymentId":"p","amount":1,"curency":"JPY"}`, payment.ProblemUnknownField},
	{"known field in another case", `{"paymentId":"p","Amount":1}`, payment.ProblemUnknownField},
	{"no id", `{"amount":1}`, payment.ProblemMissingField},
	{"no amount", `{"paymentId":"p"}`, payment.ProblemMissingField},
	{"empty id", `{"paymentId":"","amount":1}`, payment.ProblemMissingField},
	{"empty amount", `{"paymentId":"p","amount":""}`, payment.ProblemMissingField},
	{"null id", `{"paymentId":null,"amount":1}`, payment.ProblemMissingField},
	{"null currency is not the default", `{"paymentId":"p","amount":1,"currency":null}`, payment.ProblemWrongType},
	{"number as id", `{"paymentId":1,"amount":1}`, payment.ProblemWrongType},
	{"boolean amount", `{"paymentId":"p","amount":true}`, payment.ProblemWrongType},
	{"object amount", `{"paymentId":"p","amount":{"value":1}}`, payment.ProblemWrongType},
	{"array amount", `{"paymentId":"p","amount":[1]}`, payment.ProblemWrongType},
	{"number as currency", `{"paymentId":"p","amount":1,"currency":840}`, payment.ProblemWrongType},
	{"long id", `{"amount":1,"paymentId":"` + strings.Repeat("x", 129) + `"}`, payment.ProblemPaymentIDTooLong},
	{"control character in id", `{"paymentId":"a\u0000b","amount":1}`, payment.ProblemPaymentIDCharacters},
	{"newline in id", `{"paymentId":"a\nb","amount":1}`, payment.ProblemPaymentIDCharacters},
	{"slash in id", `{"paymentId":"a/b","amount":1}`, payment.ProblemPaymentIDCharacters},
	{"id that is a path step", `{"paymentId":"..","amount":1}`, payment.ProblemPaymentIDCharacters},
	{"letter outside ASCII in id", `{"paymentId":"é","amount":1}`, payment.ProblemPaymentIDCharacters},
	{"lone surrogate in id", `{"paymentId":"\ud800","amount":1}`, payment.ProblemPaymentIDCharacters},
	{"1e400", `{"paymentId":"p","amount":1e400}`, payment.ProblemAmountTooLarge},
	{"negative zero", `{"paymentId":"p","amount":-0}`, payment.ProblemAmountNegativeZero},
	{"zero", `{"paymentId":"p","amount":0}`, payment.ProblemAmountZero},
	{"negative", `{"paymentId":"p","amount":-5}`, payment.ProblemAmountNegative},
	{"0.001 USD", `{"paymentId":"p","amount":0.001}`, payment.ProblemAmountPrecision},
	{"1.5 JPY", `{"paymentId":"p","amount":1.5,"currency":"JPY"}`, payment.ProblemAmountPrecision},
	{"words as amount", `{"paymentId":"p","amount":"ten"}`, payment.ProblemAmountFormat},
	{"amount with its currency", `{"paymentId":"p","amount":"1 USD"}`, payment.ProblemAmountFormat},
	{"unknown currency", `{"paymentId":"p","amount":1,"currency":"ABC"}`, payment.ProblemUnknownCurrency},
	{"too large", `{"paymentId":"p","amount":1,"note":"` + strings.Repeat("x", payment.MaxBody) + `"}`, payment.ProblemBodyTooLarge},
	{"too deep", strings.Repeat("[", 2000) + strings.Repeat("]", 2000), payment.ProblemNotAnObject},
}

func TestParseRequestRefuses(t *testing.T) {
	for _, test := range refusals {
		t.Run(test.name, func(t *testing.T) {
			got, err := payment.ParseRequest([]byte(test.body), payment.RefuseUnknown)
			var problem *payment.Problem
			if !errors.As(err, &problem) || problem.Type != test.want.Type {
				t.Fatalf("got %+v, %v; want %v", got, err, test.want)
			}
			if problem.Status < 400 || problem.Status > 499 || problem.Detail == "" {
				t.Errorf("problem %+v is not a 4xx with a detail", problem)
			}
		})
	}
}

func TestUnknownFieldsOfABareEventAreTolerated(t *testing.T) {
	body := []byte(`{"paymentId":"p","amount":1,"note":{"any":[1]}}`)
	if _, err := payment.ParseRequest(body, payment.TolerateUnknown); err != nil {
		t.Fatal(err)
	}
	twice := []byte(`{"paymentId":"p","amount":1,"note":1,"note":1}`)
	if _, err := payment.ParseRequest(twice, payment.TolerateUnknown); !errors.Is(err, payment.ProblemDuplicateKey) {
		t.Fatalf("an unknown field given twice = %v", err)
	}
}

func TestProblemTypesAreDistinctAndListed(t *testing.T) {
	seen := map[string]bool{}
	for _, problem := range payment.Problems() {
		name, ok := strings.CutPrefix(problem.Type, payment.ProblemBase)
		if !ok || name == "" || seen[problem.Type] {
			t.Errorf("type %q has another base, no name, or stands twice", problem.Type)
		}
		if problem.Title == "" || problem.Status < 400 {
			t.Errorf("%+v has no title or no error status", problem)
		}
		seen[problem.Type] = true
	}
	for _, test := range refusals {
		if !seen[test.want.Type] {
			t.Errorf("%s is answered and not listed", test.want.Type)
		}
	}
}

func TestFingerprintIsOfWhatIsAskedFor(t *testing.T) {
	parse := func(body string) string {
		t.Helper()
		request, err := payment.ParseRequest([]byte(body), payment.RefuseUnknown)
		if err != nil {
			t.Fatal(err)
		}
		return request.Fingerprint()
	}
	one := parse(`{"paymentId":"p","amount":"10.00","currency":"USD"}`)
	for _, same := range []string{`{"amount":10,"paymentId":"p"}`, `{"paymentId":"p","amount":1e1}`, `{"paymentId":"p","amount":"10.0000"}`} {
		if parse(same) != one {
			t.Errorf("%s has another fingerprint", same)
		}
	}
	for _, other := range []string{`{"paymentId":"q","amount":10}`, `{"paymentId":"p","amount":10.01}`, `{"paymentId":"p","amount":10,"currency":"EUR"}`} {
		if parse(other) == one {
			t.Errorf("%s has the same fingerprint", other)
		}
	}
	// Recorded payments are compared with it for years: it may never change.
	if want := "17869a4c2e05472db59dd734f135b030113d605ecad87b6c3b5a92cab2bb7367"; one != want {
		t.Errorf("fingerprint is %s, was always %s", one, want)
	}
}

func TestWrittenRequestsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := payment.Payment{
			ID:    rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}`).Draw(t, "id"),
			Money: payment.Money{MinorUnits: rapid.Int64Range(1, payment.MaxMinorUnits).Draw(t, "units"), Currency: drawCurrency(t)},
		}
		var amount any = want.Money.Amount()
		if rapid.Bool().Draw(t, "number") {
			amount = json.Number(want.Money.Amount())
		}
		body, err := json.Marshal(map[string]any{"paymentId": want.ID, "amount": amount, "currency": want.Money.Currency})
		if err != nil {
			t.Fatal(err)
		}
		got, err := payment.ParseRequest(body, payment.RefuseUnknown)
		if err != nil || got.Payment != want {
			t.Fatalf("%s is read %+v (%v), want %+v", body, got.Payment, err, want)
		}
	})
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"paymentId":"pay-1","amount":"12.50","currency":"EUR"}`))
	for _, test := range refusals {
		if len(test.body) < 300 {
			f.Add([]byte(test.body))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, unknown := range []payment.Fields{payment.RefuseUnknown, payment.TolerateUnknown} {
			request, err := payment.ParseRequest(body, unknown)
			if err != nil {
				var problem *payment.Problem
				if !errors.As(err, &problem) || problem.Status < 400 || problem.Status > 499 {
					t.Fatalf("%q: %v is not a 4xx problem", body, err)
				}
				continue
			}
			if err := request.Validate(); err != nil {
				t.Fatalf("%q was read as %+v, which is not valid: %v", body, request, err)
			}
			again := fmt.Sprintf(`{"paymentId":%q,"amount":%s,"currency":%q}`, request.ID, request.AmountJSON, request.Money.Currency)
			if second, err := payment.ParseRequest([]byte(again), payment.RefuseUnknown); err != nil || second.Payment != request.Payment {
				t.Fatalf("%q was read as %+v, written as %s, and read as %+v (%v)", body, request, again, second, err)
			}
		}
	})
}
