package backuptest

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
)

// RDS is the server. Its zero value works: resources are ready and gone at once, on the real clock. Set the exported
// fields before the first request.
type RDS struct {
	Now        func() time.Time
	CreateTime time.Duration // until a restored cluster or a created instance is available
	DeleteTime time.Duration // until a deleted one is gone
	PageSize   int           // most records a page; 0 is 100, as in RDS
	// Endpoint names the host and port of a restored cluster; nil makes up a name that resolves nowhere.
	Endpoint func(cluster string) (host string, port int)

	mu        sync.Mutex
	clusters  map[string]*Cluster
	snapshots map[string]*Snapshot
	instances map[string]*Instance
	calls     []string

	before, after Hook
}

// Hook may fail a request: a *Fault is answered as RDS would, any other error drops the connection, as a crash of
// either side does.
type Hook func(action string, form url.Values) error

// SetHooks sets what is asked before a request takes effect and after it did (or was refused); nil asks nobody.
func (r *RDS) SetHooks(before, after Hook) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before, r.after = before, after
}

// hooks returns the hooks, so that they run without the lock.
func (r *RDS) hooks() (before, after Hook) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.before, r.after
}

// Fault is an error answer of RDS.
type Fault struct {
	Status  int // HTTP status; 0 is 400
	Code    string
	Message string
}

// Error names code and message.
func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// Client starts the server for the test's duration and returns a real client of it that does not retry.
func (r *RDS) Client(t testing.TB) *rds.Client {
	t.Helper()
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return rds.New(rds.Options{
		Region:           "us-east-1",
		BaseEndpoint:     aws.String(server.URL),
		RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
}

// PutCluster adds or replaces a cluster.
func (r *RDS) PutCluster(cluster Cluster) {
	r.mu.Lock()
	defer r.mu.Unlock()
	put(&r.clusters, cluster.DBClusterIdentifier, cluster)
}

// PutSnapshot adds or replaces a snapshot.
func (r *RDS) PutSnapshot(snapshot Snapshot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	put(&r.snapshots, snapshot.DBClusterSnapshotIdentifier, snapshot)
}

// PutInstance adds or replaces an instance.
func (r *RDS) PutInstance(instance Instance) {
	r.mu.Lock()
	defer r.mu.Unlock()
	put(&r.instances, instance.DBInstanceIdentifier, instance)
}

// Clusters returns a copy of every cluster by name, as of now.
func (r *RDS) Clusters() map[string]Cluster {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settleLocked()
	copies := make(map[string]Cluster, len(r.clusters))
	for name, cluster := range r.clusters {
		copies[name] = *cluster
	}
	return copies
}

// Calls returns "Action identifier" of every request so far that changes something.
func (r *RDS) Calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// ServeHTTP answers one request of the query protocol.
func (r *RDS) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(writer, request.Body, 1<<20))
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	action := form.Get("Action")
	before, after := r.hooks()
	if before != nil {
		if err := before(action, form); err != nil {
			refuse(writer, err)
			return
		}
	}
	result, err := r.perform(action, form)
	if after != nil {
		if failed := after(action, form); failed != nil {
			err = failed
		}
	}
	if err != nil {
		refuse(writer, err)
		return
	}
	answer(writer, action, result)
}

// refuse answers a fault, or drops the connection on any other error.
func refuse(writer http.ResponseWriter, err error) {
	var fault *Fault
	if !errors.As(err, &fault) {
		panic(http.ErrAbortHandler)
	}
	type detail struct{ Type, Code, Message string }
	status := fault.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	writer.Header().Set("Content-Type", "text/xml")
	writer.WriteHeader(status)
	// The status is sent; a client that is gone cannot be told more.
	_ = xml.NewEncoder(writer).Encode(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Error     detail
		RequestId string
	}{Error: detail{"Sender", fault.Code, fault.Message}, RequestId: "test"})
}

// answer wraps a result as RDS does: <ActionResponse><ActionResult>...
func answer(writer http.ResponseWriter, action string, result any) {
	writer.Header().Set("Content-Type", "text/xml")
	encoder := xml.NewEncoder(writer)
	outer := xml.StartElement{Name: xml.Name{Local: action + "Response"}}
	inner := xml.StartElement{Name: xml.Name{Local: action + "Result"}}
	err := errors.Join(encoder.EncodeToken(outer), encoder.EncodeElement(result, inner),
		encoder.EncodeToken(outer.End()), encoder.Flush())
	if err != nil {
		panic(fmt.Sprintf("encode answer of %s: %v", action, err))
	}
}

func (r *RDS) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}

// put stores a copy of value under key, making the map when it is the first.
func put[T any](target *map[string]*T, key string, value T) {
	if *target == nil {
		*target = map[string]*T{}
	}
	(*target)[key] = &value
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
