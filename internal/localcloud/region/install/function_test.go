package install_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/region/install"
)

func TestFunction(t *testing.T) {
	r := newRecorder()
	installer := install.New(r.services())
	retries := given{"aws_lambda_function_event_invoke_config", "r/aws_lambda_function_event_invoke_config.pay", object{
		"function_name": "pay", "maximum_retry_attempts": 0, "maximum_event_age_in_seconds": 60, "destination_config": []object{}}}
	// In the wrong order: what needs the function waits for it.
	put(t, installer, permission("pay", "events", "arn:aws:events:us-east-1:1:rule/r"), retries)
	waits(t, installer, "there is no function pay", "there is no function pay")
	put(t, installer, function(t, "pay", "one"))
	waits(t, installer)
	got := r.functions["pay"]
	if got.MemorySize != 256 || got.Timeout != 30*time.Second || got.Environment["A"] != "1" || got.LogFormat != "JSON" || got.LogGroup != "/group" ||
		!slices.Equal(got.SubnetIDs, []string{"subnet-1"}) || got.Reserved != nil || got.Tags["Name"] != "pay" {
		t.Errorf("function = %+v", got)
	}
	if got.Asynchronous.MaximumRetries == nil || *got.Asynchronous.MaximumRetries != 0 || got.Asynchronous.MaximumAge != time.Minute {
		t.Errorf("asynchronous = %+v", got.Asynchronous)
	}
	if allowed := r.permissions["pay events"]; allowed.Principal != "events.amazonaws.com" || allowed.SourceARN != "arn:aws:events:us-east-1:1:rule/r" {
		t.Errorf("permissions = %+v", r.permissions)
	}
}

// TestAgain: the supervisor sends everything again; a function that is as it was stays warm.
func TestAgain(t *testing.T) {
	r := newRecorder()
	installer := install.New(r.services())
	pay, allow := function(t, "pay", "one"), permission("pay", "events", "arn:aws:events:us-east-1:1:rule/r")
	put(t, installer, pay, allow)
	before := len(r.calls)
	put(t, installer, pay, allow)
	if len(r.calls) != before {
		t.Errorf("put again called %q", r.calls[before:])
	}
	pay.attributes["description"] = nil // another text, the same function
	put(t, installer, pay)
	if len(r.calls) != before {
		t.Errorf("put with the same meaning called %q", r.calls[before:])
	}
	put(t, installer, permission("pay", "events", "arn:aws:events:us-east-1:1:rule/other"))
	if want := []string{"forbid pay events", "allow pay events"}; !slices.Equal(r.calls[before:], want) {
		t.Errorf("a changed permission called %q, want %q", r.calls[before:], want)
	}
}

func TestFunctionIsDeletedAndComesBack(t *testing.T) {
	r := newRecorder()
	installer := install.New(r.services())
	pay := function(t, "pay", "one")
	put(t, installer, pay, permission("pay", "events", ""))
	if err := installer.Delete(t.Context(), pay.kind, pay.address); err != nil {
		t.Fatal(err)
	}
	waits(t, installer, "there is no function pay")
	put(t, installer, pay)
	waits(t, installer)
	if len(r.permissions) != 1 {
		t.Errorf("the permission did not come back with its function: %v", r.permissions)
	}
	for range 2 { // the second time nothing is there
		if err := installer.Delete(t.Context(), "aws_lambda_permission", "r/aws_lambda_permission.events"); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.permissions) != 0 {
		t.Errorf("permissions after Delete: %v", r.permissions)
	}
	renamed := function(t, "pay2", "one")
	renamed.address = pay.address
	put(t, installer, renamed)
	if _, still := r.functions["pay"]; still || len(r.functions) != 1 {
		t.Errorf("functions after a new name: %v", r.functions)
	}
}

func TestFunctionRefused(t *testing.T) {
	for name, test := range map[string]struct {
		change func(attributes object)
		say    string
	}{
		"other code than applied": {func(a object) { a["code_sha256"] = "c29tZXRoaW5nIGVsc2U=" }, "apply again"},
		"no file":                 {func(a object) { a["filename"] = "/nowhere.zip" }, "no such file"},
		"layers":                  {func(a object) { a["layers"] = []string{"arn:aws:lambda:us-east-1:1:layer:x:1"} }, "layers: not modelled"},
		"snap start":              {func(a object) { a["snap_start"] = []object{{"apply_on": "PublishedVersions"}} }, "snap_start: not modelled"},
		"wrong type":              {func(a object) { a["timeout"] = "secret" }, "timeout cannot be a string"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder()
			installer := install.New(r.services())
			pay := function(t, "pay", "one")
			test.change(pay.attributes)
			err := pay.put(t.Context(), installer)
			if err == nil || !strings.Contains(err.Error(), test.say) || strings.Contains(err.Error(), "secret") {
				t.Errorf("Put = %v, want %q and no value", err, test.say)
			}
			if len(r.functions) != 0 {
				t.Errorf("functions = %v, want none", r.functions)
			}
		})
	}
}

// TestFailureIsTriedAgain: what a service refused is not there, and the next Put of the same tries again.
func TestFailureIsTriedAgain(t *testing.T) {
	r := newRecorder()
	installer := install.New(r.services())
	pay := function(t, "pay", "one")
	r.fail = errors.New("no space")
	if err := pay.put(t.Context(), installer); err == nil || !strings.Contains(err.Error(), pay.address) {
		t.Fatalf("Put = %v, want an error with the address", err)
	}
	waits(t, installer, "no space")
	put(t, installer, pay)
	waits(t, installer)
}

func TestUnknownType(t *testing.T) {
	installer := install.New(newRecorder().services())
	if err := installer.Put(t.Context(), "aws_vpc", "r/aws_vpc.x", []byte("{}")); err == nil || !strings.Contains(err.Error(), "aws_vpc") {
		t.Errorf("Put(aws_vpc) = %v, want an error", err)
	}
}
