package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// loadText loads a file with this text, named paymentdr.yaml so that messages are the same everywhere.
func loadText(t *testing.T, text string, change ...func(*LoadOptions)) (Config, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile(DefaultPath, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var options LoadOptions
	for _, apply := range change {
		apply(&options)
	}
	return Load(options)
}

// same compares configurations without the places that their values came from.
func same(t *testing.T, got, want Config) {
	t.Helper()
	got.sources, want.sources = nil, nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func environment(entries ...string) func(*LoadOptions) {
	return func(options *LoadOptions) { options.Environment = entries }
}

func flags(overrides ...string) func(*LoadOptions) {
	return func(options *LoadOptions) { options.Set = overrides }
}

func TestLoadWithoutAnythingIsDefault(t *testing.T) {
	t.Chdir(t.TempDir())
	config, err := Load(LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, config, Default())
}

func TestLoadMissingNamedFile(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "other.yaml")
	_, err := Load(LoadOptions{Path: missing})
	if err == nil || !os.IsNotExist(unwrapAll(err)) || !strings.Contains(err.Error(), missing) {
		t.Errorf("got %v, want that %s does not exist", err, missing)
	}
}

func unwrapAll(err error) error {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if _, isPath := err.(*os.PathError); isPath || !ok {
			return err
		}
		err = inner.Unwrap()
	}
}

func TestLoadRefusesHugeFile(t *testing.T) {
	_, err := loadText(t, strings.Repeat("#", maximumFile+1))
	if err == nil || !strings.Contains(err.Error(), "more than 65536 bytes") {
		t.Errorf("got %v, want a refusal of the size", err)
	}
}

func TestLoadLayers(t *testing.T) {
	const file = "environment_suffix: from-disk\ndomain: file.net\nhealth_check: {ttl: 20s, threshold: 1}\n"
	config, err := loadText(t, file,
		environment("ENVIRONMENT_SUFFIX=from-ci", "PAYMENTDR_HEALTH_CHECK_TTL=15s", "PAYMENTDR_DOMAIN=env.net", "PAYMENTDR_EGRESS="),
		flags("domain=flag.net", "alerts.emails=a@b.net, c@d.net", "database.deletion_protection=true"))
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.EnvironmentSuffix, want.Domain = "from-ci", "flag.net"
	want.HealthCheck = HealthCheck{Interval: 10 * time.Second, Threshold: 1, TTL: 15 * time.Second}
	want.Alerts.Emails = []string{"a@b.net", "c@d.net"}
	want.API.Auth.JWT.Issuer = "https://auth.flag.net/"
	protection := true
	want.Database.DeletionProtection = &protection
	same(t, config, want)
	for key, source := range map[string]string{
		"environment_suffix":     "environment variable ENVIRONMENT_SUFFIX",
		"health_check.ttl":       "environment variable PAYMENTDR_HEALTH_CHECK_TTL",
		"health_check.threshold": "paymentdr.yaml:3:37",
		"domain":                 "flag --set domain=flag.net",
		"egress":                 "default",
	} {
		if got := config.Source(key); got != source {
			t.Errorf("source of %s is %q, want %q", key, got, source)
		}
	}
}

func TestPrefixedSuffixWins(t *testing.T) {
	config, err := loadText(t, "", environment("PAYMENTDR_ENVIRONMENT_SUFFIX=two", "ENVIRONMENT_SUFFIX=one"))
	if err != nil || config.EnvironmentSuffix != "two" {
		t.Errorf("got %q, %v; want two", config.EnvironmentSuffix, err)
	}
}

