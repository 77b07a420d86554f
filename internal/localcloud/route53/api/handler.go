// Package api speaks the HTTP API of Route 53 (REST with XML, 2013-04-01) for
// the reads that an operator uses: ListHostedZones, GetHostedZone,
// ListResourceRecordSets, ListHealthChecks, GetHealthCheck,
// GetHealthCheckStatus and TestDNSAnswer. Records and health checks come from
// the files, so every other operation answers the protocol's own error with the
// code NotImplemented. Signatures are not checked.
package api

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/dnsserver"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

const version = "/2013-04-01/"

// Cloud is what the API reads; lists are ordered by id.
type Cloud interface {
	Zones() []*zone.Zone
	HealthChecks() []*health.Monitor
	Snapshot() dnsserver.Snapshot
}

// failure is an error of the protocol.
type failure struct {
	status        int
	code, message string
}

func (f *failure) Error() string { return f.code + ": " + f.message }

func refuse(status int, code, format string, values ...any) *failure {
	return &failure{status, code, fmt.Sprintf(format, values...)}
}

// Handler serves the API.
func Handler(cloud Cloud) http.Handler {
	routes := http.NewServeMux()
	for pattern, operation := range map[string]func(Cloud, *http.Request) (any, *failure){
		"GET " + version + "hostedzone":              listHostedZones,
		"GET " + version + "hostedzone/{id}":         getHostedZone,
		"GET " + version + "hostedzone/{id}/rrset":   listResourceRecordSets,
		"GET " + version + "healthcheck":             listHealthChecks,
		"GET " + version + "healthcheck/{id}":        getHealthCheck,
		"GET " + version + "healthcheck/{id}/status": getHealthCheckStatus,
		"GET " + version + "testdnsanswer":           testDNSAnswer,
	} {
		routes.HandleFunc(pattern, func(writer http.ResponseWriter, request *http.Request) {
			answer, fault := operation(cloud, request)
			if fault != nil {
				writeFailure(writer, fault)
				return
			}
			write(writer, http.StatusOK, answer)
		})
	}
	routes.HandleFunc("/", func(writer http.ResponseWriter, request *http.Request) {
		writeFailure(writer, refuse(http.StatusNotImplemented, "NotImplemented",
			"%s %s is not modelled by the local Route 53; records and health checks come from the generated files", request.Method, request.URL.Path))
	})
	// The SDKs write a slash after "hostedzone" in some operations; the router would redirect, which loses the signature.
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if trimmed := strings.TrimSuffix(request.URL.Path, "/"); trimmed != "" {
			request.URL.Path = trimmed
		}
		routes.ServeHTTP(writer, request)
	})
}

func write(writer http.ResponseWriter, status int, answer any) {
	body, err := xml.Marshal(answer)
	if err != nil { // our own types; only a programming error gets here
		http.Error(writer, err.Error(), http.StatusInternalServerError)
		return
	}
	writer.Header().Set("Content-Type", "text/xml")
	writer.Header().Set("X-Amzn-Requestid", uuid.NewString())
	writer.WriteHeader(status)
	_, _ = writer.Write(append([]byte(xml.Header), body...)) // a client that has gone away asks again
}

type errorResponse struct {
	XMLName   xml.Name `xml:"https://route53.amazonaws.com/doc/2013-04-01/ ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func writeFailure(writer http.ResponseWriter, fault *failure) {
	write(writer, fault.status, errorResponse{Type: "Sender", Code: fault.code, Message: fault.message, RequestID: uuid.NewString()})
}
