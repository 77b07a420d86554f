package connect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// Login is who to be.
type Login struct{ User, Password string }

// Credentials give the login for a server.
type Credentials interface {
	// Login returns what to send to host and port, as far as known without asking again.
	Login(ctx context.Context, host string, port int) (Login, error)
	// Refused says that the server did not accept the login, so that the next Login must not be the same old one.
	Refused(Login)
}

// SecretReader is the call of Secrets Manager that Secret needs.
type SecretReader interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Secret reads the login from a secret once, and again when a server refused it: after a rotation.
type Secret struct {
	reader SecretReader
	arn    string

	mu    sync.Mutex
	known *Login
}

// NewSecret returns credentials from the secret arn, whose value is the JSON that RDS rotation uses.
func NewSecret(reader SecretReader, arn string) *Secret { return &Secret{reader: reader, arn: arn} }

// Login implements Credentials. Its errors name the secret and never its content.
func (s *Secret) Login(ctx context.Context, _ string, _ int) (Login, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known != nil {
		return *s.known, nil
	}
	// No version stage: AWSCURRENT.
	output, err := s.reader.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.arn})
	if err != nil {
		return Login{}, fmt.Errorf("read secret %s: %w", s.arn, err)
	}
	login, err := parseSecret(aws.ToString(output.SecretString))
	if err != nil {
		return Login{}, fmt.Errorf("read secret %s: %w", s.arn, err)
	}
	s.known = &login
	return login, nil
}

// Refused implements Credentials.
func (s *Secret) Refused(login Login) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known != nil && *s.known == login {
		s.known = nil
	}
}

// parseSecret reads the fields that Secrets Manager's rotation functions agree on. The JSON decoder's error is not
// passed on, since it may quote the content.
func parseSecret(text string) (Login, error) {
	var value struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return Login{}, errors.New("its value is not the JSON object {username, password, ...}")
	}
	if value.Username == "" || value.Password == "" {
		return Login{}, errors.New("its value has no username or no password")
	}
	return Login{User: value.Username, Password: value.Password}, nil
}

// Token signs an IAM authentication token for each connection. It lives 15 minutes, is made without a call, and is only
// valid for the endpoint it names, which must be RDS's own and no alias (UsingWithRDS.IAMDBAuth).
type Token struct {
	user, region string
	credentials  aws.CredentialsProvider
}

// NewToken returns credentials for the database role user, which must have been granted rds_iam.
func NewToken(user, region string, credentials aws.CredentialsProvider) *Token {
	return &Token{user: user, region: region, credentials: credentials}
}

// Login implements Credentials.
func (t *Token) Login(ctx context.Context, host string, port int) (Login, error) {
	endpoint := net.JoinHostPort(host, strconv.Itoa(port))
	token, err := auth.BuildAuthToken(ctx, endpoint, t.region, t.user, t.credentials)
	if err != nil {
		return Login{}, fmt.Errorf("sign IAM token for %s at %s: %w", t.user, endpoint, err)
	}
	return Login{User: t.user, Password: token}, nil
}

// Refused implements Credentials; a token is never used twice.
func (t *Token) Refused(Login) {}
