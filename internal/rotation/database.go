package rotation

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Session calls use with a session of this user at the writer endpoint, and ends it. Sessions has the real one.
type Session func(ctx context.Context, username, password string, use func(context.Context, *pgx.Conn) error) error

// loginRejections are the PostgreSQL states that mean that these credentials do not work (yet).
var loginRejections = map[string]bool{
	"28P01": true, // invalid_password, also for a role that does not exist
	"28000": true, // invalid_authorization_specification: no LOGIN
	"42501": true, // insufficient_privilege: no CONNECT, so not yet a member of the group
}

// at calls use with a session of these credentials at the writer. Its errors tell a login that the database refused
// (*RejectedError) and a server that is not the writer (*ReplicaError) from all others.
func (s Session) at(ctx context.Context, credentials Credentials, use func(context.Context, *pgx.Conn) error) error {
	connected := false
	err := s(ctx, credentials.Username, credentials.Password, func(ctx context.Context, conn *pgx.Conn) error {
		connected = true
		if err := refuseReplica(ctx, conn); err != nil {
			return err
		}
		return use(ctx, conn)
	})
	if connected || err == nil {
		return err
	}
	var answer *pgconn.PgError
	if errors.As(err, &answer) && loginRejections[answer.Code] {
		return &RejectedError{Username: credentials.Username, Err: answer}
	}
	return fmt.Errorf("connect as %s: %w", credentials.Username, err)
}

// refuseReplica returns a *ReplicaError unless the server accepts writes.
func refuseReplica(ctx context.Context, conn *pgx.Conn) error {
	var recovering, readOnly bool
	err := conn.QueryRow(ctx, "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')::boolean").
		Scan(&recovering, &readOnly)
	switch {
	case err != nil:
		return fmt.Errorf("ask for the database's role: %w", err)
	case recovering:
		return &ReplicaError{Detail: "pg_is_in_recovery"}
	case readOnly:
		return &ReplicaError{Detail: "transaction_read_only"}
	default:
		return nil
	}
}

// login proves that credentials work: it opens a session and, for a user of a group, sees that it has the group's
// rights.
func (s Session) login(ctx context.Context, group string, credentials Credentials) error {
	return s.at(ctx, credentials, func(ctx context.Context, conn *pgx.Conn) error {
		if credentials.MasterARN == "" {
			return nil
		}
		var member bool
		if err := conn.QueryRow(ctx, "SELECT pg_catalog.pg_has_role($1, 'USAGE')", group).Scan(&member); err != nil {
			return fmt.Errorf("ask whether %s is a member of %s: %w", credentials.Username, group, err)
		}
		if !member {
			return &RejectedError{Username: credentials.Username, Err: fmt.Errorf("not a member of %s", group)}
		}
		return nil
	})
}

// change is a password change to carry out as another user or as the user itself.
type change struct {
	username string
	password string
	group    string // the role to be made a member of; empty changes the password only
	// valid is asked inside the transaction, after the lock: a run that was superseded must not overwrite its
	// successor's password.
	valid func(context.Context) error
}

// apply carries out a change in one transaction, so that it has happened wholly or not at all.
func (c change) apply(ctx context.Context, conn *pgx.Conn) error {
	verifier, err := scramVerifier(c.password)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// Two runs would else fail on the same catalog row ("tuple concurrently updated").
		if _, err := tx.Exec(ctx, "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))", "paymentdr rotation "+c.username); err != nil {
			return fmt.Errorf("lock role %s: %w", c.username, err)
		}
		if err := c.valid(ctx); err != nil {
			return err
		}
		var exists bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = $1)", c.username).Scan(&exists); err != nil {
			return fmt.Errorf("look for role %s: %w", c.username, err)
		}
		verb := "ALTER"
		if !exists {
			if c.group == "" {
				return fmt.Errorf("change role %s: it does not exist", c.username)
			}
			verb = "CREATE"
		}
		role := pgx.Identifier{c.username}.Sanitize()
		// Utility statements take no parameters; a verifier consists of base64, digits, '$', ':' and '-'.
		options := fmt.Sprintf("PASSWORD '%s'", verifier)
		if c.group != "" {
			options = "LOGIN " + options
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf("%s ROLE %s %s", verb, role, options)); err != nil {
			return fmt.Errorf("%s role %s: %w", verb, c.username, err)
		}
		if c.group == "" {
			return nil
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf("GRANT %s TO %s", pgx.Identifier{c.group}.Sanitize(), role)); err != nil {
			return fmt.Errorf("make %s a member of %s (its migration must have run): %w", c.username, c.group, err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set password of %s: %w", c.username, err)
	}
	return nil
}
