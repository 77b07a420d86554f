package postgres

import "testing"

func TestSegmentsThatHoldALog(t *testing.T) {
	const size = 16 << 20
	for name, test := range map[string]struct{ from, to, first, last string }{
		"within one":             {"0/2000028", "0/2000100", "0000000000000002", "0000000000000002"},
		"up to a boundary":       {"0/2000028", "0/3000000", "0000000000000002", "0000000000000002"},
		"past a boundary":        {"0/2000028", "0/3000001", "0000000000000002", "0000000000000003"},
		"over four gigabytes":    {"0/FF000028", "1/1", "00000000000000FF", "0000000100000000"},
		"letters in a high part": {"16/B374D848", "16/B574D848", "00000016000000B3", "00000016000000B5"},
	} {
		t.Run(name, func(t *testing.T) {
			first, last, err := segments(test.from, test.to, size)
			if err != nil || first != test.first || last != test.last {
				t.Errorf("%s to %s, error %v; want %s to %s", first, last, err, test.first, test.last)
			}
		})
	}
	for name, text := range map[string][2]string{"backwards": {"0/2000000", "0/1000000"}, "no position": {"x", "0/1"}} {
		if _, _, err := segments(text[0], text[1], size); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
