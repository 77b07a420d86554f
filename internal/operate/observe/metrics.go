package observe

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/paymentdr/paymentdr/internal/operate/status"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// metricsReach is how far back samples are looked for; period is theirs.
const (
	metricsReach = 15 * time.Minute
	period       = time.Minute
)

// readMetrics reads, in one call, when the Region's controller was last heard and how far its cluster is behind. A
// sample is as old as the end of its period, at most the present.
func (o *Observer) readMetrics(ctx context.Context, api CloudWatch, cluster string) (status.Controller, status.Lag) {
	now := o.Now()
	own := []types.Dimension{{Name: aws.String(telemetry.DimensionEnvironment), Value: &o.Access.Environment}}
	database := []types.Dimension{{Name: aws.String("DBClusterIdentifier"), Value: &cluster}}
	output, err := api.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(now.Add(-metricsReach)), EndTime: aws.Time(now.Add(period)), ScanBy: types.ScanByTimestampDescending,
		MetricDataQueries: []types.MetricDataQuery{
			query("heard", telemetry.Namespace, telemetry.LeaseHeld, own, "SampleCount"),
			query("replication", "AWS/RDS", "AuroraGlobalDBReplicationLag", database, "Maximum"),
			query("rpo", "AWS/RDS", "AuroraGlobalDBRPOLag", database, "Maximum"),
		},
	})
	if err != nil {
		return status.Controller{Problem: err.Error()}, status.Lag{Problem: err.Error()}
	}
	var controller status.Controller
	var lag status.Lag
	for _, result := range output.MetricDataResults {
		value, age, ok := latest(result, now)
		if !ok {
			continue
		}
		switch aws.ToString(result.Id) {
		case "heard":
			controller.Heard, controller.HeardSeconds = true, age.Seconds()
		case "replication":
			lag.Known, lag.ReplicationSeconds, lag.AgeSeconds = true, value/1000, age.Seconds()
		case "rpo":
			lag.RPOSeconds = value / 1000
		}
	}
	return controller, lag
}

func query(id, namespace, metric string, dimensions []types.Dimension, statistic string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, ReturnData: aws.Bool(true), MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: &namespace, MetricName: &metric, Dimensions: dimensions},
		Period: aws.Int32(int32(period / time.Second)), Stat: &statistic,
	}}
}

// latest is the newest sample, whatever the order.
func latest(result types.MetricDataResult, now time.Time) (value float64, age time.Duration, ok bool) {
	var newest time.Time
	for i, at := range result.Timestamps {
		if i < len(result.Values) && (!ok || at.After(newest)) {
			newest, value, ok = at, result.Values[i], true
		}
	}
	return value, max(0, now.Sub(newest.Add(period))), ok
}

// facts are alarms that tell nobody anything: they feed a composite alarm or stop a drill, and two are in ALARM by rights.
var facts = []string{"lease-held-", "db-replication-missing-", "drill-heartbeat-"}

// readAlarms lists the alarms in ALARM whose names begin so.
func readAlarms(ctx context.Context, api CloudWatch, prefixes ...string) status.Alarms {
	seen := status.Alarms{Names: []string{}}
	for _, prefix := range prefixes {
		var next *string
		for page := 0; page == 0 || next != nil; page++ {
			output, err := api.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
				AlarmNamePrefix: &prefix, StateValue: types.StateValueAlarm, MaxRecords: aws.Int32(100), NextToken: next,
				AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
			})
			if err != nil {
				seen.Problem = err.Error()
				return seen
			}
			for _, alarm := range output.MetricAlarms {
				if name := aws.ToString(alarm.AlarmName); !isFact(prefix, name) {
					seen.Names = append(seen.Names, name)
				}
			}
			for _, alarm := range output.CompositeAlarms {
				seen.Names = append(seen.Names, aws.ToString(alarm.AlarmName))
			}
			next = output.NextToken
		}
	}
	slices.Sort(seen.Names)
	return seen
}

func isFact(prefix, name string) bool {
	for _, fact := range facts {
		if strings.HasPrefix(name, prefix+fact) {
			return true
		}
	}
	return false
}
