package payment

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxBody bounds a request body in bytes; a real one has about 100.
const MaxBody = 4 << 10

// Request is a parsed request: the payment, and its amount as it was written (a JSON number or string).
type Request struct {
	Payment
	AmountJSON json.RawMessage
}

// Fields says what a parser does with fields that it does not know.
type Fields bool

// A body with an unknown field is refused at the API: a misspelt "currency" must not be charged in the default one.
// The original system's bare event may carry anything else, as it always could.
const (
	RefuseUnknown   Fields = false
	TolerateUnknown Fields = true
)

// ParseRequest reads {"paymentId": string, "amount": number or decimal string, "currency": string (default USD)}.
//
// It is strict JSON (RFC 8259): one object, no field twice, nothing after it, valid UTF-8. Every error is a *Problem.
func ParseRequest(body []byte, unknown Fields) (Request, error) {
	if len(body) > MaxBody {
		return Request{}, ProblemBodyTooLarge.With("body has %d bytes, at most %d are allowed", len(body), MaxBody)
	}
	fields, err := parseObject(body)
	if err != nil {
		return Request{}, err
	}
	if !unknown {
		for _, field := range fields.all {
			if !known(field.name) {
				return Request{}, ProblemUnknownField.With("field %s is not one of paymentId, amount, currency", quote(field.name))
			}
		}
	}
	return requestOf(fields)
}

// requestOf checks types first and values afterwards, in the order paymentId, currency, amount.
func requestOf(fields object) (Request, error) {
	id, err := textField(fields, "paymentId")
	if err != nil {
		return Request{}, err
	}
	amount, raw, err := amountField(fields)
	if err != nil {
		return Request{}, err
	}
	currency := DefaultCurrency
	if _, given := fields.get("currency"); given {
		if currency, err = textField(fields, "currency"); err != nil {
			return Request{}, err
		}
	}
	if err := ValidateID(id); err != nil {
		return Request{}, err
	}
	money, err := ParseMoney(amount, currency)
	if err != nil {
		return Request{}, err
	}
	return Request{Payment: Payment{ID: id, Money: money}, AmountJSON: raw}, nil
}

func known(name string) bool { return name == "paymentId" || name == "amount" || name == "currency" }

// textField is a field that must be a string. null is what a missing field is, except that it never means a default.
func textField(fields object, name string) (string, error) {
	raw, ok := fields.get(name)
	if !ok || (string(raw) == "null" && name != "currency") {
		return "", ProblemMissingField.With("%s is missing", name)
	}
	var value string
	if err := json.Unmarshal(raw, &value); err != nil || raw[0] != '"' {
		return "", ProblemWrongType.With("%s is %s, not a string", name, kindOf(raw))
	}
	return value, nil
}

// amountField is the amount's decimal text, and the JSON it stood in.
func amountField(fields object) (string, json.RawMessage, error) {
	raw, ok := fields.get("amount")
	switch {
	case !ok || string(raw) == "null":
		return "", nil, ProblemMissingField.With("amount is missing")
	case raw[0] == '-' || ('0' <= raw[0] && raw[0] <= '9'):
		return string(raw), raw, nil
	case raw[0] != '"':
		return "", nil, ProblemWrongType.With("amount is %s, not a number or a decimal string", kindOf(raw))
	}
	text, err := textField(fields, "amount")
	if err != nil {
		return "", nil, err
	}
	if text == "" {
		return "", nil, ProblemMissingField.With("amount is empty")
	}
	if notANumber(strings.TrimPrefix(text, "-")) {
		return "", nil, ProblemInvalidNumber.With("amount is %s", quote(text))
	}
	return text, raw, nil
}

func kindOf(raw json.RawMessage) string {
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	case '"':
		return "a string"
	}
	return "a number"
}

func notANumber(text string) bool {
	return strings.HasPrefix(text, "NaN") || strings.HasPrefix(text, "Infinity")
}

// object is a JSON object with its fields in order; values are verbatim.
type object struct {
	all []field
}

type field struct {
	name  string
	value json.RawMessage
}

func (o object) get(name string) (json.RawMessage, bool) {
	for _, one := range o.all {
		if one.name == name {
			return one.value, true
		}
	}
	return nil, false
}

// parseObject splits a body into fields. Names are compared as written, not case-folded as encoding/json does.
func parseObject(body []byte) (object, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return object{}, ProblemEmptyBody.With("a JSON object with paymentId and amount is expected")
	}
	if !utf8.Valid(body) {
		return object{}, ProblemInvalidJSON.With("body is not valid UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	first, err := decoder.Token()
	if err != nil {
		return object{}, syntaxProblem(body, err)
	}
	if first != json.Delim('{') {
		return object{}, notAnObject(body)
	}
	var parsed object
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return object{}, syntaxProblem(body, err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return object{}, syntaxProblem(body, err)
		}
		// Within an object the decoder gives names as strings and nothing else.
		if _, twice := parsed.get(name.(string)); twice {
			return object{}, ProblemDuplicateKey.With("field %s is given twice", quote(name.(string)))
		}
		parsed.all = append(parsed.all, field{name: name.(string), value: value})
	}
	if _, err := decoder.Token(); err != nil {
		return object{}, syntaxProblem(body, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return object{}, ProblemTrailingData.With("data follows the object at byte %d", decoder.InputOffset()+1)
	}
	return parsed, nil
}

// notAnObject tells a valid JSON value of another kind from text that is no JSON.
func notAnObject(body []byte) error {
	trimmed := bytes.TrimSpace(body)
	var value json.RawMessage
	if err := json.Unmarshal(trimmed, &value); err != nil {
		return syntaxProblem(body, err)
	}
	return ProblemNotAnObject.With("body is %s", kindOf(trimmed))
}

// syntaxProblem names what is wrong with the text, and tells NaN and Infinity, which other writers emit, apart.
func syntaxProblem(body []byte, err error) error {
	// The streaming decoder's offsets do not count from the start of the text; a second, whole reading's do.
	var whole json.RawMessage
	if wholeErr := json.Unmarshal(body, &whole); wholeErr != nil {
		err = wholeErr
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset > 0 && syntax.Offset <= int64(len(body)) {
		if notANumber(string(body[syntax.Offset-1:])) {
			return ProblemInvalidNumber.With("NaN and Infinity are not JSON, at byte %d", syntax.Offset)
		}
		return ProblemInvalidJSON.With("%s at byte %d", syntax.Error(), syntax.Offset)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ProblemInvalidJSON.With("body ends too early")
	}
	return ProblemInvalidJSON.With("%v", err)
}
