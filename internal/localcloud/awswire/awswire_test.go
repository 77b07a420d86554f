package awswire_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/paymentdr/paymentdr/internal/localcloud/awswire"
)

type pair struct {
	Name  string
	Value float64
}

type input struct {
	Text   string
	Number int
	On     *bool
	When   awswire.Time
	Pairs  []pair
	Names  []string `json:"names"`
}

type common struct {
	Text string `json:",omitempty"`
}

type output struct {
	common
	When    *awswire.Time `json:",omitempty"`
	Pairs   []pair
	Extra   map[string]float64 `json:",omitempty"`
	Missing *int               `json:",omitempty"`
}

type nothing struct{}

var when = time.Date(2026, 10, 1, 12, 30, 0, 250e6, time.UTC)

func service(t *testing.T, seen *input) *httptest.Server {
	server := httptest.NewServer(&awswire.Service{
		Name: "Things_1", Version: "2020-01-01", Namespace: "http://things/doc",
		Logger: slog.New(slog.DiscardHandler),
		Operations: map[string]awswire.Operation{
			"Echo": awswire.Typed(func(_ context.Context, in input) (output, error) {
				*seen = in
				return output{common: common{"a<b"}, When: awswire.At(when), Pairs: in.Pairs, Extra: map[string]float64{"p99": 2.5}}, nil
			}),
			"Empty": awswire.Typed(func(context.Context, nothing) (nothing, error) { return nothing{}, nil }),
			"Refuse": awswire.Typed(func(context.Context, nothing) (nothing, error) {
				return nothing{}, &awswire.Fault{Name: "NotThere", Code: "Gone", Status: 404, Message: "no such thing"}
			}),
			"Break": awswire.Typed(func(context.Context, nothing) (nothing, error) { return nothing{}, errors.New("broken") }),
		},
	})
	t.Cleanup(server.Close)
	return server
}

type exchange struct {
	status int
	header http.Header
	body   string
}

func send(t *testing.T, target string, header map[string]string, body []byte) exchange {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return exchange{response.StatusCode, response.Header, string(content)}
}

func wantInput() input {
	on := true
	return input{Text: "x", Number: 7, On: &on, When: awswire.Time{Time: when}, Pairs: []pair{{"a", 1.5}, {"b", 2}}, Names: []string{"n"}}
}

const jsonInput = `{"Text":"x","Number":7,"On":true,"When":1790857800.25,"Pairs":[{"Name":"a","Value":1.5},{"Name":"b","Value":2}],"names":["n"],"Unknown":1}`

func TestJSON(t *testing.T) {
	var seen input
	server := service(t, &seen)
	for version, content := range map[string]string{"1.0": "application/x-amz-json-1.0", "1.1": "application/x-amz-json-1.1"} {
		answer := send(t, server.URL, map[string]string{"X-Amz-Target": "Things_1.Echo", "Content-Type": content}, []byte(jsonInput))
		want := `{"Text":"a\u003cb","When":1790857800.25,"Pairs":[{"Name":"a","Value":1.5},{"Name":"b","Value":2}],"Extra":{"p99":2.5}}`
		if answer.status != 200 || answer.body != want || answer.header.Get("Content-Type") != content {
			t.Errorf("%s: %+v, want %s", version, answer, want)
		}
		if difference := cmp.Diff(wantInput(), seen); difference != "" {
			t.Errorf("%s: %s", version, difference)
		}
	}
}

func TestCBOR(t *testing.T) {
	var seen input
	server := service(t, &seen)
	body, err := cbor.Marshal(map[string]any{"Text": "x", "Number": 7, "On": true, "When": cbor.Tag{Number: 1, Content: 1790857800.25},
		"Pairs": []any{map[string]any{"Name": "a", "Value": 1.5}, map[string]any{"Name": "b", "Value": 2}}, "names": []string{"n"}, "Unknown": 1})
	if err != nil {
		t.Fatal(err)
	}
	answer := send(t, server.URL+"/service/Things_1/operation/Echo", map[string]string{"Smithy-Protocol": "rpc-v2-cbor"}, body)
	if answer.status != 200 || answer.header.Get("Smithy-Protocol") != "rpc-v2-cbor" || answer.header.Get("Content-Type") != "application/cbor" {
		t.Fatalf("answer %+v", answer)
	}
	if difference := cmp.Diff(wantInput(), seen); difference != "" {
		t.Error(difference)
	}
	var got map[string]any
	if err := cbor.Unmarshal([]byte(answer.body), &got); err != nil {
		t.Fatal(err)
	}
	if at, ok := got["When"].(time.Time); !ok || !at.Equal(when) || got["Text"] != "a<b" {
		t.Errorf("answer %v", got)
	}
}

