package api

import (
	"encoding/xml"
	"net/http"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
)

type healthCheck struct {
	ID              string `xml:"Id"`
	CallerReference string
	Config          healthCheckConfig `xml:"HealthCheckConfig"`
	Version         int64             `xml:"HealthCheckVersion"`
}

type healthCheckConfig struct {
	IPAddress        string `xml:",omitempty"`
	Port             int
	Type             health.Type
	ResourcePath     string `xml:",omitempty"`
	FQDN             string `xml:"FullyQualifiedDomainName,omitempty"`
	SearchString     string `xml:",omitempty"`
	RequestInterval  int    // seconds
	FailureThreshold int
	MeasureLatency   bool
	Inverted         bool
	Disabled         bool
	EnableSNI        bool
	Regions          []string `xml:"Regions>Region"`
}

func describeCheck(config health.Config) healthCheck {
	described := healthCheckConfig{
		Port: config.Port, Type: config.Type, ResourcePath: config.Path, FQDN: config.FQDN, SearchString: config.SearchString,
		RequestInterval: int(config.Interval / time.Second), FailureThreshold: config.FailureThreshold, MeasureLatency: config.MeasureLatency,
		Inverted: config.Inverted, Disabled: config.Disabled, EnableSNI: config.EnableSNI, Regions: config.Regions,
	}
	if config.Address.IsValid() {
		described.IPAddress = config.Address.String()
	}
	if config.Type == health.TCP {
		described.ResourcePath = ""
	}
	return healthCheck{ID: config.ID, CallerReference: "local-" + config.ID, Config: described, Version: config.Version}
}

type listHealthChecksResponse struct {
	XMLName      xml.Name      `xml:"https://route53.amazonaws.com/doc/2013-04-01/ ListHealthChecksResponse"`
	HealthChecks []healthCheck `xml:"HealthChecks>HealthCheck"`
	page
}

func listHealthChecks(cloud Cloud, request *http.Request) (any, *failure) {
	monitors, page, fault := paged(cloud.HealthChecks(), request, func(m *health.Monitor) string { return m.Config().ID })
	if fault != nil {
		return nil, fault
	}
	answer := listHealthChecksResponse{page: page}
	for _, monitor := range monitors {
		answer.HealthChecks = append(answer.HealthChecks, describeCheck(monitor.Config()))
	}
	return answer, nil
}

type getHealthCheckResponse struct {
	XMLName     xml.Name `xml:"https://route53.amazonaws.com/doc/2013-04-01/ GetHealthCheckResponse"`
	HealthCheck healthCheck
}

func getHealthCheck(cloud Cloud, request *http.Request) (any, *failure) {
	monitor, fault := findCheck(cloud, request.PathValue("id"))
	if fault != nil {
		return nil, fault
	}
	return getHealthCheckResponse{HealthCheck: describeCheck(monitor.Config())}, nil
}

func findCheck(cloud Cloud, id string) (*health.Monitor, *failure) {
	for _, monitor := range cloud.HealthChecks() {
		if monitor.Config().ID == id {
			return monitor, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "NoSuchHealthCheck", "No health check exists with the specified ID: %s", id)
}

type getHealthCheckStatusResponse struct {
	XMLName      xml.Name      `xml:"https://route53.amazonaws.com/doc/2013-04-01/ GetHealthCheckStatusResponse"`
	Observations []observation `xml:"HealthCheckObservations>HealthCheckObservation"`
}

type observation struct {
	Region    string
	IPAddress string
	Status    string `xml:"StatusReport>Status"`
	Checked   string `xml:"StatusReport>CheckedTime"`
}

// getHealthCheckStatus lists the checkers that have a result. All of them probe from loopback.
func getHealthCheckStatus(cloud Cloud, request *http.Request) (any, *failure) {
	monitor, fault := findCheck(cloud, request.PathValue("id"))
	if fault != nil {
		return nil, fault
	}
	answer := getHealthCheckStatusResponse{}
	for _, each := range monitor.Observations() {
		if each.Checked.IsZero() {
			continue
		}
		answer.Observations = append(answer.Observations, observation{Region: each.Region, IPAddress: "127.0.0.1", Status: each.Last.Reason,
			Checked: each.Checked.UTC().Format("2006-01-02T15:04:05.000Z")})
	}
	return answer, nil
}
