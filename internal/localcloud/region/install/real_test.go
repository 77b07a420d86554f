package install_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway"
	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/authority"
	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/issuer"
	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch"
	"github.com/paymentdr/paymentdr/internal/localcloud/events"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/lambdatest"
	"github.com/paymentdr/paymentdr/internal/localcloud/logs"
	"github.com/paymentdr/paymentdr/internal/localcloud/region/install"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/resourcestest"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager"
	"github.com/paymentdr/paymentdr/internal/localcloud/sns"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const issuerURL = "https://auth.pay.example.net"

// region is a Region's process within the test: real Lambda and gateway, and the installer.
type region struct {
	installer *install.Installer
	functions *lambda.Service
	groups    *logs.Service
	alarms    *cloudwatch.Service
	secrets   *secretsmanager.Service
	rules     *events.Service
	topics    *sns.Service
	client    *sdk.Client // of its Secrets Manager
	gateway   string      // address
}

// regions are what a cloud sends resources to.
type regions struct {
	*resourcestest.Record
	all map[string]*region

	mutex sync.Mutex
	sent  []sent
}

type sent struct {
	region, kind, address string
	attributes            json.RawMessage
}

func (r *regions) Put(ctx context.Context, name, kind, address string, attributes json.RawMessage) error {
	if err := r.all[name].installer.Put(ctx, kind, address, attributes); err != nil {
		return err
	}
	r.mutex.Lock()
	r.sent = append(r.sent, sent{name, kind, address, slices.Clone(attributes)})
	r.mutex.Unlock()
	return r.Record.Put(ctx, name, kind, address, attributes)
}

func (r *regions) Delete(ctx context.Context, name, kind, address string) error {
	return r.all[name].installer.Delete(ctx, kind, address)
}

func (r *regions) Invoke(ctx context.Context, name, function string, payload []byte) (answer []byte, functionError string, err error) {
	result, err := r.all[name].functions.Invoke(ctx, lambda.Invocation{Function: function, Payload: payload})
	return result.Payload, result.FunctionError, err
}

// start starts a Region, whose secrets are kept in the folder; replicate carries them to others.
func start(t *testing.T, name, folder string, trusted *authority.Authority, client *http.Client, replicate replicator) *region {
	t.Helper()
	groups, err := logs.New(logs.Options{Region: name, Account: "123456789012"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := groups.Close(); err != nil {
			t.Error(err)
		}
	})
	functions, err := lambda.New(lambda.Options{Region: name, Account: "123456789012", Logs: groups})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := functions.Close(); err != nil {
			t.Error(err)
		}
	})
	gateway, err := apigateway.New(apigateway.Options{Region: name, Account: "123456789012", Functions: functions, Authority: trusted, Client: client, Logs: groups})
	if err != nil {
		t.Fatal(err)
	}
	server, err := gateway.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	alarms, err := cloudwatch.New(cloudwatch.Options{Region: name, Account: "123456789012"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := alarms.Close(); err != nil {
			t.Error(err)
		}
	})
	secrets, err := secretsmanager.New(secretsmanager.Options{Region: name, Account: "123456789012", Folder: folder, Replicate: replicate,
		Rotate: func(context.Context, string, []byte) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := secrets.Close(); err != nil {
			t.Error(err)
		}
	})
	schedules, err := events.New(events.Options{Region: name, Account: "123456789012", Invoke: func(context.Context, events.Target, []byte) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := schedules.Close(); err != nil {
			t.Error(err)
		}
	})
	topics, err := sns.New(sns.Options{Region: name, Account: "123456789012"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := topics.Close(); err != nil {
			t.Error(err)
		}
	})
	front := httptest.NewServer(secrets.Handler())
	t.Cleanup(front.Close)
	made := sdk.New(sdk.Options{Region: name, BaseEndpoint: &front.URL, HTTPClient: front.Client(), Credentials: credentials.NewStaticCredentialsProvider("LOCAL", "local", "")})
	return &region{functions: functions, groups: groups, gateway: server.Address(), alarms: alarms, secrets: secrets, rules: schedules, topics: topics, client: made,
		installer: install.New(install.Services{Functions: functions, Gateway: gateway, LogGroups: groups, Alarms: alarms, Secrets: secrets, Rules: schedules, Topics: topics})}
}

type replicator = func(ctx context.Context, region string, state secretsmanager.ReplicaState) error

