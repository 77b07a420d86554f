package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/paymentdr/paymentdr/internal/cli"
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/faults"
	"github.com/paymentdr/paymentdr/internal/drill/faults/faultstest"
	"github.com/paymentdr/paymentdr/internal/drill/local"
	"github.com/paymentdr/paymentdr/internal/drill/onaws"
	"github.com/paymentdr/paymentdr/internal/drill/run"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/statefolder"
	"github.com/paymentdr/paymentdr/internal/operate"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// settings are those of a system that is fast to fail over.
var settings = []string{
	"drills.faults=fis", "lease.ttl=6s", "lease.tick=1s", "health_check.threshold=1", "health_check.ttl=5s", "compute.architecture=amd64",
}

// cloud is a local cloud with an FIS in each Region.
type cloud struct {
	t       *testing.T
	name    string
	client  *control.Client
	status  control.Status
	target  run.Target
	servers map[string]*faultstest.Server
}

// command runs the command line with the settings.
func (c *cloud) command(ctx context.Context, arguments ...string) (code int, stdout, stderr string) {
	var out, errors bytes.Buffer
	for _, setting := range settings {
		arguments = append(arguments, "--set", setting)
	}
	code = cli.Run(ctx, cli.Process{
		Args: arguments, Environment: os.Environ(), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errors,
		Deployed: func(_ context.Context, cfg config.Config) (onaws.System, error) { return c.system(cfg), nil },
	})
	return code, out.String(), errors.String()
}

func (c *cloud) must(arguments ...string) {
	c.t.Helper()
	if code, stdout, stderr := c.command(c.t.Context(), arguments...); code != cli.ExitOK {
		c.t.Fatalf("%v: exit %d\n%s\n%s", arguments, code, stdout, stderr)
	}
}

// start starts a cloud and ends it with the test.
func start(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{t: t, name: fmt.Sprintf("e2e-%d", os.Getpid()), servers: map[string]*faultstest.Server{}}
	t.Cleanup(func() {
		if code, _, stderr := c.command(context.Background(), "local", "down", "--name", c.name); code != cli.ExitOK {
			t.Errorf("local down: exit %d\n%s", code, stderr)
		}
	})
	c.must("local", "up", "--name", c.name)
	folder, err := statefolder.Path(c.name, "")
	if err != nil {
		t.Fatal(err)
	}
	c.client = control.NewClient(statefolder.Control(folder))
	t.Cleanup(c.client.Close)
	if c.status, err = c.client.Status(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c.target, err = local.Target(t.Context(), c.client); err != nil {
		t.Fatal(err)
	}
	for _, region := range c.status.Layout.Regions() {
		c.servers[region] = &faultstest.Server{Region: region}
	}
	return c
}

// serveFIS gives each Region the templates that its files have; what an experiment does is to cut the Region off.
func (c *cloud) serveFIS(cfg config.Config) {
	names := cfg.Names()
	for _, role := range config.Roles() {
		region := cfg.Region(role)
		server, alarm := c.servers[region], stack.DrillAlarm(names, role)
		server.Templates = []faultstest.Template{{
			ID: "EXT" + region, Name: stack.DrillTemplate(names, role, stack.DrillTablePartition), Action: stack.ActionPauseReplication,
			Targets: []string{server.ARN("dynamodb", "table/"+names.JournalTable()), server.ARN("dynamodb", "table/"+names.ControlTable())},
			Alarms:  []string{server.ARN("cloudwatch", "alarm:"+alarm)},
		}}
		server.Start = func() error { return c.order(control.Cut, region) }
		server.Stop = func() error { return c.order(control.Heal, region) }
		server.Alarm = func() bool { return c.inAlarm(region, alarm) }
		server.Serve(c.t)
	}
}

// order cuts a Region off from the other and the witness, or heals that: what is paused is replication with both.
func (c *cloud) order(do, region string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, other := range c.status.Layout.Places() {
		if other == region || !slices.Contains([]string{c.status.Layout.Primary, c.status.Layout.Secondary, c.status.Layout.Witness}, other) {
			continue
		}
		if err := c.client.Order(ctx, control.Order{Do: do, From: region, To: other}); err != nil {
			return err
		}
	}
	return nil
}

func (c *cloud) inAlarm(region, alarm string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	output, err := cloudwatch.NewFromConfig(c.target.Config(region)).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{alarm}})
	return err != nil || len(output.MetricAlarms) != 1 || output.MetricAlarms[0].StateValue == cloudwatchtypes.StateValueAlarm
}

// system is the cloud as a deployed system.
func (c *cloud) system(cfg config.Config) onaws.System {
	names := cfg.Names()
	dialer := c.target.Dialer()
	client := &http.Client{Transport: &http.Transport{
		DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{RootCAs: c.target.Roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true,
	}}
	access := operate.Access{
		Environment: cfg.EnvironmentSuffix, ControlTable: names.ControlTable(), JournalTable: names.JournalTable(), GlobalCluster: names.GlobalCluster(),
		Domain: names.FailoverDomain(), TTL: cfg.Lease.TTL, Tick: cfg.Lease.Tick, DNS: c.target.Config(cfg.Regions.Primary),
		Resolver: &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, c.status.Layout.Resolver().String())
		}},
	}
	system := onaws.System{
		Config: cfg, FIS: map[string]faults.API{}, CloudWatch: map[string]faults.CloudWatch{},
		Dialer: c.target.Dialer, Roots: c.target.Roots, Token: c.target.Token, Ledger: c.target.Ledger,
	}
	for _, role := range config.Roles() {
		region := cfg.Region(role)
		access.Regions = append(access.Regions, operate.Region{
			Name: region, Place: payment.Place(role), AWS: c.target.Config(region), Cluster: names.Cluster(role),
			API: "https://" + names.RegionalDomain(role), HTTP: client, AlarmPrefix: "payment-" + string(role) + "-",
		})
		system.FIS[region] = c.servers[region].Client()
		system.CloudWatch[region] = cloudwatch.NewFromConfig(c.target.Config(region))
	}
	system.Observer = observe.Connect(access)
	return system
}
