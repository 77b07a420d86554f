package awswire

import (
	"encoding/json"
	"net/http"
)

// jsonProtocol is AWS JSON 1.0 and 1.1, which differ in the content type only.
type jsonProtocol struct {
	version string
	// compatible says that the service spoke the query protocol before: clients look for its error codes.
	compatible bool
}

func (p jsonProtocol) contentType() string { return "application/x-amz-json-" + p.version }

func (jsonProtocol) decode(body []byte, input any) error {
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, input); err != nil {
		return Invalid("SerializationException", "%v", err)
	}
	return nil
}

func (p jsonProtocol) answer(_, _ string, output any) (string, []byte, error) {
	body, err := json.Marshal(output)
	return p.contentType(), body, err
}

// failure is an error's body, in JSON and in CBOR.
type failure struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

func (p jsonProtocol) refuse(header http.Header, _ string, fault *Fault) (string, []byte) {
	header.Set("X-Amzn-Errortype", fault.Name)
	if p.compatible {
		header.Set(queryError, fault.code()+";"+fault.side())
	}
	body, err := json.Marshal(failure{fault.Name, fault.Message})
	if err != nil {
		panic(err) // two strings always marshal
	}
	return p.contentType(), body
}

func (jsonProtocol) unknown(operation string) *Fault {
	return Invalid("UnknownOperationException", "The local cloud does not model the operation %q", operation)
}
