package awsquery

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
)

// maximumBody is larger than any request that the services here allow, whose characters may each take three.
const maximumBody = 8 << 20

// Action answers one kind of request with what becomes the XML of the result; nil is an answer without one.
type Action func(ctx context.Context, form Form) (any, error)

// Handler serves the actions of one Region's endpoint.
type Handler struct {
	Service   string // for people: "SNS"
	Version   string // of the API, a date
	Namespace string // of answers
	Actions   map[string]Action
	Logger    *slog.Logger
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	id := uuid.NewString()
	name, result, err := h.answer(writer, request)
	if err != nil {
		var known *awserror.Error
		if !errors.As(err, &known) {
			h.Logger.Error("serve "+h.Service, "action", name, "request", id, "error", err)
			known = awserror.With(http.StatusInternalServerError, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure.")
		}
		h.refuse(writer, id, known)
		return
	}
	writer.Header().Set("Content-Type", "text/xml")
	writer.Header().Set("X-Amzn-Requestid", id)
	encoder := xml.NewEncoder(writer)
	start := func(name string) xml.StartElement { return xml.StartElement{Name: xml.Name{Local: name}} }
	outer := start(name + "Response")
	outer.Attr = []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: h.Namespace}}
	err = encoder.EncodeToken(outer)
	if result != nil {
		err = errors.Join(err, encoder.EncodeElement(result, start(name+"Result")))
	}
	err = errors.Join(err, encoder.EncodeElement(metadata{id}, start("ResponseMetadata")), encoder.EncodeToken(outer.End()), encoder.Flush())
	if err != nil { // the status is sent; a client that is gone cannot be told more
		h.Logger.Warn("write answer of "+h.Service, "action", name, "request", id, "error", err)
	}
}

type metadata struct {
	RequestID string `xml:"RequestId"`
}

func (h *Handler) answer(writer http.ResponseWriter, request *http.Request) (name string, result any, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(writer, request.Body, maximumBody))
	if err != nil {
		return "", nil, awserror.With(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request cannot be read: %s", err)
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return "", nil, awserror.Refuse("MalformedQueryString", "The query string contains a syntax error.")
	}
	for key, value := range request.URL.Query() {
		values[key] = value
	}
	name = values.Get("Action")
	action, known := h.Actions[name]
	switch {
	case name == "":
		return name, nil, awserror.Refuse("MissingAction", "The request is missing an action or a required parameter.")
	case !known || values.Get("Version") != h.Version:
		return name, nil, awserror.Refuse("InvalidAction", "The local %s does not model %s of version %q", h.Service, name, values.Get("Version"))
	}
	result, err = action(request.Context(), Form{values})
	return name, result, err
}

func (h *Handler) refuse(writer http.ResponseWriter, id string, known *awserror.Error) {
	kind := "Sender"
	if known.Status >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	type detail struct{ Type, Code, Message string }
	writer.Header().Set("Content-Type", "text/xml")
	writer.Header().Set("X-Amzn-Requestid", id)
	writer.WriteHeader(known.Status)
	// The status is sent; a client that is gone cannot be told more.
	_ = xml.NewEncoder(writer).Encode(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr"`
		Error     detail
		RequestID string `xml:"RequestId"`
	}{Namespace: h.Namespace, Error: detail{kind, known.Code, known.Message}, RequestID: id})
}
