package awswire

import (
	"net/http"

	"github.com/fxamacker/cbor/v2"
)

// cborProtocol is RPC v2 CBOR (https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html).
type cborProtocol struct{}

// encodeMode writes empty lists where Go has none, as the services do.
var encodeMode = must(cbor.EncOptions{NilContainers: cbor.NilContainerAsEmpty}.EncMode())

var decodeMode = must(cbor.DecOptions{}.DecMode())

func must[T any](value T, err error) T {
	if err != nil {
		panic(err) // constant options
	}
	return value
}

func (cborProtocol) decode(body []byte, input any) error {
	if len(body) == 0 {
		return nil
	}
	if err := decodeMode.Unmarshal(body, input); err != nil {
		return Invalid("SerializationException", "%v", err)
	}
	return nil
}

func (cborProtocol) answer(_, _ string, output any) (string, []byte, error) {
	body, err := encodeMode.Marshal(output)
	return "application/cbor", body, err
}

func (cborProtocol) refuse(header http.Header, _ string, fault *Fault) (string, []byte) {
	header.Set(queryError, fault.code()+";"+fault.side())
	body, err := encodeMode.Marshal(failure{fault.Name, fault.Message})
	if err != nil {
		panic(err) // two strings always marshal
	}
	return "application/cbor", body
}

// queryError is the header for clients of services that spoke the query protocol before.
const queryError = "X-Amzn-Query-Error"

func (cborProtocol) unknown(operation string) *Fault {
	return &Fault{Name: "UnknownOperationException", Status: http.StatusNotFound,
		Message: "The local cloud does not model the operation " + operation}
}
