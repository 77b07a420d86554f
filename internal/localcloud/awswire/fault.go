package awswire

import (
	"fmt"
	"net/http"
)

// Fault is a refusal as a service answers it.
type Fault struct {
	// Name is the error's name in its service's model, Code that of the query protocol ("" is Name).
	Name, Code string
	// Status is the HTTP status; 0 is 400.
	Status  int
	Message string
}

// Error names fault and message.
func (f *Fault) Error() string { return f.Name + ": " + f.Message }

// Invalid is a fault of the request, status 400.
func Invalid(name, format string, values ...any) *Fault {
	return &Fault{Name: name, Message: fmt.Sprintf(format, values...)}
}

func (f *Fault) status() int {
	if f.Status == 0 {
		return http.StatusBadRequest
	}
	return f.Status
}

func (f *Fault) code() string {
	if f.Code == "" {
		return f.Name
	}
	return f.Code
}

// side says whose fault it is, in the query protocol's words.
func (f *Fault) side() string {
	if f.status() >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}
