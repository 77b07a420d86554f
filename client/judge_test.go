package client

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

var (
	asking  = operation{pay: true, payment: Payment{ID: "order-1", Amount: "12.5", Currency: "USD"}}
	reading = operation{payment: Payment{ID: "order-1"}}
)

const wholeBody = `{"paymentId":"order-1","amount":"12.50","currency":"USD","status":"success","region":"us-east-1","transactionId":"t-1"}`

func body(old, replacement string) string { return strings.Replace(wholeBody, old, replacement, 1) }

func TestJudgeSuccess(t *testing.T) {
	processing := body("success", "processing")
	for _, one := range []struct {
		name   string
		asked  operation
		status int
		body   string
		want   kind
	}{
		{"whole", asking, 200, wholeBody, acknowledged},
		{"accepted", asking, 202, processing, acknowledged},
		{"amount as a number", asking, 200, body(`"12.50"`, `12.50`), acknowledged},
		{"unknown field", asking, 200, body(`{`, `{"more":{"a":[1]},`), acknowledged},
		{"read posted", reading, 200, wholeBody, acknowledged},
		{"read not posted", reading, 200, processing, acknowledged},
		{"200 processing", asking, 200, processing, contradicted},
		{"202 success", asking, 202, wholeBody, contradicted},
		{"unknown status", asking, 200, body("success", "failed"), contradicted},
		{"read with 202", reading, 202, processing, failed},
		{"201", asking, 201, wholeBody, failed},
		{"204", asking, 204, "", failed},
		{"another id", asking, 200, body("order-1", "order-2"), contradicted},
		{"another amount", asking, 200, body("12.50", "12.51"), contradicted},
		{"a hundred times", asking, 200, body(`"12.50"`, `1250`), contradicted},
		{"negative", asking, 200, body("12.50", "-12.50"), contradicted},
		{"zero, read", reading, 200, body("12.50", "0.00"), contradicted},
		{"amount is no number", asking, 200, body("12.50", "12,50"), contradicted},
		{"another currency", asking, 200, body("USD", "EUR"), contradicted},
		{"currency in lower case", asking, 200, body("USD", "usd"), contradicted},
		{"no transaction", asking, 200, body(`"t-1"`, `""`), failed},
		{"field in another case", asking, 200, body("transactionId", "transactionID"), failed},
		{"field twice", asking, 200, body(`{`, `{"paymentId":"order-1",`), failed},
		{"id is a number", asking, 200, body(`"order-1"`, `1`), failed},
		{"id is null", asking, 200, body(`"order-1"`, `null`), failed},
		{"cut", asking, 200, wholeBody[:len(wholeBody)-1], failed},
		{"trailing", asking, 200, wholeBody + wholeBody, failed},
		{"array", asking, 200, "[" + wholeBody + "]", failed},
		{"empty", asking, 200, "", failed},
		{"null", asking, 200, "null", failed},
	} {
		t.Run(one.name, func(t *testing.T) {
			got := judge(one.asked, answer{status: one.status, contentType: contentJSON, body: []byte(one.body)}, start)
			if got.kind != one.want {
				t.Fatalf("got %v (%v), want %v", got.kind, got.err, one.want)
			}
			if got.kind != acknowledged && !errors.Is(got.err, ErrInconsistent) {
				t.Errorf("%v is not ErrInconsistent", got.err)
			}
			if !got.recorded {
				t.Error("a 2xx may always have been recorded")
			}
		})
	}
}

// TestJudgeCutOff: a body that ends where it should and an error after it are not a whole answer.
func TestJudgeCutOff(t *testing.T) {
	got := judge(asking, answer{status: 200, contentType: contentJSON, body: []byte(wholeBody), err: io.ErrUnexpectedEOF}, start)
	if got.kind != failed || !got.recorded || !errors.Is(got.err, ErrInconsistent) || !errors.Is(got.err, io.ErrUnexpectedEOF) {
		t.Errorf("got %+v, want a failure that may have recorded the payment", got)
	}
}

