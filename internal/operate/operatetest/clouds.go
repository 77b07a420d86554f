package operatetest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	route53types "github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/paymentdr/paymentdr/internal/localcloud/rds"
)

var errDark = errors.New("the Region is dark")

// Cloud is a Region's CloudWatch, with the newest sample of each metric and alarms as a test sets them.
type Cloud struct {
	mutex   sync.Mutex
	dark    bool
	samples map[string]sample
	alarms  []string
	silent  bool
}

type sample struct {
	at    time.Time
	value float64
}

func newCloud() *Cloud { return &Cloud{samples: map[string]sample{}} }

func (c *Cloud) put(metric string, at time.Time, value float64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.silent {
		c.samples[metric] = sample{at, value}
	}
}

func (c *Cloud) setDark(dark bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.dark = dark
}

// Alarm sets the alarms in ALARM.
func (c *Cloud) Alarm(names ...string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.alarms = names
}

// Set puts a sample of a metric, as old as age, and keeps out what the system itself says from now on; Free ends that.
func (c *Cloud) Set(metric string, age time.Duration, value float64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.silent = true
	c.samples[metric] = sample{time.Now().Add(-age), value}
}

// Free ends a Set.
func (c *Cloud) Free() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.silent = false
}

// metric takes the lag that the databases tell, in the Region of the secondary.
func (w *World) metric(m rds.Metric) { w.Clouds[m.Region].put(m.Name, m.At, m.Value) }

// GetMetricData implements observe.CloudWatch.
func (c *Cloud) GetMetricData(_ context.Context, input *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.dark {
		return nil, errDark
	}
	output := &cloudwatch.GetMetricDataOutput{}
	for _, query := range input.MetricDataQueries {
		result := types.MetricDataResult{Id: query.Id}
		name := aws.ToString(query.MetricStat.Metric.MetricName)
		if known, ok := c.samples[name]; ok && known.at.After(*input.StartTime) {
			start := known.at.Add(-time.Duration(aws.ToInt32(query.MetricStat.Period)) * time.Second)
			result.Timestamps, result.Values = []time.Time{start}, []float64{known.value}
		}
		output.MetricDataResults = append(output.MetricDataResults, result)
	}
	return output, nil
}

// DescribeAlarms implements observe.CloudWatch.
func (c *Cloud) DescribeAlarms(_ context.Context, input *cloudwatch.DescribeAlarmsInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.dark {
		return nil, errDark
	}
	output := &cloudwatch.DescribeAlarmsOutput{}
	for _, name := range c.alarms {
		if strings.HasPrefix(name, aws.ToString(input.AlarmNamePrefix)) {
			output.MetricAlarms = append(output.MetricAlarms, types.MetricAlarm{AlarmName: aws.String(name)})
		}
	}
	return output, nil
}

// zone is Route 53 and the resolver of payers: the primary while its /health is 200, else the secondary if it is.
type zone struct{ w *World }

// LookupCNAME implements observe.Names.
func (z zone) LookupCNAME(ctx context.Context, host string) (string, error) {
	if host != Domain {
		return "", errors.New("no such host")
	}
	region := East
	if !z.healthy(ctx, East) && z.healthy(ctx, West) {
		region = West
	}
	return "d-abc." + "execute-api." + region + ".amazonaws.com.", nil
}

func (z zone) healthy(ctx context.Context, region string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, z.w.apis[region]+"/health", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// ListHealthChecks implements observe.Route53. The Regions' APIs have the same host here, so a check is found by either.
func (z zone) ListHealthChecks(context.Context, *route53.ListHealthChecksInput, ...func(*route53.Options)) (*route53.ListHealthChecksOutput, error) {
	return &route53.ListHealthChecksOutput{HealthChecks: []route53types.HealthCheck{{
		Id: aws.String("check"), HealthCheckConfig: &route53types.HealthCheckConfig{FullyQualifiedDomainName: aws.String("127.0.0.1")},
	}}}, nil
}

// GetHealthCheckStatus implements observe.Route53: fifteen checkers of one mind.
func (z zone) GetHealthCheckStatus(ctx context.Context, _ *route53.GetHealthCheckStatusInput, _ ...func(*route53.Options)) (*route53.GetHealthCheckStatusOutput, error) {
	said := "Failure: HTTP Status Code 503"
	if z.healthy(ctx, West) {
		said = "Success: HTTP Status Code 200, OK"
	}
	output := &route53.GetHealthCheckStatusOutput{}
	for range 15 {
		output.HealthCheckObservations = append(output.HealthCheckObservations, route53types.HealthCheckObservation{
			StatusReport: &route53types.StatusReport{Status: &said},
		})
	}
	return output, nil
}
