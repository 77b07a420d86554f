package aurora_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/aurora"
)

const (
	eastARN = "arn:aws:rds:us-east-1:123456789012:cluster:payment-primary"
	westARN = "arn:aws:rds:us-west-2:123456789012:cluster:payment-secondary"
)

// service answers as RDS in us-west-2 would.
type service struct {
	status      string
	global      types.GlobalCluster
	describeErr error
	failoverErr error
	// during is what the global cluster becomes by the failover call.
	during   *types.GlobalCluster
	asked    []*rds.FailoverGlobalClusterInput
	switched []*rds.SwitchoverGlobalClusterInput
}

func (s *service) DescribeDBClusters(_ context.Context, input *rds.DescribeDBClustersInput, _ ...func(*rds.Options)) (*rds.DescribeDBClustersOutput, error) {
	if s.describeErr != nil {
		return nil, s.describeErr
	}
	return &rds.DescribeDBClustersOutput{DBClusters: []types.DBCluster{{
		DBClusterIdentifier: input.DBClusterIdentifier, DBClusterArn: aws.String(westARN), Status: &s.status,
	}}}, nil
}

func (s *service) DescribeGlobalClusters(context.Context, *rds.DescribeGlobalClustersInput, ...func(*rds.Options)) (*rds.DescribeGlobalClustersOutput, error) {
	return &rds.DescribeGlobalClustersOutput{GlobalClusters: []types.GlobalCluster{s.global}}, nil
}

func (s *service) FailoverGlobalCluster(_ context.Context, input *rds.FailoverGlobalClusterInput, _ ...func(*rds.Options)) (*rds.FailoverGlobalClusterOutput, error) {
	s.asked = append(s.asked, input)
	if s.during != nil {
		s.global = *s.during
	}
	return &rds.FailoverGlobalClusterOutput{}, s.failoverErr
}

func (s *service) SwitchoverGlobalCluster(_ context.Context, input *rds.SwitchoverGlobalClusterInput, _ ...func(*rds.Options)) (*rds.SwitchoverGlobalClusterOutput, error) {
	s.switched = append(s.switched, input)
	if s.during != nil {
		s.global = *s.during
	}
	return &rds.SwitchoverGlobalClusterOutput{}, s.failoverErr
}

func members(writer string, state *types.FailoverState) types.GlobalCluster {
	member := func(arn string) types.GlobalClusterMember {
		return types.GlobalClusterMember{DBClusterArn: aws.String(arn), IsWriter: aws.Bool(arn == writer)}
	}
	return types.GlobalCluster{GlobalClusterMembers: []types.GlobalClusterMember{member(eastARN), member(westARN)}, FailoverState: state}
}

func moving(from, to string) *types.FailoverState {
	return &types.FailoverState{Status: types.FailoverStatusFailingOver, FromDbClusterArn: aws.String(from), ToDbClusterArn: aws.String(to)}
}