func TestJudgeOtherStatuses(t *testing.T) {
	for status := 100; status < 600; status++ {
		if status == http.StatusOK || status == http.StatusAccepted {
			continue
		}
		got := judge(asking, answer{status: status, contentType: contentJSON, body: []byte(wholeBody)}, start)
		want := failed
		switch {
		case status == 408 || status == 409 || status == 425 || status == 429:
		case status >= 400 && status < 500:
			want = refused
		}
		if got.kind != want || got.err == nil {
			t.Errorf("%d: got %v (%v), want %v", status, got.kind, got.err, want)
		}
		if got.recorded == (want == refused) {
			t.Errorf("%d: may be recorded is %v", status, got.recorded)
		}
	}
}

func TestProblem(t *testing.T) {
	for _, one := range []struct {
		name, contentType, body string
		status                  int
		want                    Problem
		is                      error
	}{
		{"ours", contentProblem, `{"type":"https://paymentdr.dev/problems/payment-not-found","title":"No such payment","status":404,"detail":"d","requestId":"r-1"}`, 404,
			Problem{Type: problemBase + "payment-not-found", Title: "No such payment", Status: 404, Detail: "d", RequestID: "r-1"}, ErrNotFound},
		{"gateway's", contentJSON, `{"message":"Unauthorized"}`, 401, Problem{Type: blankType, Title: "Unauthorized", Status: 401, Detail: "Unauthorized"}, ErrUnauthorized},
		{"gateway's 404", contentJSON, `{"message":"Not Found"}`, 404, Problem{Type: blankType, Title: "Not Found", Status: 404, Detail: "Not Found"}, nil},
		{"page", "text/html", `<html>`, 503, Problem{Type: blankType, Title: "Service Unavailable", Status: 503}, ErrUnavailable},
		{"says another status", contentProblem, `{"status":200}`, 403, Problem{Type: blankType, Title: "Forbidden", Status: 403}, ErrForbidden},
		{"wrong types", contentProblem, `{"title":1}`, 422, Problem{Type: blankType, Title: "Unprocessable Entity", Status: 422}, ErrMismatch},
		{"throttled", contentJSON, `{"message":"Too Many Requests"}`, 429, Problem{Type: blankType, Title: "Too Many Requests", Status: 429, Detail: "Too Many Requests"}, ErrThrottled},
		{"too large", contentJSON, ``, 413, Problem{Type: blankType, Title: "Request Entity Too Large", Status: 413}, ErrInvalid},
	} {
		t.Run(one.name, func(t *testing.T) {
			got := parseProblem(answer{status: one.status, contentType: one.contentType, body: []byte(one.body)})
			if *got != one.want {
				t.Errorf("got %+v, want %+v", *got, one.want)
			}
			for _, sentinel := range []error{ErrMismatch, ErrInvalid, ErrUnauthorized, ErrForbidden, ErrNotFound, ErrThrottled, ErrUnavailable} {
				if errors.Is(got, sentinel) != (sentinel == one.is) {
					t.Errorf("is %v: %v", sentinel, errors.Is(got, sentinel))
				}
			}
		})
	}
}

// FuzzJudge: no body makes an acknowledgement that does not name the payment, the amount and a transaction.
func FuzzJudge(f *testing.F) {
	for _, text := range []string{
		wholeBody, body("success", "processing"), body(`"12.50"`, `1.25e1`), body(`"12.50"`, `1e999999999`), "", "{", "null",
		`{"type":"x","title":"y"}`, body("order-1", "\\u006frder-1"), wholeBody + " ", wholeBody + "\x00",
	} {
		f.Add(200, contentJSON, text)
	}
	f.Add(202, contentJSON, body("success", "processing"))
	f.Add(422, contentProblem, `{"type":"x"}`)
	f.Fuzz(func(t *testing.T, status int, contentType, text string) {
		got := judge(asking, answer{status: status, contentType: contentType, body: []byte(text), err: nil}, start)
		if got.kind != acknowledged {
			if got.err == nil && status != 0 {
				t.Fatalf("%v without an error", got.kind)
			}
			return
		}
		var loose map[string]any
		if err := json.Unmarshal([]byte(text), &loose); err != nil {
			t.Fatalf("acknowledged %q: %v", text, err)
		}
		has, _ := parseDecimal(got.receipt.Amount)
		want, _ := parseDecimal("12.5")
		if loose["paymentId"] != "order-1" || loose["transactionId"] == "" || loose["currency"] != "USD" || has != want || status != 200 && status != 202 {
			t.Fatalf("acknowledged %d %q", status, text)
		}
	})
}
