package faults

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/paymentdr/paymentdr/internal/pause"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// CloudWatch is the part of CloudWatch that a heartbeat calls, in the experiment's Region.
type CloudWatch interface {
	PutMetricData(context.Context, *cloudwatch.PutMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error)
	DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error)
}

// beatEvery is twice in each period of the alarm; a Region that does not answer within lookTimeout is not healthy.
const (
	beatEvery   = 5 * time.Second
	lookTimeout = 3 * time.Second
)

// Heartbeat keeps the stop condition's alarm quiet for as long as the drill lives and the Region that is left alone can
// take payments.
type Heartbeat struct {
	CloudWatch CloudWatch
	// Environment is the metric's dimension, Alarm the alarm's name.
	Environment, Alarm string
	// Healthy looks at the other Region; an error is said in the metric by a zero.
	Healthy func(ctx context.Context) error

	mutex  sync.Mutex
	beaten bool
	last   error
	stop   context.CancelFunc
	done   chan struct{}
}

// Start begins to beat, and returns when the alarm is quiet, so that FIS lets an experiment start.
func (h *Heartbeat) Start(ctx context.Context, within time.Duration) error {
	beat, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stop, h.done = stop, make(chan struct{})
	go h.run(beat)
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		state, err := h.state(ctx)
		beaten, trouble := h.trouble()
		if err == nil && state == types.StateValueOk && beaten && trouble == nil {
			return nil // by our beat, not by that of a drill just ended
		}
		if pause.For(ctx, time.Second) != nil {
			return fmt.Errorf("wait until alarm %s is quiet: it is %q after %s: %w", h.Alarm, state, within, errors.Join(err, trouble, ctx.Err()))
		}
	}
}

// Stop ends it; the alarm rises soon after. It is safe to call twice, and before Start.
func (h *Heartbeat) Stop() {
	if h.stop != nil {
		h.stop()
		<-h.done
	}
}

func (h *Heartbeat) run(ctx context.Context) {
	defer close(h.done)
	for {
		err := h.beat(ctx)
		h.mutex.Lock()
		h.beaten, h.last = true, err
		h.mutex.Unlock()
		if pause.For(ctx, beatEvery) != nil {
			return
		}
	}
}

// trouble is whether there was a beat, and what the last one met.
func (h *Heartbeat) trouble() (beaten bool, last error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.beaten, h.last
}

func (h *Heartbeat) beat(ctx context.Context) error {
	value, unwell := 1.0, h.look(ctx)
	if unwell != nil {
		value = 0
	}
	ctx, cancel := context.WithTimeout(ctx, beatEvery)
	defer cancel()
	_, err := h.CloudWatch.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{
		Namespace: aws.String(telemetry.Namespace),
		MetricData: []types.MetricDatum{{
			MetricName: aws.String(telemetry.DrillHeartbeat), Value: &value, Unit: types.StandardUnitCount, StorageResolution: aws.Int32(1),
			Timestamp:  aws.Time(time.Now()),
			Dimensions: []types.Dimension{{Name: aws.String(telemetry.DimensionEnvironment), Value: &h.Environment}},
		}},
	})
	return errors.Join(unwell, err)
}

func (h *Heartbeat) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	return h.Healthy(ctx)
}

func (h *Heartbeat) state(ctx context.Context) (types.StateValue, error) {
	output, err := h.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{h.Alarm}})
	if err != nil {
		return "", fmt.Errorf("look at alarm %s: %w", h.Alarm, err)
	}
	if len(output.MetricAlarms) != 1 {
		return "", fmt.Errorf("look at alarm %s: there is none", h.Alarm)
	}
	return output.MetricAlarms[0].StateValue, nil
}
