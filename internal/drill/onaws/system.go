// Package onaws drills the system that is deployed: payers use its own names, AWS FIS makes the fault, and the stores
// are read by the AWS APIs and through the network. It refuses whatever could do harm, with every reason at once, and
// leaves no experiment running.
package onaws

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/faults"
	"github.com/paymentdr/paymentdr/internal/drill/payer/dialing"
	"github.com/paymentdr/paymentdr/internal/drill/run"
	cloud "github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/operate"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
)

// System is a deployed system: what an operator has, and what payers, the fault and the judge need besides.
type System struct {
	Config   config.Config
	Observer *observe.Observer
	// FIS and CloudWatch are those of the Regions, by name.
	FIS        map[string]faults.API
	CloudWatch map[string]faults.CloudWatch
	// Dialer makes a payer's own, with a resolver of its own. Roots verify the API; nil means the machine's.
	Dialer func() dialing.Dialer
	Roots  *x509.CertPool
	// Token gives a bearer token; nil: there is none.
	Token func(ctx context.Context) (string, error)
	// Ledger connects to the database of a Region, to read.
	Ledger func(ctx context.Context, region string) (*pgx.Conn, error)
	// MostItems is how many items of the journal are read by the judge; 0 means 500,000.
	MostItems int64
}

// region finds a Region of the system, which has the two of its configuration.
func (s System) region(name string) operate.Region {
	found, _ := s.Observer.Access.Region(name)
	return found
}

func (s System) role(region string) config.Role {
	if region == s.Config.Regions.Secondary {
		return config.Secondary
	}
	return config.Primary
}

// target is the system as a drill is played on it.
func (s System) target(sources ...event.Source) run.Target {
	access := s.Observer.Access
	target := run.Target{
		Primary: s.Config.Regions.Primary, Secondary: s.Config.Regions.Secondary, Witness: s.Config.Regions.Witness,
		Endpoint: "https://" + access.Domain, Regional: map[string]string{},
		Dialer: s.Dialer, Roots: s.Roots, Token: s.Token, JournalTable: access.JournalTable, ControlTable: access.ControlTable,
		Config: func(region string) aws.Config { return s.region(region).AWS },
		Ledger: s.Ledger, TTL: s.Config.HealthCheck.TTL,
		Order: func(context.Context, cloud.Order) error {
			return errors.New("only experiments of FIS change a deployed system")
		},
	}
	for _, region := range access.Regions {
		target.Regional[region.Name] = region.API
	}
	target.Events = merged(sources)
	return target
}

// healthy asks a Region whether it can take payments.
func (s System) healthy(ctx context.Context, region string) error {
	switch api := s.Observer.API(ctx, region); {
	case api.Problem != "":
		return fmt.Errorf("%s does not answer /health: %s", region, api.Problem)
	case api.Journal == "failed":
		return fmt.Errorf("%s cannot write the journal: %v", region, api.Reasons)
	}
	return nil
}
