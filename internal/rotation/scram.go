package rotation

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// PostgreSQL's own values (src/include/common/scram-common.h).
const (
	scramIterations = 4096
	scramSaltBytes  = 16
)

// scramVerifier returns what PostgreSQL stores for a password, in the form that CREATE and ALTER ROLE take as it is
// (RFC 5802; PostgreSQL manual, pg_authid). The password must be ASCII, for which SASLprep changes nothing.
func scramVerifier(password string) (string, error) {
	if err := checkPassword(password); err != nil {
		return "", err
	}
	salt := make([]byte, scramSaltBytes)
	// crypto/rand never fails; it ends the process instead.
	_, _ = rand.Read(salt)
	salted, err := pbkdf2.Key(sha256.New, password, salt, scramIterations, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("derive SCRAM key: %w", err)
	}
	storedKey := sha256.Sum256(sign(salted, "Client Key"))
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", scramIterations, encode(salt), encode(storedKey[:]), encode(sign(salted, "Server Key"))), nil
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text)) // a hash never fails
	return mac.Sum(nil)
}
