package supervisor

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/localcloud/statefolder"
)

func TestMachineThatCannotHoldACloud(t *testing.T) {
	enough := func(string) (uint64, error) { return leastDisk, nil }
	files := func() (uint64, error) { return leastFiles, nil }
	for _, test := range []struct {
		name    string
		machine machine
		words   []string
		refused bool
	}{
		{"enough of everything", machine{"linux", enough, files}, nil, false},
		{"another system", machine{"plan9", enough, files}, []string{"Linux"}, true},
		{"a full disk", machine{"linux", func(string) (uint64, error) { return 3 << 20, nil }, files}, []string{"3 MB free", "--out"}, true},
		{"few open files", machine{"linux", enough, func() (uint64, error) { return 256, nil }}, []string{"256 files", "ulimit -n 1024"}, true},
		{"both", machine{"linux", func(string) (uint64, error) { return 0, nil }, func() (uint64, error) { return 1, nil }}, []string{"0 MB", "1 files"}, true},
		{"a disk that does not answer", machine{"linux", func(string) (uint64, error) { return 0, errors.New("stale handle") }, files}, []string{"stale handle"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.machine.check(t.TempDir() + "/cloud")
			if (err == nil) != (test.words == nil) {
				t.Fatalf("error %v", err)
			}
			for _, word := range test.words {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("error %v lacks %q", err, word)
				}
			}
			if refused := errors.As(err, new(*statefolder.RefusedError)); refused != test.refused {
				t.Errorf("refused %t, want %t", refused, test.refused)
			}
		})
	}
}

// A port that a program has everywhere can be had nowhere; one that is taken at the cloud's own address leads to the next
// number.
func TestPortsThatAreTaken(t *testing.T) {
	own, err := net.Listen("tcp", "127.77.0.9:0")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	address := own.Addr().(*net.TCPAddr).AddrPort()
	if err := checkFree([]netip.AddrPort{address}); err == nil || errors.As(err, new(*statefolder.RefusedError)) {
		t.Errorf("error %v, want one that is no refusal", err)
	}
	elsewhere, err := net.Listen("tcp", netip.AddrPortFrom(nowhere, address.Port()).String())
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	err = checkFree([]netip.AddrPort{address})
	if !errors.As(err, new(*statefolder.RefusedError)) || !strings.Contains(err.Error(), "every address") {
		t.Errorf("error %v, want a refusal", err)
	}
	if err := own.Close(); err != nil {
		t.Fatal(err)
	}
	if err := checkFree([]netip.AddrPort{address}); err != nil {
		t.Errorf("a free port is refused: %v", err)
	}
}

func TestCrashesAreToldFromOtherLines(t *testing.T) {
	const line = `2026-11-26T00:49:27.486Z stream {"time":"2026-11-26T00:49:27.486Z","type":"platform.`
	log := line + `initStart","record":{}}` + "\n" + "stream no luck today\n" + line + `initReport","record":{"errorType":"Runtime.ExitError"}}` + "\n" +
		line + `runtimeDone","record":{"errorType":"Runtime.ExitError"}}` + "\n" + line + `initReport","record":{"errorType":"Sandbox.Timedout"}}` + "\n"
	if crashes, said := crashesIn(log); crashes != 1 || said != "stream no luck today\n" {
		t.Errorf("%d crashes, said %q", crashes, said)
	}
}
