package cli

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/operate/plan"
	"github.com/paymentdr/paymentdr/internal/stack"
)

var (
	alarmName = regexp.MustCompile(`(?m)^\s*alarm_name\s*=\s*"payment-(?:primary|secondary)-([a-z0-9-]+)-dev-test"`)
	section   = regexp.MustCompile("(?m)^### `([a-z0-9-]+)`$")
)

// operatorCommands are the commands that the runbook must explain.
var operatorCommands = []string{"status", "history", "failover", "switchover", "failback", "drain", "undrain", "replay", "reconcile"}

func readRunbook(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// alarms are the names of all alarms of the generated files, without what differs between Regions and environments.
func alarms(t *testing.T) map[string]bool {
	t.Helper()
	system, err := stack.Build(config.Default())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, root := range system.Roots {
		for _, content := range root.Module.Files() {
			for _, match := range alarmName.FindAllSubmatch(content, -1) {
				found[string(match[1])] = true
			}
		}
	}
	if len(found) < 25 {
		t.Fatalf("only %d alarms were found in the files", len(found))
	}
	return found
}

// Every alarm, every refusal and every command has a section with at least one exact command, and no section is about
// something that is no longer there.
func TestRunbookIsComplete(t *testing.T) {
	text := readRunbook(t)
	sections := map[string]string{}
	marks := section.FindAllStringSubmatchIndex(text, -1)
	for i, mark := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		name := text[mark[2]:mark[3]]
		if sections[name] != "" {
			t.Errorf("%s has two sections", name)
		}
		sections[name] = text[mark[1]:end]
	}
	wanted := alarms(t)
	for name := range wanted {
		if !strings.Contains(sections[name], "**Means**") || !strings.Contains(sections[name], "**Do**") {
			t.Errorf("alarm %s: no section, or one that does not say what it means and what to do", name)
		}
	}
	for _, code := range plan.Codes() {
		wanted[string(code)] = true
	}
	for _, command := range operatorCommands {
		wanted[command] = true
		if !strings.Contains(sections[command], "    paymentdr "+command) {
			t.Errorf("the section of %s does not have the command", command)
		}
	}
	for name := range wanted {
		if !strings.Contains(sections[name], "\n    paymentdr ") && !strings.Contains(sections[name], "\n    aws ") {
			t.Errorf("%s: no section with an exact command", name)
		}
	}
	for name := range sections {
		if !wanted[name] {
			t.Errorf("the section %s is about no alarm, refusal or command", name)
		}
	}
}

// Every command line of ours in the runbook is one that the program takes.
func TestRunbookCommandsExist(t *testing.T) {
	checked := 0
	for line := range strings.Lines(readRunbook(t)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "paymentdr ") || strings.HasSuffix(line, ".") {
			continue
		}
		checked++
		a := &app{process: Process{Stdout: io.Discard, Stderr: io.Discard}}
		root := a.command()
		command, rest, err := root.Find(words(line)[1:])
		if err == nil {
			err = command.ParseFlags(rest)
		}
		if err == nil && command == root {
			t.Errorf("%s: there is no such command", line)
		}
		if err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if checked < 40 {
		t.Errorf("only %d command lines were found", checked)
	}
}

// words splits a line as a shell does, as far as double quotes go.
func words(line string) []string {
	var found []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			found = append(found, part)
			continue
		}
		found = append(found, strings.Fields(part)...)
	}
	return found
}

// Every code of a refusal is given by some check or command: one that nobody gives is dead.
func TestEveryRefusalIsGiven(t *testing.T) {
	source := ""
	for _, folder := range []string{"../operate/plan", "../operate/act", "."} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") || entry.Name() == "reason.go" {
				continue
			}
			content, err := os.ReadFile(folder + "/" + entry.Name())
			if err != nil {
				t.Fatal(err)
			}
			source += string(content)
		}
	}
	constants, err := os.ReadFile("../operate/plan/reason.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^\t(\w+)\s+Code = "([a-z-]+)"$`).FindAllStringSubmatch(string(constants), -1)
	if len(found) != len(plan.Codes()) {
		t.Errorf("%d codes are defined, Codes lists %d", len(found), len(plan.Codes()))
	}
	for _, match := range found {
		if !regexp.MustCompile(`\b` + match[1] + `,`).MatchString(source) {
			t.Errorf("nobody refuses with %s (%s)", match[2], match[1])
		}
	}
}
