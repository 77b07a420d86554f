package onaws_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/faults"
	"github.com/paymentdr/paymentdr/internal/drill/faults/faultstest"
	"github.com/paymentdr/paymentdr/internal/drill/onaws"
	"github.com/paymentdr/paymentdr/internal/drill/payer/dialing"
	"github.com/paymentdr/paymentdr/internal/drill/payer/stub"
	"github.com/paymentdr/paymentdr/internal/operate/operatetest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
	"github.com/paymentdr/paymentdr/internal/stack"
)

const east, west = operatetest.East, operatetest.West

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// watch is a Region's CloudWatch as a heartbeat sees it: the alarm is quiet from the first beat on.
type watch struct {
	mutex  sync.Mutex
	beats  []float64
	absent bool
	broken error
}

func (w *watch) PutMetricData(_ context.Context, input *cloudwatch.PutMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.beats = append(w.beats, *input.MetricData[0].Value)
	return &cloudwatch.PutMetricDataOutput{}, nil
}

func (w *watch) DescribeAlarms(_ context.Context, input *cloudwatch.DescribeAlarmsInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.absent || w.broken != nil {
		return &cloudwatch.DescribeAlarmsOutput{}, w.broken
	}
	state := types.StateValueAlarm
	if len(w.beats) > 0 && w.beats[len(w.beats)-1] == 1 {
		state = types.StateValueOk
	}
	return &cloudwatch.DescribeAlarmsOutput{MetricAlarms: []types.MetricAlarm{{AlarmName: &input.AlarmNames[0], StateValue: state}}}, nil
}

func (w *watch) count() int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return len(w.beats)
}

// world is a running system with an FIS and a watch in each Region.
type world struct {
	*operatetest.World
	servers map[string]*faultstest.Server
	watches map[string]*watch
}

func start(t *testing.T) *world {
	t.Helper()
	w := &world{World: operatetest.Start(t), servers: map[string]*faultstest.Server{}, watches: map[string]*watch{}}
	w.StartController(east)
	w.Await("a first lease", w.LeaseIs(east, payment.LeaseActive))
	w.StartController(west)
	for _, role := range config.Roles() {
		w.serve(t, configuration(), role)
	}
	w.Await("a system fit to be drilled", func(ctx context.Context) error {
		_, reasons, err := w.system(configuration()).Examine(ctx, want())
		if len(reasons) > 0 {
			return errors.New(reasons[0].Text)
		}
		return err
	})
	return w
}

func (w *world) serve(t *testing.T, cfg config.Config, role config.Role) {
	names, region := cfg.Names(), cfg.Region(role)
	server := &faultstest.Server{Region: region}
	alarms := []string{server.ARN("cloudwatch", "alarm:"+stack.DrillAlarm(names, role))}
	server.Templates = []faultstest.Template{
		{
			ID: "EXTtables", Name: stack.DrillTemplate(names, role, stack.DrillTablePartition), Action: stack.ActionPauseReplication, Alarms: alarms,
			Targets: []string{server.ARN("dynamodb", "table/"+names.JournalTable()), server.ARN("dynamodb", "table/"+names.ControlTable())},
		},
		{
			ID: "EXTlink", Name: stack.DrillTemplate(names, role, stack.DrillLinkCut), Action: stack.ActionCutRoutes, Alarms: alarms,
			Targets: []string{server.ARN("ec2", "subnet/a"), server.ARN("ec2", "subnet/b"), server.ARN("ec2", "subnet/c")},
		},
	}
	server.Serve(t)
	w.servers[region], w.watches[region] = server, &watch{}
}

// configuration is that of the world, fit to be drilled.
func configuration() config.Config {
	cfg, unprotected := config.Default(), false
	cfg.EnvironmentSuffix, cfg.Domain, cfg.Database.DeletionProtection = operatetest.Environment, "pay.example.net", &unprotected
	cfg.Drills.Faults, cfg.API.Auth = config.FaultsFIS, config.Auth{None: true}
	cfg.HealthCheck.TTL = time.Second
	return cfg
}

func want() onaws.Want {
	return onaws.Want{Scenario: stack.DrillTablePartition, Account: faultstest.Account, By: "ann@desk"}
}

func (w *world) system(cfg config.Config) onaws.System {
	system := onaws.System{
		Config: cfg, Observer: w.Observer(), FIS: map[string]faults.API{}, CloudWatch: map[string]faults.CloudWatch{},
		Dialer: func() dialing.Dialer { return dialing.Dialer{Resolver: stub.New(stub.Server("127.0.0.1:1"), nil)} },
		Ledger: func(_ context.Context, region string) (*pgx.Conn, error) {
			return w.Admin(map[string]string{east: operatetest.EastCluster, west: operatetest.WestCluster}[region]), nil
		},
	}
	for region, server := range w.servers {
		system.FIS[region], system.CloudWatch[region] = server.Client(), w.watches[region]
	}
	return system
}
