package payment

import "net/http"

// The problem types: one for each reason for which a request can be refused. They are part of the API:
// names and statuses stay, new ones may come. docs/openapi.yaml lists exactly Problems().
var (
	// The request as a message.
	ProblemUnknownPath          = problem("unknown-path", "No such resource", http.StatusNotFound)
	ProblemMethodNotAllowed     = problem("method-not-allowed", "Method not allowed", http.StatusMethodNotAllowed)
	ProblemUnsupportedMediaType = problem("unsupported-media-type", "Content type must be application/json", http.StatusUnsupportedMediaType)
	ProblemUnexpectedBody       = problem("unexpected-body", "This request takes no body", http.StatusBadRequest)
	ProblemBodyTooLarge         = problem("body-too-large", "Request body too large", http.StatusRequestEntityTooLarge)
	ProblemInvalidBase64        = problem("invalid-base64", "Request body is not the base64 it is said to be", http.StatusBadRequest)

	// The body as JSON.
	ProblemEmptyBody     = problem("empty-body", "Request body is empty", http.StatusBadRequest)
	ProblemInvalidJSON   = problem("invalid-json", "Request body is not valid JSON", http.StatusBadRequest)
	ProblemNotAnObject   = problem("not-an-object", "Request body is not a JSON object", http.StatusBadRequest)
	ProblemDuplicateKey  = problem("duplicate-key", "A field is given twice", http.StatusBadRequest)
	ProblemTrailingData  = problem("trailing-data", "Data after the JSON object", http.StatusBadRequest)
	ProblemUnknownField  = problem("unknown-field", "A field is not known", http.StatusBadRequest)
	ProblemMissingField  = problem("missing-field", "A required field is missing", http.StatusBadRequest)
	ProblemWrongType     = problem("wrong-type", "A field has the wrong JSON type", http.StatusBadRequest)
	ProblemInvalidNumber = problem("invalid-number", "NaN and Infinity are not numbers of JSON", http.StatusBadRequest)

	// The payment.
	ProblemPaymentIDTooLong       = problem("payment-id-too-long", "Payment id too long", http.StatusBadRequest)
	ProblemPaymentIDCharacters    = problem("payment-id-characters", "Payment id has characters that are not allowed", http.StatusBadRequest)
	ProblemIdempotencyKeyMismatch = problem("idempotency-key-mismatch", "Idempotency-Key differs from paymentId", http.StatusBadRequest)
	ProblemAmountFormat           = problem("amount-format", "Amount is not a decimal number", http.StatusBadRequest)
	ProblemAmountPrecision        = problem("amount-precision", "Amount has more decimals than its currency", http.StatusBadRequest)
	ProblemAmountTooLarge         = problem("amount-too-large", "Amount too large", http.StatusBadRequest)
	ProblemAmountZero             = problem("amount-zero", "Amount is zero", http.StatusBadRequest)
	ProblemAmountNegative         = problem("amount-negative", "Amount is negative", http.StatusBadRequest)
	ProblemAmountNegativeZero     = problem("amount-negative-zero", "Amount is negative zero", http.StatusBadRequest)
	ProblemUnknownCurrency        = problem("unknown-currency", "Unknown currency", http.StatusBadRequest)

	// The payment against what is recorded.
	ProblemPaymentMismatch = problem("payment-mismatch", "Payment id was used for another payment", http.StatusUnprocessableEntity)
	ProblemPaymentNotFound = problem("payment-not-found", "No such payment", http.StatusNotFound)

	// The service. Nothing is known to be recorded: the same request may and should be sent again, here or elsewhere.
	ProblemUnavailable     = problem("journal-unavailable", "Payment could not be recorded durably", http.StatusServiceUnavailable)
	ProblemDeadlineExpired = problem("deadline-expired", "Too little time left to take the payment", http.StatusServiceUnavailable)
	ProblemInternal        = problem("internal", "Internal error", http.StatusInternalServerError)
)

// Problems lists every problem type, in the order of the documentation. The caller may keep and change the slice.
func Problems() []Problem {
	all := []*Problem{
		ProblemUnknownPath, ProblemMethodNotAllowed, ProblemUnsupportedMediaType, ProblemUnexpectedBody,
		ProblemBodyTooLarge, ProblemInvalidBase64,
		ProblemEmptyBody, ProblemInvalidJSON, ProblemNotAnObject, ProblemDuplicateKey, ProblemTrailingData,
		ProblemUnknownField, ProblemMissingField, ProblemWrongType, ProblemInvalidNumber,
		ProblemPaymentIDTooLong, ProblemPaymentIDCharacters, ProblemIdempotencyKeyMismatch,
		ProblemAmountFormat, ProblemAmountPrecision, ProblemAmountTooLarge, ProblemAmountZero, ProblemAmountNegative,
		ProblemAmountNegativeZero, ProblemUnknownCurrency,
		ProblemPaymentMismatch, ProblemPaymentNotFound,
		ProblemUnavailable, ProblemDeadlineExpired, ProblemInternal,
	}
	list := make([]Problem, len(all))
	for i, one := range all {
		list[i] = *one
	}
	return list
}

func problem(name, title string, status int) *Problem {
	return &Problem{Type: ProblemBase + name, Title: title, Status: status}
}