// client reaches one address, whatever the host.
func client(t *testing.T, trusted *authority.Authority, address string) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted.Pool(), MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 20 * time.Second}
}

// issue serves the issuer of the generated files and returns a token of it.
func issue(t *testing.T, trusted *authority.Authority) (address, token string) {
	t.Helper()
	made, err := issuer.New(issuerURL)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(made.Handler())
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		return trusted.Certificate(hello.ServerName)
	}}
	server.StartTLS()
	t.Cleanup(server.Close)
	token, err = made.Token("payer-1", "payment-api", time.Minute, map[string]any{"iss": issuerURL + "/"})
	if err != nil {
		t.Fatal(err)
	}
	return server.Listener.Addr().String(), token
}

func ask(t *testing.T, from *http.Client, method, url, token string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(`{"paymentId":"p-1"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := from.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// TestGeneratedFiles: after the resources of the generated files are put, a request reaches the function, with and
// without a token, by both names; a Region that starts again gets everything again; in the end nothing is left.
func TestGeneratedFiles(t *testing.T) {
	trusted, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	address, token := issue(t, trusted)
	record := resourcestest.New()
	all := &regions{Record: record, all: map[string]*region{}}
	replicate := func(ctx context.Context, region string, state secretsmanager.ReplicaState) error {
		all.mutex.Lock()
		defer all.mutex.Unlock()
		return all.all[region].secrets.ApplyReplica(ctx, state)
	}
	folders := map[string]string{"us-east-1": t.TempDir(), "us-west-2": t.TempDir()}
	for _, name := range []string{"us-east-1", "us-west-2"} {
		all.all[name] = start(t, name, folders[name], trusted, client(t, trusted, address), replicate)
	}
	names, err := route53.Start(route53.Options{Address: netip.MustParseAddrPort("127.0.0.1:0"), Health: health.Options{Checkers: 1,
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("refused") }}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := names.Close(); err != nil {
			t.Error(err)
		}
	})
	folder := resourcestest.Example(t, lambdatest.Probe(t))
	options := record.Options(folder)
	options.Names, options.Regions, options.Code = names, all, t.TempDir()
	options.Secrets = func(region string) (resources.Secrets, error) { return all.all[region].client, nil }
	cloud, err := resources.New(options)
	if err != nil {
		t.Fatal(err)
	}
	engine := apply.New(apply.Options{Handlers: cloud.Handlers()})
	if _, err := engine.Apply(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	const domain = "api.payment-dr-dev-test.pay.example.net"
	for name, one := range all.all {
		if waiting := one.installer.Waiting(); len(waiting) != 0 {
			t.Errorf("%s waits: %q", name, waiting)
		}
		reach(t, client(t, trusted, one.gateway), domain, token)
		reach(t, client(t, trusted, one.gateway), name+"."+domain, token)
	}
	east := all.all["us-east-1"]
	if functions, alarms, dashboards := len(east.functions.Functions()), len(east.alarms.Alarms()), len(east.alarms.Dashboards()); functions != 5 || alarms != 29 || dashboards != 1 {
		t.Errorf("%d functions, %d alarms, %d dashboards, want 5, 29 and 1", functions, alarms, dashboards)
	}

	if groups := east.groups.Groups(); len(groups) != 7 || groups[0].Name != "/aws/apigateway/payment-primary-dev-test" || groups[0].RetentionInDays != 365 {
		t.Errorf("log groups %+v", groups)
	}
	if targets, err := east.rules.Targets("payment-primary-failover-controller-dev-test"); err != nil || len(east.rules.Rules()) != 4 || len(targets) != 1 ||
		targets[0].ARN != "arn:aws:lambda:us-east-1:123456789012:function:payment-failover-controller-primary-dev-test" {
		t.Errorf("rules %+v, targets %+v, %v", east.rules.Rules(), targets, err)
	}
	if subscriptions, err := east.topics.Subscriptions(east.topics.TopicARN("payment-alerts-dev-test")); err != nil || len(east.topics.Topics()) != 2 || len(subscriptions) != 1 ||
		subscriptions[0].Endpoint != "ops-team@pay.example.net" {
		t.Errorf("topics %q, subscriptions %+v, %v", east.topics.Topics(), subscriptions, err)
	}
	admin := "payment-admin-db-creds-dev-test"
	before, err := east.secrets.GetValue(t.Context(), admin, "")
	if err != nil || !strings.Contains(before.String, `"username":"dbadmin"`) {
		t.Errorf("the administrator's secret: %v", err) // not the value
	}
	if got := record.Take(); !slices.ContainsFunc(got, func(call string) bool {
		return strings.HasPrefix(call, "create cluster us-east-1") && strings.Contains(before.String, passwordOf(call))
	}) {
		t.Error("the cluster has not the secret's password")
	}
	eventually(t, func() error {
		copied, err := all.all["us-west-2"].secrets.GetValue(t.Context(), admin, "")
		if err == nil && copied.String != before.String {
			err = errors.New("another value")
		}
		return err
	})
	described, err := east.client.DescribeSecret(t.Context(), &sdk.DescribeSecretInput{SecretId: aws.String("payment-app-db-creds-dev-test")})
	if err != nil || !aws.ToBool(described.RotationEnabled) || aws.ToInt64(described.RotationRules.AutomaticallyAfterDays) != 30 {
		t.Errorf("the application's secret: %+v, %v", described, err)
	}

	// A Region that was killed starts with its secrets and nothing else, and gets everything again, in whatever order.
	if err := east.secrets.Close(); err != nil {
		t.Fatal(err)
	}
	fresh := start(t, "us-east-1", folders["us-east-1"], trusted, client(t, trusted, address), replicate)
	for _, one := range slices.Backward(all.sent) {
		if one.region == "us-east-1" {
			if err := fresh.installer.Put(t.Context(), one.kind, one.address, one.attributes); err != nil {
				t.Error(err)
			}
		}
	}
	if waiting := fresh.installer.Waiting(); len(waiting) != 0 {
		t.Errorf("the fresh Region waits: %q", waiting)
	}
	reach(t, client(t, trusted, fresh.gateway), domain, token)
	if after, err := fresh.secrets.GetValue(t.Context(), admin, ""); err != nil || after.Token != before.Token || after.String != before.String {
		t.Errorf("the administrator's secret is another one after the start: %v", err)
	}
	all.mutex.Lock()
	all.all["us-east-1"] = fresh
	all.mutex.Unlock()
	if err := engine.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := len(fresh.functions.Functions()) + len(fresh.alarms.Alarms()) + len(fresh.alarms.Dashboards()) + len(fresh.rules.Rules()) + len(fresh.topics.Topics()); left != 0 {
		t.Errorf("%d functions, alarms, dashboards, rules and topics left", left)
	}
	// Nothing serves the name any more, not even a certificate.
	response, err := client(t, trusted, fresh.gateway).Get("https://" + domain + "/health")
	if err == nil {
		response.Body.Close()
		t.Errorf("the gateway answers %d after Destroy", response.StatusCode)
	}
}

// passwordOf is the master password in a recorded creation of a cluster.
func passwordOf(call string) string {
	_, password, _ := strings.Cut(call, `password "`)
	return strings.TrimSuffix(password, `"`)
}

// eventually repeats a check until it has no complaint.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// TestTypes: Regions take exactly the types that they are sent.
func TestTypes(t *testing.T) {
	trusted, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := start(t, "us-east-1", "", trusted, nil, nil).installer.Types(), resources.RegionTypes(); !slices.Equal(got, want) {
		t.Errorf("taken are %q, sent are %q", got, want)
	}
}

// reach checks that the function answers: the probe's answer is the event it got.
func reach(t *testing.T, from *http.Client, domain, token string) {
	t.Helper()
	var seen lambdaevents.APIGatewayV2HTTPRequest
	status, body := ask(t, from, http.MethodGet, "https://"+domain+"/health", "")
	if err := json.Unmarshal([]byte(body), &seen); err != nil || status != http.StatusOK || seen.RouteKey != "GET /health" || seen.RequestContext.DomainName != domain {
		t.Errorf("GET /health of %s: %d %s", domain, status, body)
	}
	if status, body := ask(t, from, http.MethodPost, "https://"+domain+"/payments", ""); status != http.StatusUnauthorized {
		t.Errorf("POST /payments of %s without a token: %d %s", domain, status, body)
	}
	status, body = ask(t, from, http.MethodPost, "https://"+domain+"/payments", token)
	if err := json.Unmarshal([]byte(body), &seen); err != nil || status != http.StatusOK || seen.RequestContext.Authorizer == nil || seen.RequestContext.Authorizer.JWT.Claims["sub"] != "payer-1" {
		t.Errorf("POST /payments of %s: %d %s", domain, status, body)
	}
}
