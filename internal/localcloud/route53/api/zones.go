package api

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/dnsserver"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

type hostedZone struct {
	ID              string `xml:"Id"`
	Name            string
	CallerReference string
	Private         bool `xml:"Config>PrivateZone"`
	Count           int  `xml:"ResourceRecordSetCount"`
}

func describe(z *zone.Zone) hostedZone {
	return hostedZone{ID: "/hostedzone/" + z.ID, Name: z.Name, CallerReference: "local-" + z.ID, Count: len(z.RecordSets())}
}

type listHostedZonesResponse struct {
	XMLName     xml.Name     `xml:"https://route53.amazonaws.com/doc/2013-04-01/ ListHostedZonesResponse"`
	HostedZones []hostedZone `xml:"HostedZones>HostedZone"`
	page
}

func listHostedZones(cloud Cloud, request *http.Request) (any, *failure) {
	zones, page, fault := paged(cloud.Zones(), request, func(z *zone.Zone) string { return z.ID })
	if fault != nil {
		return nil, fault
	}
	answer := listHostedZonesResponse{page: page}
	for _, each := range zones {
		answer.HostedZones = append(answer.HostedZones, describe(each))
	}
	return answer, nil
}

type getHostedZoneResponse struct {
	XMLName     xml.Name `xml:"https://route53.amazonaws.com/doc/2013-04-01/ GetHostedZoneResponse"`
	HostedZone  hostedZone
	NameServers []string `xml:"DelegationSet>NameServers>NameServer"`
}

func getHostedZone(cloud Cloud, request *http.Request) (any, *failure) {
	found, fault := findZone(cloud, request.PathValue("id"))
	if fault != nil {
		return nil, fault
	}
	servers := found.NameServers()
	for i := range servers {
		servers[i] = strings.TrimSuffix(servers[i], ".")
	}
	return getHostedZoneResponse{HostedZone: describe(found), NameServers: servers}, nil
}

func findZone(cloud Cloud, id string) (*zone.Zone, *failure) {
	for _, each := range cloud.Zones() {
		if each.ID == id {
			return each, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "NoSuchHostedZone", "No hosted zone found with ID: %s", id)
}

type recordSet struct {
	Name          string
	Type          string
	SetIdentifier string        `xml:",omitempty"`
	Failover      zone.Failover `xml:",omitempty"`
	TTL           *int64
	Records       *records `xml:"ResourceRecords"`
	Alias         *alias   `xml:"AliasTarget"`
	HealthCheckID string   `xml:"HealthCheckId,omitempty"`
}

type records struct {
	Record []record `xml:"ResourceRecord"`
}

type record struct{ Value string }

type alias struct {
	HostedZoneID         string `xml:"HostedZoneId"`
	DNSName              string
	EvaluateTargetHealth bool
}

func describeSet(set zone.RecordSet) recordSet {
	described := recordSet{Name: set.Name, Type: set.Type, SetIdentifier: set.SetIdentifier, Failover: set.Failover, HealthCheckID: set.HealthCheckID}
	if set.Alias != nil {
		described.Alias = &alias{set.Alias.ZoneID, dns.Fqdn(set.Alias.Name), set.Alias.EvaluateTargetHealth}
		return described
	}
	seconds := int64(set.TTL / time.Second)
	described.TTL, described.Records = &seconds, &records{}
	for _, value := range set.Values {
		described.Records.Record = append(described.Records.Record, record{value})
	}
	return described
}

type listResourceRecordSetsResponse struct {
	XMLName              xml.Name    `xml:"https://route53.amazonaws.com/doc/2013-04-01/ ListResourceRecordSetsResponse"`
	Sets                 []recordSet `xml:"ResourceRecordSets>ResourceRecordSet"`
	IsTruncated          bool
	MaxItems             int
	NextRecordName       string `xml:",omitempty"`
	NextRecordType       string `xml:",omitempty"`
	NextRecordIdentifier string `xml:",omitempty"`
}

// listResourceRecordSets begins at the first set at or after name, type and identifier, in the order of the API.
func listResourceRecordSets(cloud Cloud, request *http.Request) (any, *failure) {
	found, fault := findZone(cloud, request.PathValue("id"))
	if fault != nil {
		return nil, fault
	}
	query := request.URL.Query()
	limit, fault := maxItems(query.Get("maxitems"), 300)
	if fault != nil {
		return nil, fault
	}
	if query.Get("name") == "" && query.Get("type") != "" {
		return nil, refuse(http.StatusBadRequest, "InvalidInput", "A record type without a record name")
	}
	answer := listResourceRecordSetsResponse{MaxItems: limit}
	start := zone.RecordSet{Name: query.Get("name"), Type: query.Get("type"), SetIdentifier: query.Get("identifier")}
	for _, set := range found.RecordSets() {
		switch {
		case query.Get("name") != "" && zone.Compare(set, start) < 0:
		case len(answer.Sets) == limit:
			answer.IsTruncated = true
			answer.NextRecordName, answer.NextRecordType, answer.NextRecordIdentifier = set.Name, set.Type, set.SetIdentifier
			return answer, nil
		default:
			answer.Sets = append(answer.Sets, describeSet(set))
		}
	}
	return answer, nil
}

type testDNSAnswerResponse struct {
	XMLName      xml.Name `xml:"https://route53.amazonaws.com/doc/2013-04-01/ TestDNSAnswerResponse"`
	Nameserver   string
	RecordName   string
	RecordType   string
	RecordData   []string `xml:"RecordData>RecordDataEntry"`
	ResponseCode string
	Protocol     string
}

// testDNSAnswer asks the zone as a DNS query without recursion would.
func testDNSAnswer(cloud Cloud, request *http.Request) (any, *failure) {
	query := request.URL.Query()
	found, fault := findZone(cloud, query.Get("hostedzoneid"))
	if fault != nil {
		return nil, fault
	}
	name, kind := dns.Fqdn(query.Get("recordname")), query.Get("recordtype")
	code, known := dns.StringToType[kind]
	if !known || !found.Owns(name) {
		return nil, refuse(http.StatusBadRequest, "InvalidInput", "%s %s is not a record of the zone %s", name, kind, found.Name)
	}
	asked := new(dns.Msg).SetQuestion(name, code)
	asked.RecursionDesired = false
	const stream = true
	snapshot := cloud.Snapshot()
	snapshot.Zones = []*zone.Zone{found}
	reply := dnsserver.Respond(snapshot, asked, stream)
	answer := testDNSAnswerResponse{Nameserver: strings.TrimSuffix(found.NameServers()[0], "."), RecordName: strings.TrimSuffix(name, "."),
		RecordType: kind, ResponseCode: dns.RcodeToString[reply.Rcode], Protocol: "UDP"}
	for _, each := range reply.Answer {
		answer.RecordData = append(answer.RecordData, strings.TrimPrefix(each.String(), each.Header().String()))
	}
	return answer, nil
}
