//go:build throughput

package ledger_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

// The measurement: for each number of clients, short rounds of pgbench and Post, of equally many posts, take turns on one
// server, in changing order, and the median of the rounds' ratios counts. Neighbours on the machine, a growing table and
// checkpoints then hit both alike.
const (
	rounds      = 11
	lowestRatio = 0.8
)

// pgbenchScript is the statement of Store.Post with the values that a payment has; pgbench makes them up itself.
const pgbenchScript = `\set id random(1, 9000000000000000000)
\set amount random(1, 99999999)
SELECT outcome, coalesce(detail, '') FROM ledger.post('pgbench-' || :id, gen_random_uuid(), :amount, 'USD', 'us-east-1', 0, now());
`

func TestPostThroughputAgainstPgbench(t *testing.T) {
	database := durable(t)
	pgbench := findPgbench(t, database)
	script := filepath.Join(t.TempDir(), "post.sql")
	if err := os.WriteFile(script, []byte(pgbenchScript), 0o600); err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	fmt.Fprintf(&table, "PostgreSQL %s, TLS, fsync on, medians of %d rounds\n", database.Server.Binaries().Version, rounds)
	fmt.Fprintf(&table, "%8s %12s %12s %8s   %s\n", "clients", "pgbench/s", "Post/s", "ratio", "ratios of the rounds")
	for _, load := range []struct{ clients, posts int }{{1, 1500}, {8, 500}, {32, 150}} { // posts of each client
		clients, posts := load.clients, load.posts
		var theirs, ours, ratios []float64
		for round := range rounds {
			if round%2 == 0 {
				theirs = append(theirs, runPgbench(t, pgbench, database, script, clients, posts))
				ours = append(ours, runPost(t, database, clients, posts))
			} else {
				ours = append(ours, runPost(t, database, clients, posts))
				theirs = append(theirs, runPgbench(t, pgbench, database, script, clients, posts))
			}
			ratios = append(ratios, ours[len(ours)-1]/theirs[len(theirs)-1])
		}
		ratio := median(ratios)
		fmt.Fprintf(&table, "%8d %12.0f %12.0f %8.2f   %.2f\n", clients, median(theirs), median(ours), ratio, ratios)
		if ratio < lowestRatio {
			t.Errorf("%d clients: ratio %.2f is below %.2f", clients, ratio, lowestRatio)
		}
	}
	fmt.Print(table.String())
	requireBalanced(t, ledgertest.Open(t, database, 1))
}

// findPgbench fails, and does not skip, when there is none: who asks for this test wants the number.
func findPgbench(t *testing.T, database *postgrestest.Database) string {
	t.Helper()
	if programs := database.Server.Binaries(); programs.Has("pgbench") {
		return programs.Path("pgbench")
	}
	found, err := exec.LookPath("pgbench")
	if err != nil {
		t.Fatalf("pgbench is not with the server in %s and not in PATH (downloaded servers leave it out); "+
			"on Debian it is in the package postgresql-contrib or postgresql: %v", database.Server.Binaries().Dir, err)
	}
	return found
}

var tpsLine = regexp.MustCompile(`(?m)^tps = ([0-9.]+) \(without initial connection time\)`)

func runPgbench(t *testing.T, program string, database *postgrestest.Database, script string, clients, posts int) float64 {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, "--no-vacuum", "--protocol", "prepared", "--client", strconv.Itoa(clients),
		"--jobs", strconv.Itoa(min(clients, 2)), "--transactions", strconv.Itoa(posts), "--file", script, database.AppURL)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("pgbench: %v: %s", err, output)
	}
	found := tpsLine.FindSubmatch(output)
	if found == nil {
		t.Fatalf("pgbench printed no rate: %s", output)
	}
	rate, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return rate
}

func runPost(t *testing.T, database *postgrestest.Database, clients, posts int) float64 {
	t.Helper()
	settings := ledgertest.Settings(database)
	settings.MaxConnections = clients
	pool, err := connect.New(settings, ledgertest.Login{User: database.AppUser, Password: database.AppPassword})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close() // the next round needs the server's connection slots
	store := ledger.New(pool)
	var warm atomic.Int64
	warm.Store(int64(4 * clients))
	post := func() error { return postFresh(t.Context(), store) }
	if err := runClients(clients, func() bool { return warm.Add(-1) >= 0 }, post); err != nil { // connects and prepares
		t.Fatal(err)
	}
	var left atomic.Int64
	left.Store(int64(clients * posts))
	begin := time.Now()
	if err := runClients(clients, func() bool { return left.Add(-1) >= 0 }, post); err != nil {
		t.Fatal(err)
	}
	return float64(clients*posts) / time.Since(begin).Seconds()
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
