package cli

import (
	"strings"
	"testing"
)

func TestLocalBenchFlags(t *testing.T) {
	for flags, want := range map[string]string{
		"--workers 0":              "--workers 0",
		"--workers 91":             "--workers 91",
		"--warm-up -1s":            "--warm-up -1s",
		"--for 10ms":               "--for 10ms",
		"--least 1.5":              "--least 1.5",
		"--least NaN":              "--least NaN",
		"--workers 0 --least -0.5": "--least -0.5",
	} {
		code, stdout, stderr := runIn(t, t.TempDir(), append([]string{"local", "bench"}, strings.Fields(flags)...)...)
		if code != ExitRefused || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: code %d, %s", flags, code, stderr)
		}
	}
	flags := (&app{}).localBenchCommand().Flags()
	if got := flags.Lookup("perfect-links"); got.Value.String() != "true" || flags.Lookup("least").DefValue != "0.2" {
		t.Errorf("perfect links %s, least %s", got.Value, flags.Lookup("least").DefValue)
	}
}
