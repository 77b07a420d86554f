// Package observe looks at one system once: every part at the same time, each with its own deadline and its own error,
// so that a Region that is dark costs one timeout and hides nothing of the other.
package observe

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/operate"
)

// RDS is the part of RDS that an observer calls.
type RDS interface {
	DescribeDBClusters(context.Context, *rds.DescribeDBClustersInput, ...func(*rds.Options)) (*rds.DescribeDBClustersOutput, error)
	DescribeDBInstances(context.Context, *rds.DescribeDBInstancesInput, ...func(*rds.Options)) (*rds.DescribeDBInstancesOutput, error)
	DescribeGlobalClusters(context.Context, *rds.DescribeGlobalClustersInput, ...func(*rds.Options)) (*rds.DescribeGlobalClustersOutput, error)
}

// CloudWatch is the part of CloudWatch that an observer calls.
type CloudWatch interface {
	GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
	DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error)
}

// Route53 is the part of Route 53 that an observer calls.
type Route53 interface {
	ListHealthChecks(context.Context, *route53.ListHealthChecksInput, ...func(*route53.Options)) (*route53.ListHealthChecksOutput, error)
	GetHealthCheckStatus(context.Context, *route53.GetHealthCheckStatusInput, ...func(*route53.Options)) (*route53.GetHealthCheckStatusOutput, error)
}

// Names resolves names; *net.Resolver does.
type Names interface {
	LookupCNAME(ctx context.Context, host string) (string, error)
}

// Clients are what an observer asks in one Region.
type Clients struct {
	Control    *control.Store
	Journal    *journal.Store
	RDS        RDS
	CloudWatch CloudWatch
	HTTP       *http.Client
}

// Observer looks at one system. Connect makes one; a test may replace its clients.
type Observer struct {
	Access operate.Access
	// Clients stand in the order of Access.Regions.
	Clients []Clients
	Route53 Route53
	// DNSAlarms is where Route 53's alarms are.
	DNSAlarms CloudWatch
	Names     Names
	Now       func() time.Time
}

// Connect makes the clients; nothing is called yet.
func Connect(access operate.Access) *Observer {
	if access.Timeout <= 0 {
		access.Timeout = operate.DefaultTimeout
	}
	if access.Zones.Region == "" {
		access.Zones = access.DNS
	}
	o := &Observer{
		Access: access, Route53: route53.NewFromConfig(access.Zones), DNSAlarms: cloudwatch.NewFromConfig(access.DNS),
		Names: access.Resolver, Now: func() time.Time { return time.Now().UTC() },
	}
	for _, region := range access.Regions {
		client := journal.NewClient(region.AWS)
		clients := Clients{
			Control: control.New(client, access.ControlTable, access.Timeout),
			Journal: journal.New(client, access.JournalTable, journal.Options{AttemptTimeout: access.Timeout}),
			RDS:     rds.NewFromConfig(region.AWS), CloudWatch: cloudwatch.NewFromConfig(region.AWS), HTTP: region.HTTP,
		}
		if clients.HTTP == nil {
			clients.HTTP = http.DefaultClient
		}
		o.Clients = append(o.Clients, clients)
	}
	return o
}

// Control is the control table as a Region has it; nil for a Region that is none of the two.
func (o *Observer) Control(region string) *control.Store {
	for i, known := range o.Access.Regions {
		if known.Name == region {
			return o.Clients[i].Control
		}
	}
	return nil
}
