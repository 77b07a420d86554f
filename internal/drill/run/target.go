// Package run plays a scenario against a running system: load, fault, recovery, settling, judgement. It knows the system
// only from outside: the addresses that payers have, the journal and the ledger that the judge reads, the events that
// others recorded.
package run

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/payer/dialing"
	"github.com/paymentdr/paymentdr/internal/drill/scenario"
	cloud "github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// Target is the system that is drilled.
type Target struct {
	Primary, Secondary, Witness string
	// Endpoint is the base URL that DNS moves, Regional are the Regions' own.
	Endpoint string
	Regional map[string]string
	// Dialer makes a payer's own, with a resolver of its own.
	Dialer func() dialing.Dialer
	// Roots verify servers; nil means the system's.
	Roots *x509.CertPool
	// Token gives a bearer token; nil means that the API asks for none.
	Token func(ctx context.Context) (string, error)
	// Tables of the journal and of the lease.
	JournalTable, ControlTable string
	// Config reaches the AWS APIs of a Region.
	Config func(region string) aws.Config
	// Ledger connects the judge to the database of a Region; the caller closes the connection.
	Ledger func(ctx context.Context, region string) (*pgx.Conn, error)
	// Events are those that the system's surroundings recorded; the history in the control table is read besides.
	Events event.Source
	// TTL is how long payers' resolvers keep the failover name's answer.
	TTL time.Duration
	// Function and Secret are as in scenario.Stage.
	Function func(region, role string) (string, error)
	Secret   func(region string) (string, error)
	// Whole says what is still missing until the system is as it was before a drill, with the lease in the active Region.
	Whole func(ctx context.Context, active string) error
	// Order and Operate break and mend, see scenario.Stage.
	Order   func(ctx context.Context, order cloud.Order) error
	Operate func(ctx context.Context, words ...string) error
}

// places says who is who, when the lease is in the active Region.
func (t Target) places(active string) scenario.Places {
	standby := t.Secondary
	if active == t.Secondary {
		standby = t.Primary
	}
	return scenario.Places{Primary: t.Primary, Secondary: t.Secondary, Witness: t.Witness, Active: active, Standby: standby}
}
