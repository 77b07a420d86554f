package devstack

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/paymentdr/paymentdr/internal/dynamolocal"
	"github.com/paymentdr/paymentdr/internal/scratch"
)

// folderPrefix begins the names of the stack's temporary folders.
const folderPrefix = "paymentdr-dev-"

// Names of what a stack has; they are those of a deployed one.
const (
	database = "paymentdb"
	admin    = "dbadmin"
	appGroup = "payment_app"
	appUser  = "payment_app_a"
)

// Options describe a stack. All fields are required.
type Options struct {
	Region string // holds the lease
	Suffix string // ends the tables' names
	// Progress is told what is being waited for; it may be slow the first time, when servers are downloaded.
	Progress func(what string)
}

// Stack is a running stack; Stop ends it.
type Stack struct {
	DynamoDBEndpoint           string
	JournalTable, ControlTable string
	Ledger                     Ledger

	folder *scratch.Folder
	stop   []func() error
}

// Ledger says how to reach the ledger's database as the application does.
type Ledger struct {
	Host                         string
	Port                         int
	Database                     string
	User, Password, PasswordFile string
	CAFile                       string // verifies the server
}

// URL is the ledger as one connection string, password and all: it is of this machine and this run only.
func (l Ledger) URL() string {
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(l.User, l.Password), Host: l.Host + ":" + strconv.Itoa(l.Port),
		Path: "/" + l.Database, RawQuery: url.Values{"sslmode": {"verify-full"}, "sslrootcert": {l.CAFile}}.Encode(),
	}
	return address.String()
}

// Start starts a stack and returns when all of it answers. After an error nothing runs.
func Start(ctx context.Context, options Options) (*Stack, error) {
	folder, err := scratch.Make(folderPrefix)
	if err != nil {
		return nil, fmt.Errorf("start development stack: %w", err)
	}
	stack := &Stack{
		JournalTable: "payment-sessions-" + options.Suffix, ControlTable: "payment-control-" + options.Suffix, folder: folder,
	}
	if err := stack.start(ctx, options); err != nil {
		return nil, errors.Join(fmt.Errorf("start development stack: %w", err), stack.Stop())
	}
	return stack, nil
}

func (s *Stack) start(ctx context.Context, options Options) error {
	options.Progress("starting PostgreSQL")
	server, err := s.startPostgres(ctx)
	if err != nil {
		return err
	}
	options.Progress("starting DynamoDB Local")
	dynamo, err := dynamolocal.Start(ctx)
	if err != nil {
		return err
	}
	s.stop = append(s.stop, func() error { dynamo.Stop(); return nil })
	s.DynamoDBEndpoint = dynamo.Endpoint
	options.Progress("making tables, migrating the ledger")
	if err := s.prepareLedger(ctx, server); err != nil {
		return err
	}
	return s.prepareTables(ctx, dynamo.Config(), options.Region)
}

// Stop ends every server and removes what they wrote. It is safe to call twice.
func (s *Stack) Stop() error {
	var failures []error
	for i := len(s.stop) - 1; i >= 0; i-- {
		failures = append(failures, s.stop[i]())
	}
	s.stop = nil
	if s.folder != nil {
		failures = append(failures, s.folder.Remove())
		s.folder = nil
	}
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("stop development stack: %w", err)
	}
	return nil
}

// writeSecret writes a file that only this user reads.
func (s *Stack) writeSecret(name, content string) (path string, err error) {
	path = filepath.Join(s.folder.Path, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	return path, nil
}

// newPassword is random text of more than 128 bits, without characters that a statement or a URL would escape.
func newPassword() string { return rand.Text() }
