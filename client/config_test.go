package client

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestNewRefuses(t *testing.T) {
	for name, one := range map[string]struct {
		config Config
		want   string
	}{
		"nothing":         {Config{}, "no Endpoints"},
		"plain text":      {Config{Endpoints: []string{"http://pay.acme.com"}}, "not https"},
		"no host":         {Config{Endpoints: []string{"https://"}}, "not a base URL"},
		"a path alone":    {Config{Endpoints: []string{"/payments"}}, "not a base URL"},
		"a query":         {Config{Endpoints: []string{"https://pay.acme.com?a=b"}}, "not a base URL"},
		"a user":          {Config{Endpoints: []string{"https://me:secret@pay.acme.com"}}, "use Token"},
		"no URL":          {Config{Endpoints: []string{"https://pay.acme.com:port"}}, "invalid port"},
		"twice":           {Config{Endpoints: []string{east, east + "/"}}, "given twice"},
		"twice, failover": {Config{Endpoints: []string{east}, FailoverEndpoint: east}, "given twice"},
		"negative":        {Config{Endpoints: []string{east}, Timeout: -1}, "Timeout is negative"},
		"no tries":        {Config{Endpoints: []string{east}, MaxTries: -1}, "MaxTries is negative"},
		"late hedge":      {Config{Endpoints: []string{east}, HedgeAfter: 2 * time.Second, Timeout: time.Second}, "HedgeAfter 2s is not shorter than Timeout 1s"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(one.config)
			if err == nil || !strings.Contains(err.Error(), one.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want %q and no secret", err, one.want)
			}
		})
	}
}

func TestNewAccepts(t *testing.T) {
	for _, endpoint := range []string{"https://pay.acme.com", "https://pay.acme.com:8443/stage/", "http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:1"} {
		client, err := New(Config{Endpoints: []string{endpoint}})
		if err != nil {
			t.Errorf("%s: %v", endpoint, err)
			continue
		}
		client.Close()
	}
}

func TestFormatMinorUnits(t *testing.T) {
	for _, one := range []struct {
		units    int64
		decimals int
		want     string
	}{{1250, 2, "12.50"}, {5, 2, "0.05"}, {0, 2, "0.00"}, {500, 0, "500"}, {1, 3, "0.001"}, {-5, 2, "-0.05"}, {math.MinInt64, 2, "-92233720368547758.08"}, {math.MaxInt64, -1, "9223372036854775807"}} {
		if got := FormatMinorUnits(one.units, one.decimals); got != one.want {
			t.Errorf("%d with %d decimals: got %s, want %s", one.units, one.decimals, got, one.want)
		}
	}
}

func TestDecimal(t *testing.T) {
	want, _ := parseDecimal("12.5")
	for _, text := range []string{"12.50", "1.25e1", "1.25E+1", "0.125e2", "125e-1", "12500e-3", "1.25e01", "0.0125e000000000003"} {
		if got, ok := parseDecimal(text); !ok || got != want {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
	for _, text := range []string{"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "1e+-1", "1 ", "0x1", "NaN", "1_0", "1,5", "1e9999999999", strings.Repeat("1", 65)} {
		if got, ok := parseDecimal(text); ok {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}
