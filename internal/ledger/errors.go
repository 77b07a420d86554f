package ledger

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// ErrNotFound says that the ledger has no such payment.
var ErrNotFound = errors.New("payment is not in the ledger")

// classify adds payment.ErrLedgerUnavailable to errors that a retry, or another server, may cure.
//
// What is not the server's answer is a failure to reach it: of the network, DNS, TLS, the credentials or the deadline.
func classify(err error) error {
	if err == nil {
		return nil
	}
	var answer *pgconn.PgError
	if errors.As(err, &answer) && !temporary(answer.Code) {
		return err
	}
	return fmt.Errorf("%w: %w", payment.ErrLedgerUnavailable, err)
}

// temporary tells by SQLSTATE (PostgreSQL manual, appendix A) whether the server, not the statement, is to blame.
func temporary(code string) bool {
	switch code {
	case "25006", // read-only transaction: a standby, or a writer that was demoted
		"25P03", // idle-in-transaction timeout ended the session
		"55P03", // lock not available: a fence is being raised
		"3D000": // the database does not exist (yet)
		return true
	}
	switch code[:min(2, len(code))] {
	case "08", // connection exception
		"28", // authorization: credentials are rotated by somebody else
		"40", // transaction rollback: deadlock, serialization
		"53", // insufficient resources: connections, disk, memory
		"57", // operator intervention: shutdown, crash, cancel, starting up
		"58", // system error
		"XX": // internal error
		return true
	}
	return false
}

// statementFault tells whether err is the server's refusal of the data itself: a constraint or a malformed value.
func statementFault(err error) bool {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) || len(answer.Code) != 5 {
		return false
	}
	return answer.Code[:2] == "22" || answer.Code[:2] == "23"
}
