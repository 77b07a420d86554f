package observe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/paymentdr/paymentdr/internal/operate/status"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// resolve asks what payers are told now. The failover records are CNAMEs to the regional names of the APIs, which have
// their Region in them.
func (o *Observer) resolve(ctx context.Context, seen *status.DNS) {
	seen.Domain = o.Access.Domain
	target, err := o.Names.LookupCNAME(ctx, o.Access.Domain)
	if err != nil {
		seen.Problem = err.Error()
		return
	}
	seen.Target = strings.TrimSuffix(target, ".")
	for _, region := range o.Access.Regions {
		if strings.Contains("."+seen.Target+".", "."+region.Name+".") {
			seen.Region = region.Name
		}
	}
}

// longestAnswer bounds what is read of a health answer.
const longestAnswer = 64 << 10

// askAPI is GET /health of the Region itself. A 503 is an answer, too: a standby primary gives it.
func askAPI(ctx context.Context, client *http.Client, base string) status.API {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(base, "/")+"/health", nil)
	if err != nil {
		return status.API{Problem: err.Error()}
	}
	response, err := client.Do(request)
	if err != nil {
		return status.API{Problem: err.Error()}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return status.API{Problem: fmt.Sprintf("read health: %v", err)}
	}
	var report payment.HealthReport
	if err := json.Unmarshal(body, &report); err != nil || report.Journal == "" {
		return status.API{Code: response.StatusCode, Problem: fmt.Sprintf("answered %d, and not as /health does", response.StatusCode)}
	}
	return status.API{Code: response.StatusCode, Journal: report.Journal, Reasons: report.Reasons}
}

// healthyShare is above which share of the checkers an endpoint is healthy ("How Amazon Route 53 determines whether a
// health check is healthy").
const healthyShare = 0.18

// readHealthCheck finds the check of the Region's own name and counts what its checkers say.
func (o *Observer) readHealthCheck(ctx context.Context, base string) status.Route53 {
	host := base
	if parsed, err := url.Parse(base); err == nil {
		host = parsed.Hostname()
	}
	var marker *string
	for {
		output, err := o.Route53.ListHealthChecks(ctx, &route53.ListHealthChecksInput{Marker: marker})
		if err != nil {
			return status.Route53{Problem: err.Error()}
		}
		for _, check := range output.HealthChecks {
			if check.HealthCheckConfig != nil && strings.EqualFold(aws.ToString(check.HealthCheckConfig.FullyQualifiedDomainName), host) {
				return o.countCheckers(ctx, aws.ToString(check.Id))
			}
		}
		if marker = output.NextMarker; !output.IsTruncated || marker == nil {
			return status.Route53{Problem: "there is no health check of " + host}
		}
	}
}

func (o *Observer) countCheckers(ctx context.Context, id string) status.Route53 {
	output, err := o.Route53.GetHealthCheckStatus(ctx, &route53.GetHealthCheckStatusInput{HealthCheckId: &id})
	if err != nil {
		return status.Route53{Problem: err.Error()}
	}
	var seen status.Route53
	for _, observation := range output.HealthCheckObservations {
		seen.Checkers++
		if observation.StatusReport != nil && strings.HasPrefix(aws.ToString(observation.StatusReport.Status), "Success") {
			seen.Good++
		}
	}
	// Without any result yet, Route 53 takes an endpoint for healthy.
	seen.Healthy = seen.Checkers == 0 || float64(seen.Good) > healthyShare*float64(seen.Checkers)
	return seen
}
