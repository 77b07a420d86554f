package resources_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/resourcestest"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// names is a real Route 53 whose probes find nobody.
func names(t testing.TB) *route53.Service {
	t.Helper()
	service, err := route53.Start(route53.Options{Address: netip.MustParseAddrPort("127.0.0.1:0"), Health: health.Options{Checkers: 1,
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	return service
}

// world is a cloud over stand-ins and a real Route 53, with the engine that uses it.
type world struct {
	t      testing.TB
	record *resourcestest.Record
	names  *route53.Service
	folder string
	cloud  *resources.Cloud
	engine *apply.Engine
}

func newWorld(t testing.TB, change ...func(*resources.Options)) *world {
	t.Helper()
	w := &world{t: t, record: resourcestest.New(), names: names(t), folder: resourcestest.Example(t, []byte("PK\x03\x04 code"))}
	options := w.record.Options(w.folder)
	options.Names = w.names
	for _, one := range change {
		one(&options)
	}
	var err error
	if w.cloud, err = resources.New(options); err != nil {
		t.Fatal(err)
	}
	w.engine = apply.New(apply.Options{Handlers: w.cloud.Handlers()})
	return w
}

func (w *world) apply() apply.Report {
	w.t.Helper()
	report, err := w.engine.Apply(w.t.Context(), w.folder)
	if err != nil {
		w.t.Fatal(err)
	}
	return report
}

// fails is the error of an Apply that must fail with the words.
func (w *world) fails(words ...string) {
	w.t.Helper()
	_, err := w.engine.Apply(w.t.Context(), w.folder)
	if err == nil {
		w.t.Fatalf("Apply succeeded, want an error with %q", words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			w.t.Errorf("Apply = %v, want %q in it", err, word)
		}
	}
}

// resolve asks the real DNS for a name's addresses.
func (w *world) resolve(name string) []string {
	w.t.Helper()
	response, _, err := new(dns.Client).Exchange(new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.TypeA), w.names.Address().String())
	if err != nil {
		w.t.Fatal(err)
	}
	var found []string
	for _, record := range response.Answer {
		if address, ok := record.(*dns.A); ok {
			found = append(found, address.A.String())
		}
	}
	return found
}

// output is a text below an output of a root.
func (w *world) output(root string, path ...string) string {
	w.t.Helper()
	value, ok := w.engine.Outputs(root)[path[0]]
	if !ok {
		w.t.Fatalf("root %s has no output %s", root, path[0])
	}
	for _, name := range path[1:] {
		value = value.GetAttr(name)
	}
	return value.AsString()
}

// in are those of the calls that have all the words.
func in(calls []string, words ...string) []string {
	return slices.DeleteFunc(slices.Clone(calls), func(call string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(call, word) })
	})
}

func keepCode(folder string) func(*resources.Options) {
	return func(options *resources.Options) { options.Code = folder }
}
