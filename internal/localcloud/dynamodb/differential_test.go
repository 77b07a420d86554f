package dynamodb_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/dynamotest"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
)

// answer is what a server answered, in a form that can be compared.
type answer struct {
	Status int
	Error  string
	Body   string
}

func (a answer) String() string { return fmt.Sprintf("%d %s %s", a.Status, a.Error, a.Body) }

// call sends one request as it stands.
func call(t *testing.T, client *http.Client, endpoint, operation, body string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, endpoint, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Date", "20261123T120000Z")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=00")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var content map[string]any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &content); err != nil {
			t.Fatalf("%s answered %q: %v", operation, raw, err)
		}
	}
	result := answer{Status: response.StatusCode}
	if kind, ok := content["__type"].(string); ok {
		message, _ := content["message"].(string)
		if other, ok := content["Message"].(string); ok {
			message = other
		}
		result.Error = kind[strings.IndexByte(kind, '#')+1:] + ": " + message
		delete(content, "__type")
		delete(content, "message")
		delete(content, "Message")
	}
	result.Body = canonical(t, content, operation == "Scan" || operation == "BatchGetItem")
	return result
}

// canonical writes JSON with the members of sets, and the items of a scan, in one order.
func canonical(t *testing.T, content any, anyOrder bool) string {
	t.Helper()
	encoded, err := json.Marshal(normal(t, content, anyOrder))
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func normal(t *testing.T, content any, anyOrder bool) any {
	switch content := content.(type) {
	case map[string]any:
		for name, value := range content {
			content[name] = normal(t, value, anyOrder || name == "SS" || name == "NS" || name == "BS")
		}
	case []any:
		for i := range content {
			content[i] = normal(t, content[i], anyOrder)
		}
		if anyOrder {
			slices.SortFunc(content, func(a, b any) int {
				return strings.Compare(canonical(t, a, false), canonical(t, b, false))
			})
		}
	}
	return content
}

var tableDefinitions = []string{
	`{"TableName":"$H","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}`,
	`{"TableName":"$R","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"gpk","AttributeType":"S"},{"AttributeName":"gsk","AttributeType":"S"}],
	  "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],"BillingMode":"PAY_PER_REQUEST","GlobalSecondaryIndexes":[
	  {"IndexName":"all","KeySchema":[{"AttributeName":"gpk","KeyType":"HASH"},{"AttributeName":"gsk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
	  {"IndexName":"keys","KeySchema":[{"AttributeName":"gpk","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}`,
}

// both sends a request to both servers and gives both answers.
type both struct {
	ours, theirs string
	names        *strings.Replacer
	client       *http.Client
}

func startBoth(t *testing.T, suffix string) both {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	b := both{
		client: &http.Client{Transport: transport},
		ours:   clustertest.Start(t, clustertest.Options{}).Endpoint(clustertest.East), theirs: dynamotest.Shared(t).Endpoint,
		names: strings.NewReplacer("$H", "hash-"+suffix, "$R", "range-"+suffix),
	}
	// DynamoDB Local outlives the test, and a second run needs the names.
	t.Cleanup(func() {
		for _, table := range []string{"$H", "$R"} {
			call(t, b.client, b.theirs, "DeleteTable", b.names.Replace(`{"TableName":"`+table+`"}`))
		}
	})
	for _, definition := range tableDefinitions {
		for _, got := range b.send(t, "CreateTable", definition) {
			if got.Status != http.StatusOK {
				t.Fatalf("create table: %s", got)
			}
		}
	}
	return b
}

func (b both) send(t *testing.T, operation, body string) [2]answer {
	t.Helper()
	body = b.names.Replace(body)
	return [2]answer{call(t, b.client, b.ours, operation, body), call(t, b.client, b.theirs, operation, body)}
}

// TestOperationsAgainstDynamoDBLocal runs hand-picked operations against this endpoint and AWS's DynamoDB Local. Where
// the answers differ, the difference must be in testdata/differences.txt exactly as it is, and nothing else may be.
func TestOperationsAgainstDynamoDBLocal(t *testing.T) {
	content, err := os.ReadFile("testdata/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	servers := startBoth(t, "operations")
	var differences bytes.Buffer
	count := 0
	for line := range strings.Lines(string(content)) {
		operation, body, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || operation == "#" {
			continue
		}
		count++
		if got := servers.send(t, operation, body); got[0] != got[1] {
			fmt.Fprintf(&differences, "%s %s\n  ours:   %s\n  theirs: %s\n", operation, body, got[0], got[1])
		}
	}
	t.Logf("%d operations, %d differences", count, strings.Count(differences.String(), "\n  ours:"))
	known, err := os.ReadFile("testdata/differences.txt")
	if err != nil {
		t.Fatal(err)
	}
	if differences.String() != string(known) {
		t.Errorf("differences are not those of testdata/differences.txt; they are:\n%s", differences.String())
	}
}

// TestRandomOperationsAgainstDynamoDBLocal runs random valid and invalid operations on few items, so that they meet.
func TestRandomOperationsAgainstDynamoDBLocal(t *testing.T) {
	servers := startBoth(t, "random")
	const seed = 20261123
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	for n := range 600 {
		operation, body := g.operation()
		if got := servers.send(t, operation, body); got[0].Status != got[1].Status || got[0].Body != got[1].Body || errorName(got[0]) != errorName(got[1]) {
			t.Errorf("seed %d, operation %d: %s %s\n  ours:   %s\n  theirs: %s", seed, n, operation, body, got[0], got[1])
		}
	}
}

// errorName leaves the text out: the hand-picked operations compare texts.
func errorName(a answer) string {
	name, _, _ := strings.Cut(a.Error, ":")
	return name
}

// generator makes operations on table $R of few keys and attributes.
type generator struct{ *rand.Rand }

func (g generator) pick(options ...string) string { return options[g.IntN(len(options))] }

func (g generator) value() string {
	return g.pick(`{"S":"a"}`, `{"S":"ab"}`, `{"S":""}`, `{"N":"1"}`, `{"N":"-2.5"}`, `{"N":"10"}`, `{"SS":["a","b"]}`, `{"NS":["1","2"]}`,
		`{"L":[{"N":"1"},{"S":"a"}]}`, `{"M":{"x":{"N":"1"}}}`, `{"BOOL":true}`, `{"NULL":true}`, `{"B":"YQ=="}`)
}

func (g generator) key() string {
	return fmt.Sprintf(`"pk":{"S":%q},"sk":{"N":%q}`, g.pick("a", "b"), g.pick("0", "1", "-1", "2.5"))
}

func (g generator) path() string { return g.pick("p", "r", "u", "p.x", "r[0]", "u[1]", "gpk") }

func (g generator) condition(depth int) string {
	if depth > 0 && g.IntN(2) == 0 {
		return g.pick("("+g.condition(depth-1)+") AND "+g.condition(depth-1), g.condition(depth-1)+" OR "+g.condition(depth-1), "NOT "+g.condition(depth-1))
	}
	return g.pick(g.path()+" "+g.pick("=", "<>", "<", "<=", ">", ">=")+" :v", "attribute_exists("+g.path()+")",
		"attribute_not_exists("+g.path()+")", "contains("+g.path()+", :v)", "begins_with("+g.path()+", :v)", "size("+g.path()+") > :v",
		g.path()+" BETWEEN :v AND :v", g.path()+" IN (:v, :w)", "attribute_type("+g.path()+", :t)")
}

func (g generator) update() string {
	return g.pick("SET "+g.path()+" = :v", "SET "+g.path()+" = "+g.path()+" + :v", "SET "+g.path()+" = list_append("+g.path()+", :v)",
		"SET "+g.path()+" = if_not_exists("+g.path()+", :v), z = :w", "REMOVE "+g.path(), "REMOVE r[0], r[1]", "ADD "+g.path()+" :v", "DELETE "+g.path()+" :v",
		"SET p = :v REMOVE r ADD u :w")
}

func (g generator) operation() (operation, body string) {
	holders := func(expressions ...string) string {
		var parts []string
		for _, holder := range []string{":v", ":w", ":t", ":k"} {
			if strings.Contains(strings.Join(expressions, " "), holder) {
				value := g.value()
				switch holder {
				case ":t":
					value = g.pick(`{"S":"S"}`, `{"S":"N"}`, `{"S":"L"}`)
				case ":k":
					value = g.pick(`{"S":"a"}`, `{"S":"b"}`)
				}
				parts = append(parts, fmt.Sprintf("%q:%s", holder, value))
			}
		}
		if len(parts) == 0 {
			return ""
		}
		return `,"ExpressionAttributeValues":{` + strings.Join(parts, ",") + `}`
	}
	condition := g.condition(2)
	switch g.IntN(8) {
	case 0, 1:
		return "PutItem", fmt.Sprintf(`{"TableName":"$R","Item":{%s,"p":%s,"r":%s,"gpk":{"S":%q},"gsk":{"S":"s"}},"ReturnValues":"ALL_OLD"}`, g.key(), g.value(), g.value(), g.pick("a", "b"))
	case 2, 3, 4:
		update := g.update()
		return "UpdateItem", fmt.Sprintf(`{"TableName":"$R","Key":{%s},"UpdateExpression":%q,"ConditionExpression":%q,"ReturnValues":%q%s}`, g.key(), update, condition,
			g.pick("ALL_NEW", "ALL_OLD", "UPDATED_NEW", "UPDATED_OLD", "NONE"), holders(update, condition))
	case 5:
		return "DeleteItem", fmt.Sprintf(`{"TableName":"$R","Key":{%s},"ConditionExpression":%q,"ReturnValues":"ALL_OLD"%s}`, g.key(), condition, holders(condition))
	case 6:
		return "Query", fmt.Sprintf(`{"TableName":"$R","IndexName":"all","KeyConditionExpression":"gpk = :k AND gsk = :k","FilterExpression":%q%s}`, strings.ReplaceAll(condition, "gpk", "q"), holders(":k", strings.ReplaceAll(condition, "gpk", "q")))
	}
	return "Query", fmt.Sprintf(`{"TableName":"$R","KeyConditionExpression":"pk = :k","FilterExpression":%q,"ScanIndexForward":%s,"Limit":%s%s}`, condition, g.pick("true", "false"), g.pick("1", "2", "5"), holders(":k", condition))
}
