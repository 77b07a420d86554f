package supervisor

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/layout"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

// What health checkers find is told with the name that they look at and its Region.
func TestHealthIsToldOfARegion(t *testing.T) {
	const name, west = "us-west-2.api.example.net", "us-west-2"
	s := &Supervisor{events: newEvents(), layout: layout.Layout{Cloud: 77, Primary: "us-east-1", Secondary: west, Witness: "us-east-2", HTTPS: 443}}
	s.answers.changed = make(chan struct{}, 1)
	var err error
	s.dns, err = route53.Start(route53.Options{Address: netip.MustParseAddrPort("127.0.0.1:0"), Health: health.Options{
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("nobody looks") }}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.dns.Close()
	err = errors.Join(
		s.dns.PutZone("Z1", "example.net", []zone.RecordSet{{Name: name, Type: "A", TTL: time.Minute, Values: []string{s.layout.Public(west).Addr().String()}}}),
		s.dns.PutHealthCheck(health.Config{ID: "check", Type: health.HTTPS, FQDN: name, Disabled: true}))
	if err != nil {
		t.Fatal(err)
	}
	s.healthChanged("check", false, time.Time{})
	s.checkersUnhealthy(health.Dissent{HealthCheckID: "check", Place: "eu-west-1", Well: 13, Checkers: 15})
	s.checkersUnhealthy(health.Dissent{HealthCheckID: "gone", Place: "eu-west-1", Well: 13, Checkers: 15})
	want := []control.Event{
		{Kind: control.HealthChanged, Region: west, Detail: map[string]string{"healthCheck": "check", "name": name, "healthy": "false"}},
		{Kind: control.CheckersUnhealthy, Region: west, Detail: map[string]string{
			"healthCheck": "check", "name": name, "place": "eu-west-1", "well": "13", "checkers": "15"}},
		{Kind: control.CheckersUnhealthy, Detail: map[string]string{
			"healthCheck": "gone", "name": "", "place": "eu-west-1", "well": "13", "checkers": "15"}},
	}
	got, _ := s.events.after(0)
	if len(got) != len(want) {
		t.Fatalf("events %+v", got)
	}
	for i := range want {
		if got[i].Kind != want[i].Kind || got[i].Region != want[i].Region || !maps.Equal(got[i].Detail, want[i].Detail) {
			t.Errorf("event %+v, want %+v", got[i], want[i])
		}
	}
}
