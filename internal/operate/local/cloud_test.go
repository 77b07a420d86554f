package local_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/cli"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/operate"
	"github.com/paymentdr/paymentdr/internal/operate/local"
	"github.com/paymentdr/paymentdr/internal/operate/status"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// What operators do with a system on AWS they do with a local cloud, by the same commands, while payers pay: no request
// of theirs fails, and journal and ledgers agree in the end.
func TestOperatorsOfALocalCloud(t *testing.T) {
	d, cloud := start(t)
	d.await("every row is known", 30*time.Second, func() bool { return known(d.look()) == "" })
	screen := d.ok("status")
	if screen.took > 2*time.Second || strings.Contains(screen.stdout, "?") {
		t.Errorf("the screen took %s\n%s", screen.took, screen.stdout)
	}
	if history := d.ok("history").stdout; !strings.Contains(history, "created") || !strings.Contains(history, "active") {
		t.Errorf("history\n%s", history)
	}
	stop := pay(t, cloud)
	t.Run("refusals", func(t *testing.T) { refusals(desk{t, d.name}) })
	t.Run("drain", func(t *testing.T) { drain(desk{t, d.name}) })
	t.Run("there and back", func(t *testing.T) { thereAndBack(desk{t, d.name}) })
	t.Run("failover", func(t *testing.T) { failover(desk{t, d.name}) })
	paid := stop()
	if paid.Failed > 0 || paid.Waiting() > 0 || paid.Acknowledged < 100 {
		t.Errorf("payers were told %+v", paid)
	}
	t.Run("books", func(t *testing.T) { books(desk{t, d.name}) })
	t.Run("a Region is lost", func(t *testing.T) { lost(desk{t, d.name}, cloud) })
	t.Run("items that nobody understands", func(t *testing.T) { strange(desk{t, d.name}, cloud) })
}

// known says what a screen lacks.
func known(seen status.Snapshot) string {
	var missing []string
	need := func(what string, is bool) {
		if !is {
			missing = append(missing, what)
		}
	}
	need("lease", seen.Lease.State == payment.LeaseActive)
	need("journal", seen.Journal.Problem == "")
	need("dns", seen.DNS.Region == primary && seen.DNS.Alarms.Problem == "")
	for _, region := range seen.Regions {
		need("tables of "+region.Name, region.Tables.Problem == "")
		need("controller of "+region.Name, region.Controller.Heard)
		need("health of "+region.Name, region.API.Code == 200)
		need("health check of "+region.Name, region.Route53.Healthy && region.Route53.Checkers > 2)
		need("database of "+region.Name, region.Database.Member && region.Database.Instances > 0 && region.Database.Available == region.Database.Instances)
		need("alarms of "+region.Name, region.Alarms.Problem == "")
		need("lag of "+region.Name, region.Lag.Known != region.Database.Writer)
	}
	return strings.Join(missing, ", ")
}

func refusals(d desk) {
	d.refused("already-active", "failover", "--to", primary, "--yes")
	d.refused("unknown-region", "switchover", "--to", "eu-west-1", "--yes")
	d.refused("already-active", "failback", "--yes")
	d.refused("lag", "failover", "--to", secondary, "--max-lag", "1ns", "--yes")
	d.refused("nothing-to-take-back", "undrain")
	d.refused("no-confirmation", "failover", "--to", secondary)
	if o := d.operate("status", "--set", "lease.ttl=30s"); o.code != cli.ExitRefused || !strings.Contains(o.stderr, "--local") {
		d.Errorf("a configuration beside a cloud: exit %d, %s", o.code, o.stderr)
	}
	if o := d.run("status", "--local=nobody"); o.code != cli.ExitRefused || !strings.Contains(o.stderr, "paymentdr local up --name nobody") {
		d.Errorf("a cloud that does not run: exit %d, %s", o.code, o.stderr)
	}
}

func drain(d desk) {
	d.ok("drain", "--for", "2m", "--reason", "test", "--yes")
	if seen := d.look(); seen.Lease.State != payment.LeaseDraining || !seen.Intent.Running {
		d.Errorf("lease %+v, intent %+v", seen.Lease, seen.Intent)
	}
	d.refused("intent-running", "switchover", "--to", secondary, "--yes")
	d.ok("undrain")
	if seen := d.look(); seen.Lease.State != payment.LeaseActive {
		d.Errorf("lease %+v", seen.Lease)
	}
}

