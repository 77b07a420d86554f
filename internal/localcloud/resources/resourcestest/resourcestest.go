// Package resourcestest is what a cloud of package resources stands on, for tests: the generated files with functions
// to run, and stand-ins that write down what they are asked for. The stand-ins refuse nothing; where a service's rules
// matter, tests use the real one.
package resourcestest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/paymentdr/paymentdr/internal/lambdazip"
	"github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources"
)

// Functions are the names of the zip files that the generated files name.
func Functions() []string {
	return []string{"payment-processor", "backup-verification", "failover-controller", "secret-rotation", "ledger-migration"}
}

// Example copies examples/default, with the archive as the code of every function.
func Example(t testing.TB, archive []byte) string {
	t.Helper()
	module, err := lambdazip.FindModule(".")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "files")
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(module, "examples", "default"))); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "lambda"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range Functions() {
		if err := os.WriteFile(filepath.Join(folder, "lambda", name+".zip"), archive, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// Edit replaces text in a file; it must be there.
func Edit(t testing.TB, path, old, by string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), old) {
		t.Fatalf("%s has no %q", path, old)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(content), old, by)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Record is every stand-in at once. Make one with New.
type Record struct {
	mutex sync.Mutex
	calls []string
	there map[string]json.RawMessage // what Regions hold, by Region, type and address

	// Answer is a function's answer, and Failed its functionError.
	Answer, Failed string
	// Fail gives the error of a call, by its text; nil fails none.
	Fail func(call string) error
}

// New makes stand-ins without resources.
func New() *Record { return &Record{there: map[string]json.RawMessage{}, Answer: `{"ok":true}`} }

func (r *Record) call(format string, values ...any) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	text := fmt.Sprintf(format, values...)
	r.calls = append(r.calls, text)
	if r.Fail != nil {
		return r.Fail(text)
	}
	return nil
}

// Take gives the calls since the last Take, in their order.
func (r *Record) Take() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

// There are what the Regions hold: "us-east-1 aws_sns_topic us-east-1/aws_sns_topic.alerts", sorted.
func (r *Record) There() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return slices.Sorted(maps.Keys(r.there))
}

// Attributes are those of a resource in a Region.
func (r *Record) Attributes(t testing.TB, region, typeName, address string) map[string]any {
	t.Helper()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	raw, ok := r.there[region+" "+typeName+" "+address]
	if !ok {
		t.Fatalf("%s has no %s %s", region, typeName, address)
	}
	var attributes map[string]any
	if err := json.Unmarshal(raw, &attributes); err != nil {
		t.Fatal(err)
	}
	return attributes
}

// Put keeps a resource of a Region.
func (r *Record) Put(_ context.Context, region, typeName, address string, attributes json.RawMessage) error {
	if err := r.call("put %s %s %s", region, typeName, address); err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.there[region+" "+typeName+" "+address] = slices.Clone(attributes)
	return nil
}

// Delete forgets one.
func (r *Record) Delete(_ context.Context, region, typeName, address string) error {
	r.mutex.Lock()
	delete(r.there, region+" "+typeName+" "+address)
	r.mutex.Unlock()
	return r.call("delete %s %s %s", region, typeName, address)
}

// Invoke answers as Answer and Failed say.
func (r *Record) Invoke(_ context.Context, region, function string, payload []byte) (answer []byte, functionError string, err error) {
	return []byte(r.Answer), r.Failed, r.call("invoke %s %s %s", region, function, payload)
}

// Address is 127.0.0.1 for every Region.
func (r *Record) Address(string) (netip.Addr, error) { return netip.MustParseAddr("127.0.0.1"), nil }

// Options are those of a cloud on the stand-ins, without Names.
func (r *Record) Options(folder string) resources.Options {
	return resources.Options{Folder: folder, Regions: r, Databases: databases{r}, Address: r.Address,
		Tables:  func(region string) (resources.Tables, error) { return tables{r, region}, nil },
		Secrets: func(region string) (resources.Secrets, error) { return secrets{r, region}, nil }}
}

type databases struct{ *Record }

func (d databases) CreateParameterGroup(_ context.Context, region, name, _ string, settings map[string]string) error {
	return d.call("create parameter group %s %s %d", region, name, len(settings))
}

func (d databases) CreateGlobalCluster(_ context.Context, spec rds.GlobalSpec) (rds.GlobalCluster, error) {
	return rds.GlobalCluster{GlobalClusterIdentifier: spec.Identifier, Endpoint: spec.Identifier + ".global.test"}, d.call("create global cluster %s", spec.Identifier)
}

func (d databases) DeleteGlobalCluster(_ context.Context, name string) (rds.GlobalCluster, error) {
	return rds.GlobalCluster{}, d.call("delete global cluster %s", name)
}

func (d databases) RemoveFromGlobalCluster(_ context.Context, global, arn string) (rds.GlobalCluster, error) {
	return rds.GlobalCluster{}, d.call("remove %s from %s", arn, global)
}

