package pairtest_test

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/paymentdr/paymentdr/internal/failover/aurora"
	"github.com/paymentdr/paymentdr/internal/postgres"
)

// plane is the control plane of a global cluster whose members are real servers. It does not model that the former
// writer is stopped, nor its rebuilding as a replica.
type plane struct {
	servers map[string]*postgres.Server

	mutex  sync.Mutex
	writer string
	target string
	group  sync.WaitGroup
}

// member is the plane as one Region calls it.
type member struct {
	*plane
	region string
}

func (p *plane) of(region string) aurora.API { return member{p, region} }

func arn(region string) *string {
	return aws.String("arn:aws:rds:" + region + ":123456789012:cluster:" + region)
}

func (m member) DescribeDBClusters(_ context.Context, input *rds.DescribeDBClustersInput, _ ...func(*rds.Options)) (*rds.DescribeDBClustersOutput, error) {
	return &rds.DescribeDBClustersOutput{DBClusters: []types.DBCluster{{
		DBClusterIdentifier: input.DBClusterIdentifier, DBClusterArn: arn(m.region), Status: aws.String("available"),
	}}}, nil
}

func (m member) DescribeGlobalClusters(context.Context, *rds.DescribeGlobalClustersInput, ...func(*rds.Options)) (*rds.DescribeGlobalClustersOutput, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var global types.GlobalCluster
	for region := range m.servers {
		global.GlobalClusterMembers = append(global.GlobalClusterMembers, types.GlobalClusterMember{
			DBClusterArn: arn(region), IsWriter: aws.Bool(region == m.writer),
		})
	}
	if m.target != "" {
		global.FailoverState = &types.FailoverState{
			Status: types.FailoverStatusFailingOver, FromDbClusterArn: arn(m.writer), ToDbClusterArn: arn(m.target), IsDataLossAllowed: aws.Bool(true),
		}
	}
	return &rds.DescribeGlobalClustersOutput{GlobalClusters: []types.GlobalCluster{global}}, nil
}

func (member) SwitchoverGlobalCluster(context.Context, *rds.SwitchoverGlobalClusterInput, ...func(*rds.Options)) (*rds.SwitchoverGlobalClusterOutput, error) {
	return nil, errors.New("not modelled")
}

func (m member) FailoverGlobalCluster(context.Context, *rds.FailoverGlobalClusterInput, ...func(*rds.Options)) (*rds.FailoverGlobalClusterOutput, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.target != "" || m.writer == m.region {
		return nil, &types.InvalidGlobalClusterStateFault{}
	}
	m.target = m.region
	m.group.Go(func() {
		err := m.servers[m.region].Promote(context.Background())
		m.mutex.Lock()
		defer m.mutex.Unlock()
		if m.target = ""; err == nil {
			m.writer = m.region
		}
	})
	return &rds.FailoverGlobalClusterOutput{}, nil
}