func TestQuery(t *testing.T) {
	var seen input
	server := service(t, &seen)
	form := url.Values{"Action": {"Echo"}, "Version": {"2020-01-01"}, "Text": {"x"}, "Number": {"7"}, "On": {"true"},
		"When": {"2026-10-01T12:30:00.250Z"}, "Pairs.member.1.Name": {"a"}, "Pairs.member.1.Value": {"1.5"},
		"Pairs.member.2.Name": {"b"}, "Pairs.member.2.Value": {"2"}, "names.member.1": {"n"}}
	answer := send(t, server.URL, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte(form.Encode()))
	result := `<EchoResponse xmlns="http://things/doc"><EchoResult><Text>a&lt;b</Text><When>2026-10-01T12:30:00.250Z</When>` +
		`<Pairs><member><Name>a</Name><Value>1.5</Value></member><member><Name>b</Name><Value>2</Value></member></Pairs>` +
		`<Extra><entry><key>p99</key><value>2.5</value></entry></Extra></EchoResult><ResponseMetadata>`
	if answer.status != 200 || !strings.HasPrefix(answer.body, result) || answer.header.Get("Content-Type") != "text/xml" {
		t.Errorf("answer %+v\nwant %s", answer, result)
	}
	if difference := cmp.Diff(wantInput(), seen); difference != "" {
		t.Error(difference)
	}
	empty := send(t, server.URL+"?Action=Empty&Version=2020-01-01", nil, nil)
	if empty.status != 200 || strings.Contains(empty.body, "EmptyResult") || !strings.Contains(empty.body, "<RequestId>") {
		t.Errorf("answer without result: %+v", empty)
	}
}

func TestCompressedRequest(t *testing.T) {
	var seen input
	server := service(t, &seen)
	header := map[string]string{"X-Amz-Target": "Things_1.Echo", "Content-Encoding": "gzip"}
	pack := func(content []byte) []byte {
		var packed bytes.Buffer
		writer := gzip.NewWriter(&packed)
		if _, err := writer.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		return packed.Bytes()
	}
	if answer := send(t, server.URL, header, pack([]byte(jsonInput))); answer.status != 200 || seen.Number != 7 {
		t.Errorf("answer %+v, input %+v", answer, seen)
	}
	for name, body := range map[string][]byte{"no gzip": []byte(jsonInput), "a bomb": pack(make([]byte, 8<<20))} {
		if answer := send(t, server.URL, header, body); answer.status != 400 || !strings.Contains(answer.body, "SerializationException") {
			t.Errorf("%s: %+v", name, answer)
		}
	}
}

func TestFaults(t *testing.T) {
	var seen input
	server := service(t, &seen)
	overJSON := func(operation, body string) exchange {
		return send(t, server.URL, map[string]string{"X-Amz-Target": "Things_1." + operation}, []byte(body))
	}
	overQuery := func(query string) exchange { return send(t, server.URL+"?Version=2020-01-01&"+query, nil, nil) }
	overCBOR := func(operation string, body []byte) exchange {
		return send(t, server.URL+"/service/Things_1/operation/"+operation, map[string]string{"Smithy-Protocol": "rpc-v2-cbor"}, body)
	}
	for name, test := range map[string]struct {
		answer exchange
		status int
		holds  string
	}{
		"json refusal":         {overJSON("Refuse", "{}"), 404, `{"__type":"NotThere","message":"no such thing"}`},
		"json unknown":         {overJSON("Dance", "{}"), 400, "UnknownOperationException"},
		"json of another":      {send(t, server.URL, map[string]string{"X-Amz-Target": "Other.Echo"}, nil), 400, "UnknownOperationException"},
		"json malformed":       {overJSON("Echo", "{"), 400, "SerializationException"},
		"json wrong type":      {overJSON("Echo", `{"Number":"x"}`), 400, "SerializationException"},
		"json wrong time":      {overJSON("Echo", `{"When":"soon"}`), 400, "SerializationException"},
		"json broken":          {overJSON("Break", "{}"), 500, "InternalServiceFault"},
		"query refusal":        {overQuery("Action=Refuse"), 404, "<Type>Sender</Type><Code>Gone</Code><Message>no such thing</Message>"},
		"query broken":         {overQuery("Action=Break"), 500, "<Type>Receiver</Type><Code>InternalServiceError</Code>"},
		"query unknown":        {overQuery("Action=Dance"), 400, "<Code>InvalidAction</Code>"},
		"query other version":  {send(t, server.URL+"?Action=Echo&Version=1999-01-01", nil, nil), 400, "<Code>InvalidAction</Code>"},
		"query wrong type":     {overQuery("Action=Echo&Pairs.member.1.Value=x"), 400, "<Code>MalformedInput</Code>"},
		"cbor refusal":         {overCBOR("Refuse", nil), 404, "no such thing"},
		"cbor unknown":         {overCBOR("Dance", nil), 404, "UnknownOperationException"},
		"cbor malformed":       {overCBOR("Echo", []byte{0xff}), 400, "SerializationException"},
		"cbor path of another": {send(t, server.URL+"/other", map[string]string{"Smithy-Protocol": "rpc-v2-cbor"}, nil), 404, "UnknownOperationException"},
	} {
		if test.answer.status != test.status || !strings.Contains(test.answer.body, test.holds) {
			t.Errorf("%s: status %d, body %q; want %d and %q", name, test.answer.status, test.answer.body, test.status, test.holds)
		}
	}
	for name, answer := range map[string]exchange{"CBOR": overCBOR("Refuse", nil), "JSON": overJSON("Refuse", "{}")} {
		if got := answer.header.Get("X-Amzn-Query-Error"); got != "Gone;Sender" {
			t.Errorf("query error of %s: %q", name, got)
		}
	}
}
