package resources_test

import (
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/hclgen/schema"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources"
)

// TestEveryTypeHasOneFate: each type that files may have is handled, or has no meaning here for a reason that is said, or
// is refused for one.
func TestEveryTypeHasOneFate(t *testing.T) {
	handlers := newWorld(t).cloud.Handlers()
	unmodelled := resources.Unmodelled()
	known := map[string]bool{}
	for _, each := range schema.Types() {
		known[each] = true
		kind, name, _ := strings.Cut(each, " ")
		var handled bool
		switch kind {
		case "resource":
			_, handled = handlers.Managed[name]
		case "data":
			_, handled = handlers.Data[name]
		case "ephemeral":
			_, handled = handlers.Ephemeral[name]
		}
		fates := 0
		if handled {
			fates++
		}
		if reason, ok := handlers.Meaningless[name]; ok && kind == "resource" {
			fates++
			if !strings.HasPrefix(reason, "no local meaning, because ") {
				t.Errorf("%s: the reason %q does not say why", each, reason)
			}
		}
		if reason, ok := unmodelled[each]; ok {
			fates++
			if reason == "" {
				t.Errorf("%s is refused without a reason", each)
			}
		}
		if fates != 1 {
			t.Errorf("%s has %d fates, want 1", each, fates)
		}
	}
	for name := range handlers.Managed {
		if !known["resource "+name] {
			t.Errorf("%s is handled and is no type", name)
		}
	}
	for name := range handlers.Meaningless {
		if !known["resource "+name] {
			t.Errorf("%s has no meaning and is no type", name)
		}
	}
	for name := range unmodelled {
		if !known[name] {
			t.Errorf("%s is refused and is no type", name)
		}
	}
}