func (d databases) CreateCluster(_ context.Context, region string, spec rds.ClusterSpec) (rds.Cluster, error) {
	return rds.Cluster{DBClusterIdentifier: spec.Identifier, DBClusterArn: "arn:aws:rds:" + region + ":123456789012:cluster:" + spec.Identifier,
			Endpoint: spec.Identifier + ".cluster.test", ReaderEndpoint: spec.Identifier + ".reader.test", DatabaseName: "paymentdb", MasterUsername: "dbadmin"},
		d.call("create cluster %s %s user %q password %q", region, spec.Identifier, spec.MasterUsername, spec.MasterPassword)
}

func (d databases) ModifyCluster(_ context.Context, region, name string, changes rds.Changes) (rds.Cluster, error) {
	return rds.Cluster{}, d.call("modify cluster %s %s protection %v days %v password %v", region, name, value(changes.DeletionProtection),
		value(changes.BackupRetentionDays), value(changes.MasterPassword))
}

func value[T any](pointer *T) any {
	if pointer == nil {
		return "same"
	}
	return *pointer
}

func (d databases) DeleteCluster(_ context.Context, region, name, snapshot string) (rds.Cluster, error) {
	return rds.Cluster{}, d.call("delete cluster %s %s snapshot %q", region, name, snapshot)
}

func (d databases) CreateInstance(_ context.Context, region string, spec rds.InstanceSpec) (rds.Instance, error) {
	return rds.Instance{DBInstanceArn: "arn:aws:rds:" + region + ":123456789012:db:" + spec.Identifier}, d.call("create instance %s %s of %s", region, spec.Identifier, spec.Cluster)
}

func (d databases) DeleteInstance(_ context.Context, region, name string) (rds.Instance, error) {
	return rds.Instance{}, d.call("delete instance %s %s", region, name)
}

func (d databases) AddTags(_ context.Context, region, arn string, tags map[string]string) error {
	return d.call("tag %s %s %d", region, arn, len(tags))
}

type tables struct {
	*Record
	region string
}

func (t tables) CreateTable(_ context.Context, input *dynamodb.CreateTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	return &dynamodb.CreateTableOutput{}, t.call("create table %s %s", t.region, *input.TableName)
}

func (t tables) DescribeTable(_ context.Context, input *dynamodb.DescribeTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return &dynamodb.DescribeTableOutput{Table: &dynamotypes.TableDescription{TableName: input.TableName}}, nil
}

func (t tables) UpdateTable(_ context.Context, input *dynamodb.UpdateTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error) {
	return &dynamodb.UpdateTableOutput{}, t.call("update table %s %s", t.region, *input.TableName)
}

func (t tables) DeleteTable(_ context.Context, input *dynamodb.DeleteTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	return &dynamodb.DeleteTableOutput{}, t.call("delete table %s %s", t.region, *input.TableName)
}

func (t tables) UpdateContinuousBackups(_ context.Context, input *dynamodb.UpdateContinuousBackupsInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateContinuousBackupsOutput, error) {
	return &dynamodb.UpdateContinuousBackupsOutput{}, t.call("recovery %s %s %v", t.region, *input.TableName, *input.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled)
}

func (t tables) UpdateTimeToLive(_ context.Context, input *dynamodb.UpdateTimeToLiveInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error) {
	return &dynamodb.UpdateTimeToLiveOutput{}, t.call("time to live %s %s", t.region, *input.TableName)
}

func (t tables) TagResource(_ context.Context, input *dynamodb.TagResourceInput, _ ...func(*dynamodb.Options)) (*dynamodb.TagResourceOutput, error) {
	return &dynamodb.TagResourceOutput{}, t.call("tag table %s %d", *input.ResourceArn, len(input.Tags))
}

type secrets struct {
	*Record
	region string
}

// GetRandomPassword gives another one at every call, beginning with Random.
func (s secrets) GetRandomPassword(_ context.Context, input *secretsmanager.GetRandomPasswordInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetRandomPasswordOutput, error) {
	err := s.call("random password %s %d", s.region, *input.PasswordLength)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return &secretsmanager.GetRandomPasswordOutput{RandomPassword: aws.String(fmt.Sprintf("Random%d", len(s.calls)))}, err
}

// DescribeSecret gives an ARN of AWS's shape.
func (s secrets) DescribeSecret(_ context.Context, input *secretsmanager.DescribeSecretInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error) {
	return &secretsmanager.DescribeSecretOutput{ARN: aws.String("arn:aws:secretsmanager:" + s.region + ":123456789012:secret:" + *input.SecretId + "-AbCdEf")}, nil
}

// GetSecretValue gives the value that was put into a version of the secret.
func (s secrets) GetSecretValue(_ context.Context, input *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	if err := s.call("get secret %s %s", s.region, *input.SecretId); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, raw := range s.there {
		var version struct {
			ID    string `json:"secret_id"`
			Value string `json:"secret_string_wo"`
		}
		if err := json.Unmarshal(raw, &version); err == nil && version.ID == *input.SecretId && version.Value != "" {
			return &secretsmanager.GetSecretValueOutput{ARN: input.SecretId, SecretString: &version.Value, VersionStages: []string{"AWSCURRENT"}}, nil
		}
	}
	return nil, fmt.Errorf("there is no secret %s", *input.SecretId)
}
