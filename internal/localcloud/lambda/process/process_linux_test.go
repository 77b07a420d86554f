package process

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// Children may be late by the slack, whoever starts them; the default is 50 µs.
func TestChildrenHaveSlack(t *testing.T) {
	child := start(t, "sleep", "600")
	content, err := os.ReadFile("/proc/" + strconv.Itoa(child.PID()) + "/timerslack_ns")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(content)); got != strconv.Itoa(int(slack)) {
		t.Errorf("slack %s ns, want %s", got, slack)
	}
}
