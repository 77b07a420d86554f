package supervisor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// crashMark is in each line of a function's log that says that its process ended by itself before it was ready.
const crashMark = "Runtime.ExitError"

// The platform's own lines, and the one about a start.
const (
	platform   = `"type":"platform.`
	initReport = platform + `initReport"`
)

// mostCrashes is how often a function may crash before a start gives up: a first start may be killed for lack of memory.
const mostCrashes = 3

// crashing names a function of the Regions that crashes again and again, with the end of its log; nil if none does.
func (s *Supervisor) crashing() error {
	for _, region := range s.layout.Regions() {
		logs, err := filepath.Glob(filepath.Join(s.options.Folder, region, "logs", "*lambda*.log"))
		if err != nil {
			return nil // only for a bad pattern
		}
		for _, log := range logs {
			content, err := os.ReadFile(log)
			if err != nil {
				continue // it is just being made
			}
			if crashes, said := crashesIn(string(content)); crashes >= mostCrashes {
				name := strings.TrimSuffix(filepath.Base(log), ".log")
				return fmt.Errorf("function %s of %s crashed at each of %d starts: does its zip file have a program for this machine? Its last words:%s",
					name[strings.LastIndex(name, "+")+1:], region, crashes, lastLines(said))
			}
		}
	}
	return nil
}

// crashesIn counts the starts that failed, and returns what the function itself wrote.
func crashesIn(log string) (crashes int, said string) {
	var own []string
	for line := range strings.Lines(log) {
		switch {
		case strings.Contains(line, initReport) && strings.Contains(line, crashMark):
			crashes++
		case !strings.Contains(line, platform):
			own = append(own, line)
		}
	}
	return crashes, strings.Join(own, "")
}
