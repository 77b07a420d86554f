package httpapi

import (
	"errors"
	"io"
	"log/slog"
	"net/http"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// Handler serves the API over net/http, for `paymentdr serve` and for tests. Technical failures are logged here and
// answered 500, as API Gateway answers a function's error.
func (a *API) Handler() http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, incoming *http.Request) {
		requestID := uuid.NewString()
		incoming = incoming.WithContext(payment.WithRequestID(incoming.Context(), requestID))
		request, err := readRequest(incoming, requestID)
		var response Response
		if err != nil {
			err = a.rejected(incoming.Context(), err)
			if response, err = a.refuse(err, requestID); err == nil {
				response = a.finish(response, requestID)
			}
		} else {
			response, err = a.Handle(incoming.Context(), request)
		}
		if err != nil {
			slog.ErrorContext(incoming.Context(), "request failed", "requestId", requestID, "error", err)
			// refuse cannot fail on a problem of our own.
			response, _ = a.refuse(payment.ProblemInternal.With("see the service's log"), requestID)
			response = a.finish(response, requestID)
		}
		write(writer, response)
	})
}

// readRequest reads at most one byte more than a body may have, so that the parser sees that it is too large.
func readRequest(incoming *http.Request, requestID string) (Request, error) {
	body, err := io.ReadAll(io.LimitReader(incoming.Body, payment.MaxBody+1))
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.As(err, &tooLarge) {
		// The caller went away or sent less than it said; nobody may be there to read the answer.
		return Request{}, payment.ProblemInvalidJSON.With("the body could not be read to its end")
	}
	keys := incoming.Header.Values(headerKey)
	request := Request{
		Method: incoming.Method, Path: incoming.URL.Path, ContentType: incoming.Header.Get(headerType),
		Body: body, IdempotencyKeys: len(keys), RequestID: requestID,
	}
	if len(keys) > 0 {
		request.IdempotencyKey = keys[0]
	}
	return request, nil
}

func write(writer http.ResponseWriter, response Response) {
	for name, value := range response.Header {
		writer.Header().Set(name, value)
	}
	writer.WriteHeader(response.Status)
	// A caller that is gone cannot be told so.
	_, _ = writer.Write(response.Body)
}
