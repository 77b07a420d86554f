package operate

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
)

// Ledgers opens clusters of a Region by the endpoint that RDS tells, with the application's credentials. It works where
// the endpoints can be reached, which on AWS is inside the network.
type Ledgers struct {
	AWS aws.Config
	// Secret is the application's, by name or ARN.
	Secret string
	// Database and CAFile are as in connect.Settings.
	Database, CAFile string
	// Host is where an endpoint can be reached; nil is by its name.
	Host func(ctx context.Context, endpoint string) (string, error)
	// ReadTimeout bounds a statement.
	ReadTimeout time.Duration
}

// Open opens a cluster to read, or with write to post. The caller calls the function to close it.
func (l Ledgers) Open(ctx context.Context, cluster string, write bool) (*ledger.Store, func(), error) {
	found, err := rds.NewFromConfig(l.AWS).DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &cluster})
	if err != nil {
		return nil, nil, fmt.Errorf("find endpoint of cluster %s: %w", cluster, err)
	}
	if len(found.DBClusters) != 1 {
		return nil, nil, fmt.Errorf("find endpoint of cluster %s: RDS returned %d clusters, want 1", cluster, len(found.DBClusters))
	}
	host := aws.ToString(found.DBClusters[0].Endpoint)
	if l.Host != nil {
		if host, err = l.Host(ctx, host); err != nil {
			return nil, nil, fmt.Errorf("find endpoint of cluster %s: %w", cluster, err)
		}
	}
	pool, err := connect.New(connect.Settings{
		Hosts: []string{host}, Port: int(aws.ToInt32(found.DBClusters[0].Port)), Database: l.Database, CAFile: l.CAFile,
		Application: "paymentdr operator", ReadOnly: !write, StatementTimeout: l.ReadTimeout, MaxConnections: 4,
	}, connect.NewSecret(secretsmanager.NewFromConfig(l.AWS), l.Secret))
	if err != nil {
		return nil, nil, err
	}
	return ledger.New(pool), pool.Close, nil
}
