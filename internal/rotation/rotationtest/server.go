package rotationtest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// SecretsManager is the server. Its zero value works and has no secret.
type SecretsManager struct {
	mu            sync.Mutex
	secrets       map[string]*secret
	before, after Hook
}

// Hook may fail a request: a *Fault is answered as Secrets Manager would, any other error drops the connection, as a
// crash of either side does.
type Hook func(action string) error

// SetHooks sets what is asked before a request takes effect and after it did (or was refused); nil asks nobody.
func (s *SecretsManager) SetHooks(before, after Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before, s.after = before, after
}

// hooks returns the hooks, so that they run without the lock.
func (s *SecretsManager) hooks() (before, after Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.before, s.after
}

// Fault is an error answer of Secrets Manager.
type Fault struct {
	Code    string // for example ResourceNotFoundException
	Message string
}

// Error names code and message.
func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// Client starts the server for the test's duration and returns a real client of it that does not retry.
func (s *SecretsManager) Client(t testing.TB) *secretsmanager.Client {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return secretsmanager.New(secretsmanager.Options{
		Region:           "us-east-1",
		BaseEndpoint:     aws.String(server.URL),
		RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
}

// ServeHTTP answers one request.
func (s *SecretsManager) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	action := strings.TrimPrefix(request.Header.Get("X-Amz-Target"), "secretsmanager.")
	body, err := io.ReadAll(http.MaxBytesReader(writer, request.Body, 1<<20))
	if err != nil {
		refuse(writer, &Fault{Code: "InvalidRequestException", Message: err.Error()})
		return
	}
	before, after := s.hooks()
	if before != nil {
		if err := before(action); err != nil {
			refuse(writer, err)
			return
		}
	}
	answer, err := s.perform(action, body)
	if after != nil {
		if failed := after(action); failed != nil {
			err = failed
		}
	}
	if err != nil {
		refuse(writer, err)
		return
	}
	send(writer, http.StatusOK, answer)
}

// refuse answers a fault, or drops the connection on any other error.
func refuse(writer http.ResponseWriter, err error) {
	var fault *Fault
	if !errors.As(err, &fault) {
		panic(http.ErrAbortHandler)
	}
	send(writer, http.StatusBadRequest, map[string]string{"__type": fault.Code, "Message": fault.Message})
}

func send(writer http.ResponseWriter, status int, answer any) {
	writer.Header().Set("Content-Type", "application/x-amz-json-1.1")
	writer.WriteHeader(status)
	// The status is sent; a client that is gone cannot be told more.
	_ = json.NewEncoder(writer).Encode(answer)
}

// perform carries out one action under the lock.
func (s *SecretsManager) perform(action string, body []byte) (any, error) {
	var input input
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, &Fault{Code: "InvalidRequestException", Message: err.Error()}
	}
	if action == "GetRandomPassword" {
		return randomPassword(input)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.secrets[input.SecretId]
	if !ok {
		return nil, &Fault{Code: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret."}
	}
	switch action {
	case "DescribeSecret":
		return found.describe(), nil
	case "GetSecretValue":
		return found.value(input)
	case "PutSecretValue":
		return found.put(input)
	case "UpdateSecretVersionStage":
		return found.moveStage(input)
	default:
		return nil, &Fault{Code: "NotImplemented", Message: "rotationtest does not model " + action}
	}
}

// input has the fields of all modelled requests.
type input struct {
	SecretId                string
	VersionId               string
	VersionStage            string
	ClientRequestToken      string
	SecretString            string
	VersionStages           []string
	MoveToVersionId         string
	RemoveFromVersionId     string
	PasswordLength          int
	ExcludeCharacters       string
	RequireEachIncludedType bool
}