func TestObserve(t *testing.T) {
	for name, test := range map[string]struct {
		service service
		want    failover.Database
		problem string
	}{
		"replica":             {service{status: "available", global: members(eastARN, nil)}, failover.Database{Usable: true}, ""},
		"replica in backup":   {service{status: "backing-up", global: members(eastARN, nil)}, failover.Database{Usable: true}, ""},
		"writer":              {service{status: "available", global: members(westARN, nil)}, failover.Database{Writer: true, Usable: true}, ""},
		"being promoted":      {service{status: "promoting", global: members(eastARN, moving(eastARN, westARN))}, failover.Database{Promoting: true, Usable: true}, ""},
		"being demoted":       {service{status: "available", global: members(westARN, moving(westARN, eastARN))}, failover.Database{Writer: true}, "being demoted"},
		"stopped":             {service{status: "stopped", global: members(eastARN, nil)}, failover.Database{}, "is stopped"},
		"promoting by others": {service{status: "promoting", global: members(eastARN, nil)}, failover.Database{}, "is promoting"},
		"detached":            {service{status: "available", global: types.GlobalCluster{}}, failover.Database{}, "no member"},
		"empty failover state": {service{status: "available", global: members(eastARN, &types.FailoverState{})},
			failover.Database{Usable: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := aurora.Cluster{API: &test.service, Global: "payment-global", Identifier: "payment-secondary"}
			got, err := cluster.Observe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got.Problem, test.problem) || (test.problem == "") != (got.Problem == "") {
				t.Errorf("problem %q, want one with %q", got.Problem, test.problem)
			}
			got.Problem = ""
			if got != test.want {
				t.Errorf("observed %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestPromote(t *testing.T) {
	promoting, promoted := members(eastARN, moving(eastARN, westARN)), members(westARN, nil)
	denied := errors.New("AccessDenied")
	for name, test := range map[string]struct {
		service service
		want    error
	}{
		"begins":                      {service: service{global: members(eastARN, nil)}},
		"is under way":                {service: service{global: members(eastARN, nil), failoverErr: &types.InvalidGlobalClusterStateFault{}, during: &promoting}},
		"is done":                     {service: service{global: members(eastARN, nil), failoverErr: &types.InvalidDBClusterStateFault{}, during: &promoted}},
		"wrong state, nothing begun":  {service: service{global: members(eastARN, nil), failoverErr: &types.InvalidGlobalClusterStateFault{}}, want: &types.InvalidGlobalClusterStateFault{}},
		"denied":                      {service: service{global: members(eastARN, nil), failoverErr: denied}, want: denied},
		"own cluster not to be found": {service: service{describeErr: denied}, want: denied},
	} {
		t.Run(name, func(t *testing.T) {
			test.service.status = "available"
			cluster := aurora.Cluster{API: &test.service, Global: "payment-global", Identifier: "payment-secondary"}
			err := cluster.Promote(t.Context())
			var state *types.InvalidGlobalClusterStateFault
			switch {
			case test.want == nil && err != nil, test.want != nil && err == nil:
				t.Fatalf("error %v, want %v", err, test.want)
			case test.want != nil && !errors.Is(err, test.want) && !errors.As(err, &state):
				t.Fatalf("error %v, want %v", err, test.want)
			}
			for _, input := range test.service.asked {
				if aws.ToString(input.GlobalClusterIdentifier) != "payment-global" || aws.ToString(input.TargetDbClusterIdentifier) != westARN ||
					!aws.ToBool(input.AllowDataLoss) || input.Switchover != nil {
					t.Errorf("asked for %+v", input)
				}
			}
		})
	}
}

func TestSwitchOver(t *testing.T) {
	switching, switched := members(eastARN, moving(eastARN, westARN)), members(westARN, nil)
	resyncing := members(eastARN, nil)
	resyncing.GlobalClusterMembers[1].SynchronizationStatus = types.GlobalClusterMemberSynchronizationStatusPendingResync
	for name, test := range map[string]struct {
		service service
		region  string
		calls   int
		problem string
	}{
		"begins":                     {service{global: members(eastARN, nil)}, "us-west-2", 1, ""},
		"is under way":               {service{global: switching}, "us-west-2", 0, ""},
		"is done":                    {service{global: switched}, "us-west-2", 0, ""},
		"began meanwhile":            {service{global: members(eastARN, nil), failoverErr: &types.InvalidGlobalClusterStateFault{}, during: &switching}, "us-west-2", 1, ""},
		"wrong state, nothing begun": {service{global: members(eastARN, nil), failoverErr: &types.InvalidDBClusterStateFault{}}, "us-west-2", 1, "InvalidDBClusterStateFault"},
		"denied":                     {service{global: members(eastARN, nil), failoverErr: errors.New("AccessDenied")}, "us-west-2", 1, "AccessDenied"},
		"nobody there":               {service{global: members(eastARN, nil)}, "eu-west-1", 0, "no member in eu-west-1"},
		"target is being copied":     {service{global: resyncing}, "us-west-2", 0, "still being copied"},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := aurora.Cluster{API: &test.service, Global: "payment-global", Identifier: "payment-primary"}
			err := cluster.SwitchOver(t.Context(), test.region)
			if (err == nil) != (test.problem == "") || err != nil && !strings.Contains(err.Error(), test.problem) {
				t.Errorf("error %v, want one with %q", err, test.problem)
			}
			if len(test.service.switched) != test.calls {
				t.Errorf("%d calls, want %d", len(test.service.switched), test.calls)
			}
			for _, input := range test.service.switched {
				if aws.ToString(input.GlobalClusterIdentifier) != "payment-global" || aws.ToString(input.TargetDbClusterIdentifier) != westARN {
					t.Errorf("asked for %+v", input)
				}
			}
		})
	}
}
