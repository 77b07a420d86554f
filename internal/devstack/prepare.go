package devstack

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/dynamolocal"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/migrations"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/postgres/certificate"
)

// firstEpoch is the term that the stack begins with.
const firstEpoch = 1

// patience bounds one call of a control table that has just started.
const patience = 10 * time.Second

// startPostgres starts a server with a certificate of its own, as the ledger is only ever reached over verified TLS.
func (s *Stack) startPostgres(ctx context.Context) (*postgres.Server, error) {
	programs, err := postgres.Find(ctx)
	if err != nil {
		return nil, err
	}
	authority, err := certificate.NewAuthority()
	if err != nil {
		return nil, err
	}
	issued, err := authority.Issue("127.0.0.1", "localhost")
	if err != nil {
		return nil, err
	}
	if s.Ledger.CAFile, err = s.writeSecret("authority.pem", string(authority.PEM)); err != nil {
		return nil, err
	}
	server, err := postgres.Create(ctx, programs, postgres.Options{
		Dir: filepath.Join(s.folder.Path, "postgres"), TLS: issued,
		// Nothing is kept beyond the process, so nothing needs to survive the machine.
		Settings: map[string]string{"fsync": "off", "full_page_writes": "off"},
	})
	if err != nil {
		return nil, err
	}
	s.stop = append(s.stop, server.Remove)
	return server, server.Start(ctx)
}

// prepareLedger makes the database and its roles as a deployed one has them, and migrates it.
func (s *Stack) prepareLedger(ctx context.Context, server *postgres.Server) error {
	adminPassword, appPassword := newPassword(), newPassword()
	err := execute(ctx, server.SuperuserURL("postgres"),
		fmt.Sprintf("CREATE ROLE %s LOGIN CREATEROLE CREATEDB PASSWORD '%s'", admin, adminPassword),
		fmt.Sprintf("CREATE DATABASE %s OWNER %s", database, admin))
	if err != nil {
		return fmt.Errorf("make ledger database: %w", err)
	}
	config, err := pgx.ParseConfig(server.URL(admin, adminPassword, database))
	if err != nil {
		return fmt.Errorf("migrate ledger: %w", err)
	}
	if _, err := migrations.Migrate(ctx, config, 0); err != nil {
		return err
	}
	err = execute(ctx, server.URL(admin, adminPassword, database),
		fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s' IN ROLE %s", appUser, appPassword, appGroup))
	if err != nil {
		return fmt.Errorf("make application's login: %w", err)
	}
	file, err := s.writeSecret("password", appPassword)
	if err != nil {
		return err
	}
	s.Ledger.Host, s.Ledger.Port, s.Ledger.Database = server.Address(), server.Port(), database
	s.Ledger.User, s.Ledger.Password, s.Ledger.PasswordFile = appUser, appPassword, file
	return nil
}

// prepareTables makes both tables and begins the first term: fence, then record, as every takeover does.
func (s *Stack) prepareTables(ctx context.Context, config aws.Config, region string) error {
	client := journal.NewClient(config)
	for _, table := range []*dynamodb.CreateTableInput{dynamolocal.JournalSchema(s.JournalTable), dynamolocal.ControlSchema(s.ControlTable)} {
		if _, err := client.CreateTable(ctx, table); err != nil {
			return fmt.Errorf("create table %s: %w", aws.ToString(table.TableName), err)
		}
	}
	store := ledger.New(single(s.Ledger.URL()))
	if err := store.Fence(ctx, firstEpoch, region); err != nil {
		return err
	}
	_, err := control.New(client, s.ControlTable, patience).Save(ctx, control.Lease{
		Region: region, Epoch: firstEpoch, State: payment.LeaseActive, Holder: "paymentdr dev", UpdatedAt: time.Now(),
	})
	return err
}

// single opens a connection for each use; it implements ledger.Connections for the one call at the start.
type single string

// Do implements ledger.Connections.
func (s single) Do(ctx context.Context, use func(context.Context, *pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, string(s))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return use(ctx, conn)
}

func execute(ctx context.Context, address string, statements ...string) error {
	return single(address).Do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		for _, statement := range statements {
			if _, err := conn.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}