func thereAndBack(d desk) {
	d.await("ready to leave", 20*time.Second, func() bool { return d.operate("switchover", "--to", secondary, "--check").code == cli.ExitOK })
	d.ok("switchover", "--to", secondary, "--yes")
	if seen := d.look(); seen.Lease.Region != secondary || seen.Lease.State != payment.LeaseActive {
		d.Errorf("lease %+v", seen.Lease)
	}
	d.await("ready for the way home", 30*time.Second, func() bool { return d.operate("failback", "--check").code == cli.ExitOK })
	d.ok("failback", "--yes")
	if seen := d.look(); seen.Lease.Region != primary || seen.Lease.State != payment.LeaseActive {
		d.Errorf("lease %+v", seen.Lease)
	}
}

func failover(d desk) {
	d.await("ready to fail over", 30*time.Second, func() bool {
		return d.operate("failover", "--to", secondary, "--allow-data-loss", "--check").code == cli.ExitOK
	})
	d.ok("failover", "--to", secondary, "--allow-data-loss", "--yes")
	if seen := d.look(); seen.Lease.Region != secondary || seen.Lease.State != payment.LeaseActive {
		d.Errorf("lease %+v", seen.Lease)
	}
	d.ok("replay", "--since", "1h", "--yes")
}

func books(d desk) {
	d.await("nothing pending", 30*time.Second, func() bool { seen := d.look(); return seen.Journal.Problem == "" && seen.Journal.Pending == 0 })
	var report struct {
		Payments int
		Ledgers  []struct{ Role, Problem string }
	}
	d.await("reconciled", 30*time.Second, func() bool {
		o := d.operate("reconcile", "--since", "1h", "--output=json")
		return json.Unmarshal([]byte(o.stdout), &report) == nil && o.code == cli.ExitOK
	})
	if report.Payments < 100 || len(report.Ledgers) != 2 {
		d.Errorf("compared %+v", report)
	}
}

// lost: the Region that follows is gone. The screen says so, soon, and hides nothing of the other; nobody goes home.
func lost(d desk, cloud *control.Client) {
	order := func(do string) {
		if err := cloud.Order(d.Context(), control.Order{Do: do, Region: primary}); err != nil {
			d.Fatal(err)
		}
	}
	order(control.Stop)
	screen := d.operate("status")
	if screen.code != cli.ExitOK || screen.took > operate.DefaultTimeout+time.Second || strings.Count(screen.stdout, "?") < 5 {
		d.Errorf("a frozen Region: exit %d after %s\n%s", screen.code, screen.took, screen.stdout)
	}
	order(control.Kill)
	d.refused("half-up", "failback", "--yes")
	seen := d.look()
	home, _ := seen.Of(primary)
	other, _ := seen.Of(secondary)
	if home.Tables.Problem == "" || home.API.Problem == "" || other.Tables.Problem != "" || !other.Controller.Heard || other.Route53.Checkers == 0 {
		d.Errorf("a lost Region: %+v\n%+v", home, other)
	}
	d.refused("not-capable", "failover", "--to", primary, "--allow-data-loss", "--yes")
}

// strange: what no version of this program has written, and what a newer one has, is left alone.
func strange(d desk, cloud *control.Client) {
	access, err := local.Access(d.Context(), cloud)
	if err != nil {
		d.Fatal(err)
	}
	table := dynamodb.NewFromConfig(access.Regions[1].AWS)
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "lease"}, "sk": &types.AttributeValueMemberS{Value: "current"}}
	for code, schema := range map[string]types.AttributeValue{
		"lease-corrupt": &types.AttributeValueMemberS{Value: "one"}, "lease-newer": &types.AttributeValueMemberN{Value: "1000"},
	} {
		_, err := table.UpdateItem(d.Context(), &dynamodb.UpdateItemInput{
			TableName: &access.ControlTable, Key: key, UpdateExpression: aws.String("SET #s = :s ADD #v :one"),
			// On a version of its own, as every writer does: one that is under way must lose.
			ExpressionAttributeNames:  map[string]string{"#s": "schema", "#v": "version"},
			ExpressionAttributeValues: map[string]types.AttributeValue{":s": schema, ":one": &types.AttributeValueMemberN{Value: "1"}},
		})
		if err != nil {
			d.Fatal(err)
		}
		d.refused(code, "failover", "--to", primary, "--allow-data-loss", "--yes")
		found, err := table.GetItem(d.Context(), &dynamodb.GetItemInput{TableName: &access.ControlTable, Key: key, ConsistentRead: aws.Bool(true)})
		if err != nil {
			d.Fatal(err)
		}
		if is, _ := json.Marshal(found.Item["schema"]); !strings.Contains(string(is), "one") && !strings.Contains(string(is), "1000") {
			d.Errorf("the item was written over: %s", is)
		}
	}
}
