package stack_test

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/stack"
	"github.com/paymentdr/paymentdr/internal/synth"
)

// BenchmarkSynth is what paymentdr synth does without building the functions: build, check against the schema, print,
// and for "disk" also write into an empty folder.
func BenchmarkSynth(b *testing.B) {
	b.Run("memory", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			synthesize(b, config.Default())
		}
	})
	b.Run("disk", func(b *testing.B) {
		b.ReportAllocs()
		folder := b.TempDir()
		for i := 0; b.Loop(); i++ {
			files := synthesize(b, config.Default())
			out := filepath.Join(folder, strconv.Itoa(i))
			if _, err := synth.Write(out, files, synth.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func synthesize(b *testing.B, cfg config.Config) map[string][]byte {
	b.Helper()
	system, err := stack.Build(cfg)
	if err != nil {
		b.Fatal(err)
	}
	faults, err := system.Check()
	if err != nil || len(faults) > 0 {
		b.Fatalf("check: %v %v", err, faults)
	}
	return system.Files()
}
