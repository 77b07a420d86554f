package install_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
	"github.com/paymentdr/paymentdr/internal/localcloud/region/install"
)

// recorder is every service, and writes down what it is asked for.
type recorder struct {
	mutex       sync.Mutex
	calls       []string
	functions   map[string]lambda.Function
	permissions map[string]lambda.Permission // by function and statement
	gateway     apigateway.Configuration
	fail        error // of the next call
}

func newRecorder() *recorder {
	return &recorder{functions: map[string]lambda.Function{}, permissions: map[string]lambda.Permission{}}
}

func (r *recorder) call(format string, values ...any) error {
	r.calls = append(r.calls, fmt.Sprintf(format, values...))
	err := r.fail
	r.fail = nil
	return err
}

func (r *recorder) Put(function lambda.Function, _ []byte) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if err := r.call("put function %s", function.Name); err != nil {
		return err
	}
	r.functions[function.Name] = function
	return nil
}

func (r *recorder) Delete(name string) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.functions, name)
	maps.DeleteFunc(r.permissions, func(key string, _ lambda.Permission) bool { return strings.HasPrefix(key, name+" ") })
	return r.call("delete function %s", name)
}

func (r *recorder) AddPermission(function string, permission lambda.Permission) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	key := function + " " + permission.StatementID
	if _, twice := r.permissions[key]; twice {
		return fmt.Errorf("statement %s exists", key)
	}
	r.permissions[key] = permission
	return r.call("allow %s", key)
}

func (r *recorder) RemovePermission(function, statement string) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.permissions, function+" "+statement)
	return r.call("forbid %s %s", function, statement)
}

func (r *recorder) Configure(configuration apigateway.Configuration) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if err := r.call("configure"); err != nil {
		return err
	}
	r.gateway = configuration
	return nil
}

func (r *recorder) services() install.Services { return install.Services{Functions: r, Gateway: r} }

// zip is a file with a content; the recorder does not look into it.
func zip(t *testing.T, content string) (path, hash string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "code.zip")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	return path, base64.StdEncoding.EncodeToString(sum[:])
}

// given is a resource as it comes: type, address, attributes.
type given struct {
	kind, address string
	attributes    map[string]any
}

func (g given) put(ctx context.Context, to *install.Installer) error {
	raw, err := json.Marshal(g.attributes)
	if err != nil {
		return err
	}
	return to.Put(ctx, g.kind, g.address, raw)
}

func put(t *testing.T, to *install.Installer, all ...given) {
	t.Helper()
	for _, one := range all {
		if err := one.put(t.Context(), to); err != nil {
			t.Fatal(err)
		}
	}
}

type object = map[string]any

func function(t *testing.T, name, content string) given {
	path, hash := zip(t, content)
	return given{"aws_lambda_function", "r/aws_lambda_function." + name, object{"function_name": name, "filename": path, "code_sha256": hash, "memory_size": 256,
		"timeout": 30, "environment": []object{{"variables": object{"A": "1"}}}, "reserved_concurrent_executions": nil, "layers": []string{}, "publish": false,
		"logging_config": []object{{"log_format": "JSON", "log_group": "/group"}},
		"vpc_config":     []object{{"subnet_ids": []string{"subnet-1"}, "security_group_ids": []string{"sg-1"}}}, "tags_all": object{"Name": name}}}
}

func permission(function, statement, source string) given {
	return given{"aws_lambda_permission", "r/aws_lambda_permission." + statement, object{"function_name": function, "statement_id": statement,
		"action": "lambda:InvokeFunction", "principal": "events.amazonaws.com", "source_arn": source}}
}

func waits(t *testing.T, to *install.Installer, want ...string) {
	t.Helper()
	got := to.Waiting()
	if !slices.EqualFunc(got, want, strings.Contains) {
		t.Errorf("Waiting = %q, want %d that contain %q", got, len(want), want)
	}
}

// putAtOnce puts resources in another order and at the same time; nothing may fail on the way, or wait in the end.
func putAtOnce(t *testing.T, random *rand.Rand, seed uint64, to *install.Installer, all []given) {
	t.Helper()
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var working sync.WaitGroup
	for _, one := range all {
		working.Go(func() {
			if err := one.put(t.Context(), to); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		})
	}
	working.Wait()
	waits(t, to)
}

// deleteAll deletes resources in another order.
func deleteAll(t *testing.T, random *rand.Rand, seed uint64, from *install.Installer, all []given) {
	t.Helper()
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, one := range all {
		if err := from.Delete(t.Context(), one.kind, one.address); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}
