package route53_test

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go"
	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	apex = "payment.pay.example.net"
	east = "d-east.execute-api.us-east-1.amazonaws.com"
	west = "d-west.execute-api.us-west-2.amazonaws.com"
)

// dialled is what a checker asked for.
type dialled struct{ place, address string }

// soon is a seed with which the first probe of "east" comes at once; the interval cannot be shortened.
func soon() uint64 {
	for seed := uint64(0); ; seed++ {
		if health.Phases(seed, "east", 1, 10*time.Second)[0] < 50*time.Millisecond {
			return seed
		}
	}
}

func start(t *testing.T, dial health.Dial, onChange func(string, bool, time.Time)) *route53.Service {
	t.Helper()
	service, err := route53.Start(route53.Options{Address: netip.MustParseAddrPort("127.0.0.1:0"),
		Health: health.Options{Dial: dial, Checkers: 1, Seed: soon(), OnChange: onChange}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	failover := func(role zone.Failover, target, check string) zone.RecordSet {
		return zone.RecordSet{Name: "api." + apex, Type: "CNAME", TTL: 10 * time.Second, Values: []string{target + "."},
			SetIdentifier: strings.ToLower(string(role)), Failover: role, HealthCheckID: check}
	}
	must(t, service.PutZone("Z1", apex, []zone.RecordSet{failover(zone.Primary, east, "east"), failover(zone.Secondary, west, ""),
		{Name: "us-east-1.api." + apex, Type: "A", Alias: &zone.Alias{ZoneID: "Z2FDT", Name: east}}}))
	must(t, service.PutTarget(east, zone.Target{Addresses: []netip.Addr{netip.MustParseAddr("127.9.1.1")}, TTL: route53.DefaultTargetTTL}))
	must(t, service.PutTarget(west, zone.Target{Addresses: []netip.Addr{netip.MustParseAddr("127.9.2.1")}, TTL: route53.DefaultTargetTTL}))
	return service
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func resolve(t *testing.T, service *route53.Service) string {
	t.Helper()
	response, _, err := new(dns.Client).Exchange(new(dns.Msg).SetQuestion("api."+apex+".", dns.TypeA), service.Address().String())
	must(t, err)
	return response.Answer[len(response.Answer)-1].(*dns.A).A.String()
}

// From a probe that finds nobody to another DNS answer, over real sockets; the checker connects to the alias's address.
func TestHealthMovesTheName(t *testing.T) {
	asked, changed := make(chan dialled, 1), make(chan bool, 1)
	service := start(t, func(_ context.Context, place, address string) (net.Conn, error) {
		asked <- dialled{place, address}
		return nil, errors.New("connection refused")
	}, func(_ string, healthy bool, _ time.Time) { changed <- healthy })
	if address := resolve(t, service); address != "127.9.1.1" {
		t.Errorf("before: %s", address)
	}
	check := health.Config{ID: "east", Type: health.HTTPS, FQDN: "us-east-1.api." + apex, Interval: 10 * time.Second, FailureThreshold: 1}
	must(t, service.PutHealthCheck(check))
	if got := <-asked; got != (dialled{"us-east-1", "127.9.1.1:443"}) {
		t.Errorf("dialled %+v", got)
	}
	if <-changed {
		t.Error("changed to healthy")
	}
	if address := resolve(t, service); address != "127.9.2.1" {
		t.Errorf("after: %s", address)
	}
	must(t, service.PutHealthCheck(check))
	if address := resolve(t, service); address != "127.9.2.1" {
		t.Errorf("put again, unchanged: %s", address)
	}
	check.FailureThreshold = 2
	must(t, service.PutHealthCheck(check))
	if address := resolve(t, service); address != "127.9.1.1" {
		t.Errorf("put again, changed, so that it knows nothing yet: %s", address)
	}
	service.DeleteHealthCheck("east")
	if address := resolve(t, service); address != "127.9.1.1" {
		t.Errorf("without the health check: %s", address)
	}
}

func TestProbeNeedsAnAddressRecord(t *testing.T) {
	changed := make(chan bool, 1)
	service := start(t, func(context.Context, string, string) (net.Conn, error) {
		t.Error("dialled a name without an address")
		return nil, errors.New("unreachable")
	}, func(_ string, healthy bool, _ time.Time) { changed <- healthy })
	must(t, service.PutHealthCheck(health.Config{ID: "east", Type: health.HTTPS, FQDN: "nobody." + apex, Interval: 10 * time.Second, FailureThreshold: 1}))
	<-changed
	reason := service.HealthChecks()[0].Observations()[0].Last.Reason
	if !strings.Contains(reason, "nobody."+apex+" has no A record") {
		t.Errorf("reason %q", reason)
	}
}

func TestChangesAreWholeOrNot(t *testing.T) {
	service := start(t, func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("refused") }, nil)
	if err := service.PutZone("Z1", apex, []zone.RecordSet{{Name: "a." + apex, Type: "A"}}); !errors.Is(err, zone.ErrInvalid) {
		t.Errorf("impossible records: %v", err)
	}
	if err := service.PutHealthCheck(health.Config{ID: "east", Type: "CALCULATED"}); !errors.Is(err, health.ErrInvalid) {
		t.Errorf("impossible health check: %v", err)
	}
	if address := resolve(t, service); address != "127.9.1.1" || len(service.HealthChecks()) != 0 {
		t.Errorf("after refused changes: %s, %d health checks", address, len(service.HealthChecks()))
	}
	must(t, service.Close())
	must(t, service.Close())
	if err := service.PutZone("Z2", apex, nil); err == nil {
		t.Error("a closed service took a zone")
	}
	if err := service.PutHealthCheck(health.Config{ID: "late", Type: health.TCP, Port: 1, FQDN: "a.b"}); err == nil {
		t.Error("a closed service took a health check")
	}
}

func client(t *testing.T, service *route53.Service) *sdk.Client {
	t.Helper()
	server := httptest.NewServer(service.Handler())
	t.Cleanup(server.Close)
	return sdk.New(sdk.Options{Region: "us-east-1", BaseEndpoint: aws.String(server.URL), HTTPClient: server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")})
}

// The SDK of AWS is the judge of the API's form.
func TestAPI(t *testing.T) {
	changed := make(chan bool, 1)
	service := start(t, func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") },
		func(_ string, healthy bool, _ time.Time) { changed <- healthy })
	must(t, service.PutZone("Z2", "other.example.net", nil))
	for _, id := range []string{"east", "later"} {
		must(t, service.PutHealthCheck(health.Config{ID: id, Type: health.HTTPS, FQDN: "us-east-1.api." + apex, Path: "/health", Interval: 10 * time.Second, FailureThreshold: 1, EnableSNI: true}))
	}
	<-changed
	client, ctx := client(t, service), t.Context()

	first, err := client.ListHostedZones(ctx, &sdk.ListHostedZonesInput{MaxItems: aws.Int32(1)})
	must(t, err)
	if len(first.HostedZones) != 1 || *first.HostedZones[0].Id != "/hostedzone/Z1" || !first.IsTruncated || *first.NextMarker != "Z2" ||
		*first.HostedZones[0].ResourceRecordSetCount != 5 {
		t.Errorf("first page of zones: %+v", first)
	}
	second, err := client.ListHostedZones(ctx, &sdk.ListHostedZonesInput{Marker: first.NextMarker})
	must(t, err)
	if len(second.HostedZones) != 1 || *second.HostedZones[0].Name != "other.example.net." || second.IsTruncated {
		t.Errorf("second page of zones: %+v", second)
	}
	one, err := client.GetHostedZone(ctx, &sdk.GetHostedZoneInput{Id: aws.String("/hostedzone/Z1")})
	must(t, err)
	if len(one.DelegationSet.NameServers) != 4 {
		t.Errorf("zone: %+v", one.DelegationSet)
	}

	var sets []types.ResourceRecordSet
	pages := sdk.NewListResourceRecordSetsPaginator(client, &sdk.ListResourceRecordSetsInput{HostedZoneId: aws.String("Z1"), MaxItems: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		must(t, err)
		sets = append(sets, page.ResourceRecordSets...)
	}
	if len(sets) != 5 || sets[2].Failover != types.ResourceRecordSetFailoverPrimary || *sets[2].TTL != 10 || *sets[2].HealthCheckId != "east" ||
		*sets[2].ResourceRecords[0].Value != east+"." || *sets[4].AliasTarget.DNSName != east+"." || sets[4].TTL != nil {
		t.Errorf("record sets: %+v", sets)
	}

	checks, err := client.ListHealthChecks(ctx, &sdk.ListHealthChecksInput{})
	must(t, err)
	if len(checks.HealthChecks) != 2 || *checks.HealthChecks[0].HealthCheckConfig.RequestInterval != 10 || !*checks.HealthChecks[0].HealthCheckConfig.EnableSNI ||
		len(checks.HealthChecks[0].HealthCheckConfig.Regions) != 8 {
		t.Errorf("health checks: %+v", checks.HealthChecks)
	}
	status, err := client.GetHealthCheckStatus(ctx, &sdk.GetHealthCheckStatusInput{HealthCheckId: aws.String("east")})
	must(t, err)
	if len(status.HealthCheckObservations) != 1 || *status.HealthCheckObservations[0].StatusReport.Status != "Failure: connection refused" ||
		time.Since(*status.HealthCheckObservations[0].StatusReport.CheckedTime) > time.Minute {
		t.Errorf("status: %+v", status.HealthCheckObservations)
	}
	answer, err := client.TestDNSAnswer(ctx, &sdk.TestDNSAnswerInput{HostedZoneId: aws.String("Z1"), RecordName: aws.String("api." + apex), RecordType: types.RRTypeA})
	must(t, err)
	if strings.Join(answer.RecordData, " ") != west+"." || *answer.ResponseCode != "NOERROR" {
		t.Errorf("DNS answer: %+v", answer)
	}
}

func TestAPIErrors(t *testing.T) {
	service := start(t, func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("refused") }, nil)
	client, ctx := client(t, service), t.Context()
	tests := map[string]struct {
		call func() error
		want string
	}{
		"no such zone": {func() error {
			_, err := client.ListResourceRecordSets(ctx, &sdk.ListResourceRecordSetsInput{HostedZoneId: aws.String("Z9")})
			return err
		}, "NoSuchHostedZone"},
		"no such health check": {func() error {
			_, err := client.GetHealthCheckStatus(ctx, &sdk.GetHealthCheckStatusInput{HealthCheckId: aws.String("none")})
			return err
		}, "NoSuchHealthCheck"},
		"name of another zone": {func() error {
			_, err := client.TestDNSAnswer(ctx, &sdk.TestDNSAnswerInput{HostedZoneId: aws.String("Z1"), RecordName: aws.String("a.org"), RecordType: types.RRTypeA})
			return err
		}, "InvalidInput"},
		"a page of nothing": {func() error {
			_, err := client.ListHostedZones(ctx, &sdk.ListHostedZonesInput{MaxItems: aws.Int32(-1)})
			return err
		}, "InvalidInput"},
		"a write": {func() error {
			_, err := client.DeleteHostedZone(ctx, &sdk.DeleteHostedZoneInput{Id: aws.String("Z1")})
			return err
		}, "NotImplemented"},
		"another read": {func() error {
			_, err := client.ListTrafficPolicies(ctx, &sdk.ListTrafficPoliciesInput{})
			return err
		}, "NotImplemented"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var fault smithy.APIError
			if err := test.call(); !errors.As(err, &fault) || fault.ErrorCode() != test.want {
				t.Errorf("error %v, want code %s", err, test.want)
			}
		})
	}
}
