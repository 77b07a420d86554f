package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Folders that synth must leave alone; internal/synth tests every detail of writing.
func TestSynthBadFolders(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(w *workbench)
		flags   []string
		code    int
		want    string
	}{
		"foreign": {
			prepare: func(w *workbench) { w.write("out/mine.txt", "mine") },
			code:    ExitRefused, want: "it is not empty and was not made by paymentdr",
		},
		"foreign, forced": {
			prepare: func(w *workbench) { w.write("out/mine.txt", "mine") }, flags: []string{"--force"},
			code: ExitRefused, want: "it is not empty and was not made by paymentdr",
		},
		"changed by hand": {
			prepare: func(w *workbench) { w.synth(); w.write("out/global/dns.tf", "mine") },
			code:    ExitRefused, want: "changed by hand since they were generated: global/dns.tf",
		},
		"changed by hand, forced": {
			prepare: func(w *workbench) { w.synth(); w.write("out/global/dns.tf", "mine") }, flags: []string{"--force"},
			code: ExitOK,
		},
		"a file": {
			prepare: func(w *workbench) { w.write("out", "mine") },
			code:    ExitError, want: "open output folder",
		},
		"below a file": {
			prepare: func(w *workbench) { w.write("out", "mine") }, flags: []string{"--out", "SAME/deeper"},
			code: ExitError, want: "output folder",
		},
		"half-written by a run that died": {
			prepare: func(w *workbench) {
				w.synth()
				w.write("out/.paymentdr-new/global/dns.tf", "half")
				w.write("out/.paymentdr.lock", "")
			},
			code: ExitOK,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkbench(t, deployable)
			test.prepare(w)
			arguments := []string{"synth", "--no-functions", "--out", w.out()}
			for _, flag := range test.flags {
				arguments = append(arguments, strings.ReplaceAll(flag, "SAME", w.out()))
			}
			got := w.mustRun(test.code, arguments...)
			contains(t, "the error", got.stderr, test.want)
			if test.code != ExitOK {
				return
			}
			content, err := os.ReadFile(filepath.Join(w.out(), "global", "dns.tf"))
			if err != nil || !strings.Contains(string(content), "aws_route53_zone") {
				t.Errorf("dns.tf is not as generated: %v", err)
			}
			if _, err := os.Stat(filepath.Join(w.out(), ".paymentdr-new")); err == nil {
				t.Error("the half-written files are still there")
			}
		})
	}
}

func TestSynthAcceptsOnlyObjectives(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, deployable+"health_check: {interval: 30s, threshold: 3, ttl: 60s}\n")
	synth := []string{"synth", "--no-functions", "--out", w.out()}
	contains(t, "the refusal", w.mustRun(ExitRefused, synth...).stderr, "objectives.rto is 60s", "--accept objectives")
	contains(t, "another reason", w.mustRun(ExitRefused, append(synth, "--accept", "anything")...).stderr, "synth knows objectives")
	w.mustRun(ExitOK, append(synth, "--accept", "objectives")...)
}