func TestLoadAuth(t *testing.T) {
	const mapping = "api: {auth: {jwt: {issuer: https://id.acme.net/, audience: [a, b]}}}\n"
	for _, test := range []struct {
		name, file string
		change     func(*LoadOptions)
		want       Auth
		wrong      string
	}{
		{name: "none", file: "api: {auth: none}\n", change: flags(), want: Auth{None: true, JWT: Default().API.Auth.JWT}},
		{name: "mapping", file: mapping, change: flags(), want: Auth{JWT: JWT{Issuer: "https://id.acme.net/", Audience: []string{"a", "b"}}}},
		{name: "flag over mapping", file: mapping, change: flags("api.auth=none"), want: Auth{None: true, JWT: JWT{Issuer: "https://id.acme.net/", Audience: []string{"a", "b"}}}},
		{name: "issuer over none", file: "api: {auth: none}\n", change: environment("PAYMENTDR_API_AUTH_JWT_ISSUER=https://id.acme.net/"),
			want: Auth{JWT: JWT{Issuer: "https://id.acme.net/", Audience: []string{"payment-api"}}}},
		{name: "both at once", change: flags("api.auth=none", "api.auth.jwt.issuer=https://id.acme.net/"), wrong: "contradicts api.auth: none"},
		{name: "other scalar", file: "api: {auth: off}\n", change: flags(), wrong: `is neither "none" nor a mapping with jwt`},
	} {
		t.Run(test.name, func(t *testing.T) {
			config, err := loadText(t, test.file, test.change)
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) {
					t.Errorf("got %v, want %q", err, test.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(config.API.Auth, test.want) {
				t.Errorf("got %+v, want %+v", config.API.Auth, test.want)
			}
		})
	}
}

func TestLoadEnvironmentAndFlagFaults(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*LoadOptions)
		want   string // empty means that it is accepted
	}{
		{"misspelt variable", environment("PAYMENTDR_DATABASE_INSTANCE=3"),
			`environment variable PAYMENTDR_DATABASE_INSTANCE: "3": is not the variable of a field; did you mean PAYMENTDR_DATABASE_INSTANCES?`},
		{"variable in a section", environment("PAYMENTDR_LOGS_FORMAT_OF_LINES=json"),
			`environment variable PAYMENTDR_LOGS_FORMAT_OF_LINES: "json": is not the variable of a field`},
		{"variable of something else", environment("PAYMENTDR_TOFU_BINARY=/bin/tofu"), ""},
		{"variable the caller knows", func(o *LoadOptions) {
			o.Environment, o.OtherVariables = []string{"PAYMENTDR_STATE_FOLDER=x"}, []string{"PAYMENTDR_STATE_FOLDER"}
		}, ""},
		{"wrong type in a variable", environment("PAYMENTDR_DATABASE_INSTANCES=two"),
			`environment variable PAYMENTDR_DATABASE_INSTANCES: database.instances: "two": is not a whole number`},
		{"impossible value in a variable", environment("PAYMENTDR_HEALTH_CHECK_THRESHOLD=11"),
			`environment variable PAYMENTDR_HEALTH_CHECK_THRESHOLD: health_check.threshold: "11": must be between 1 and 10: Route 53 does not offer that (https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html)`},
		{"unknown flag key", flags("treshold=3"),
			`flag --set treshold=3: treshold: is not a field`},
		{"misspelt flag key", flags("health_check.treshold=3"),
			`flag --set health_check.treshold=3: health_check.treshold: is not a field; did you mean health_check.threshold?`},
		{"flag without value", flags("egress"), `flag --set: "egress": is not key=value`},
		{"wrong type in a flag", flags("lease.ttl=15"),
			`flag --set lease.ttl=15: lease.ttl: "15": is not a duration with a unit, such as 10s, 2m or 1h30m`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := loadText(t, "", test.change)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("got %v, want none", err)
			case test.want != "" && (err == nil || err.Error() != test.want):
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

// TestBadFiles: each file under testdata/bad has its message beside it.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("found %d files under testdata/bad (%v), want 20 or more", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			_, err := Load(LoadOptions{Path: file})
			if err == nil {
				t.Fatal("it loads")
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".txt", []byte(err.Error()+"\n"))
		})
	}
}

// FuzzLoad: any text is either a valid configuration or refused with a place; nothing panics.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ExampleYAML())
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l := &loader{config: underived(), layers: map[string]int{}}
		l.config.sources = map[string]string{}
		l.file("fuzz.yaml", text)
		for _, violation := range l.violations {
			if !strings.HasPrefix(violation.Source, "fuzz.yaml") || violation.Reason == "" {
				t.Errorf("violation without place or reason: %+v", violation)
			}
		}
		config := fillDerived(l.config)
		if len(config.Validate()) == 0 && !ComputeObjectives(config).Met() && ComputeObjectives(config).Explain() == "" {
			t.Error("objectives are missed without an explanation")
		}
	})
}
