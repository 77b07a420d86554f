package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// running is a real `paymentdr dev`.
type running struct {
	devStack
	command *exec.Cmd
	stderr  *bytes.Buffer
	folder  string // TMPDIR of the process, where it must leave nothing
}

// startDev runs the program until it says where it serves.
func startDev(t *testing.T, binary string) *running {
	t.Helper()
	r := &running{folder: openFolder(t), stderr: &bytes.Buffer{}}
	r.command = exec.Command(binary, "dev", "--listen", "127.0.0.1:0", "--output", "json")
	r.command.Env = append(os.Environ(), "TMPDIR="+r.folder)
	r.command.Stderr = r.stderr
	stdout, err := r.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// Only a failed test leaves it running.
		_ = r.command.Process.Kill()
		_ = r.command.Wait()
	})
	if err := json.NewDecoder(bufio.NewReader(stdout)).Decode(&r.devStack); err != nil {
		_ = r.command.Wait()
		t.Fatalf("it did not say where it serves: %v\n%s", err, r.stderr)
	}
	return r
}

// openFolder is a folder that other users can enter, as the one that PostgreSQL runs as for root; t.TempDir is not.
func openFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "paymentdr-dev-test-")
	if err == nil {
		err = os.Chmod(folder, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return folder
}

func buildProgram(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "paymentdr")
	if output, err := exec.Command("go", "build", "-o", binary, "../../cmd/paymentdr").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, output)
	}
	return binary
}

// ask sends one request and returns status, headers and body.
func (r *running) ask(t *testing.T, method, path, body string) (int, http.Header, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.Endpoint+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var decoded map[string]any
	if err := json.Unmarshal(content, &decoded); err != nil {
		t.Fatalf("%s %s: %s: %v", method, path, content, err)
	}
	return response.StatusCode, response.Header, decoded
}

// ports are all that the stack listens on.
func (r *running) ports(t *testing.T) []string {
	t.Helper()
	var addresses []string
	for _, address := range []string{r.Endpoint, r.DynamoDBEndpoint, r.LedgerURL} {
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		addresses = append(addresses, parsed.Host)
	}
	return addresses
}

// children are the processes that the program started, by /proc.
func (r *running) children(t *testing.T) []int {
	t.Helper()
	parent := r.command.Process.Pid
	entries, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, entry := range entries {
		content, err := os.ReadFile(entry)
		if err != nil {
			continue // ended meanwhile
		}
		_, rest, _ := strings.Cut(string(content), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(entry)))
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, pid)
		}
	}
	return found
}

// nothingLeft waits until no process runs and no port answers.
func nothingLeft(t *testing.T, pids []int, addresses []string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		left := remains(pids, addresses)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left behind: %v", left)
		}
		time.Sleep(20 * time.Millisecond) // real processes end in real time
	}
}

func remains(pids []int, addresses []string) []string {
	var left []string
	for _, pid := range pids {
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err == nil && !strings.Contains(string(content), ") Z ") {
			left = append(left, fmt.Sprintf("process %d", pid))
		}
	}
	for _, address := range addresses {
		if connection, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			connection.Close()
			left = append(left, "port "+address)
		}
	}
	return left
}

func TestDevServesPaymentsAndLeavesNothing(t *testing.T) {
	binary := buildProgram(t)
	r := startDev(t, binary)
	const coffee = `{"paymentId":"coffee-1","amount":"4.20","currency":"EUR"}`
	status, header, paid := r.ask(t, "POST", "/payments", coffee)
	if status != 200 || paid["status"] != "success" || header.Get("X-Region") != r.Region {
		t.Errorf("pay: %d %v %v\n%s", status, header, paid, r.stderr)
	}
	status, header, again := r.ask(t, "POST", "/payments", coffee)
	if status != 200 || header.Get("Idempotent-Replayed") != "true" || again["transactionId"] != paid["transactionId"] {
		t.Errorf("duplicate: %d %v %v, want the first answer, replayed", status, header, again)
	}
	status, _, problem := r.ask(t, "POST", "/payments", strings.Replace(coffee, "4.20", "5.00", 1))
	if status != 422 || problem["type"] != "https://paymentdr.dev/problems/payment-mismatch" {
		t.Errorf("mismatch: %d %v", status, problem)
	}
	if status, _, found := r.ask(t, "GET", "/payments/coffee-1", ""); status != 200 || found["transactionId"] != paid["transactionId"] {
		t.Errorf("get: %d %v", status, found)
	}
	if status, _, health := r.ask(t, "GET", "/health", ""); status != 200 || health["lease"] != "held" {
		t.Errorf("health: %d %v", status, health)
	}
	t.Run("ledger commands", func(t *testing.T) { checkLedgerCommands(t, r, paid["transactionId"].(string)) })

	pids, addresses := r.children(t), r.ports(t)
	if len(pids) < 2 {
		t.Fatalf("children %v: PostgreSQL and DynamoDB Local are two", pids)
	}
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := r.command.Wait(); err != nil {
		t.Errorf("ended with %v\n%s", err, r.stderr)
	}
	nothingLeft(t, pids, addresses)
	if left, err := os.ReadDir(r.folder); err != nil || len(left) > 0 {
		t.Errorf("files left: %v, %v", left, err)
	}
}

func checkLedgerCommands(t *testing.T, r *running, transaction string) {
	run := func(arguments ...string) (int, string, string) {
		var stdout, stderr bytes.Buffer
		code := Run(t.Context(), Process{Args: arguments, Environment: []string{"LEDGER_URL=" + r.LedgerURL}, Stdout: &stdout, Stderr: &stderr})
		return code, stdout.String(), stderr.String()
	}
	code, out, problems := run("ledger", "trial-balance", "--output", "json")
	var balance trialBalance
	if err := json.Unmarshal([]byte(out), &balance); code != 0 || err != nil {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, problems)
	}
	if want := (currencyTotal{Currency: "EUR", Payments: 1, Entries: 2, Sum: "0.00"}); !balance.Balanced || len(balance.Currencies) != 1 || balance.Currencies[0] != want {
		t.Errorf("trial balance %+v, want %+v", balance, want)
	}
	if code, out, problems = run("ledger", "payment", "coffee-1"); code != 0 || !strings.Contains(out, transaction) || !strings.Contains(out, "4.20") {
		t.Errorf("exit %d: %s%s", code, out, problems)
	}
	if code, _, problems = run("ledger", "payment", "coffee-2"); code != ExitError || !strings.Contains(problems, "not in the ledger") {
		t.Errorf("a payment that is not there: exit %d: %s", code, problems)
	}
}

func TestDevLeavesNothingRunningWhenKilled(t *testing.T) {
	binary := buildProgram(t)
	r := startDev(t, binary)
	pids, addresses := r.children(t), r.ports(t)
	if err := r.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var killed *exec.ExitError
	if err := r.command.Wait(); !errors.As(err, &killed) {
		t.Fatalf("ended with %v, want killed", err)
	}
	nothingLeft(t, pids, addresses)
	// What a killed process cannot remove, the next one does.
	if left, err := filepath.Glob(filepath.Join(r.folder, "paymentdr-dev-*.lock")); err != nil || len(left) != 1 {
		t.Fatalf("locks left: %v, %v; want one", left, err)
	}
}
