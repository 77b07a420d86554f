package onaws_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/drill/faults/faultstest"
	"github.com/paymentdr/paymentdr/internal/drill/onaws"
	"github.com/paymentdr/paymentdr/internal/operate/plan"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// asked is one examination that a case changes.
type asked struct {
	*world
	system onaws.System
	want   onaws.Want
}

func (a *asked) template(change func(*faultstest.Template)) {
	a.servers[east].Templates = slices.Clone(a.servers[east].Templates)
	change(&a.servers[east].Templates[0])
}

type names struct{ target string }

func (n names) LookupCNAME(context.Context, string) (string, error) { return n.target, nil }

// cases are the reasons, each with what brings it about.
var cases = map[onaws.Code]func(*asked){
	onaws.NotAsked:     func(a *asked) { a.system.Config.Drills.Faults = config.FaultsNone },
	onaws.Production:   func(a *asked) { a.system.Config.Database.DeletionProtection = nil },
	onaws.NoAccount:    func(a *asked) { a.want.Account = "" },
	onaws.OtherAccount: func(a *asked) { a.want.Account = "999999999999" },
	onaws.NoTemplate:   func(a *asked) { a.template(func(t *faultstest.Template) { t.Name = "another" }) },
	onaws.OtherTemplate: func(a *asked) {
		a.template(func(t *faultstest.Template) { t.Action = stack.ActionCutRoutes })
	},
	onaws.NoStopCondition: func(a *asked) {
		a.template(func(t *faultstest.Template) {
			t.Alarms = []string{strings.ReplaceAll(t.Alarms[0], east, west)} // what FIS would take and refuse later
		})
	},
	onaws.FISOutOfReach: func(a *asked) {
		a.servers[west].Intercept = func(_ string, writer http.ResponseWriter) bool {
			faultstest.Refuse(writer, http.StatusForbidden, "AccessDeniedException", "no")
			return true
		}
	},
	onaws.ExperimentRunning: func(a *asked) {
		a.servers[west].Add(faultstest.Experiment{ID: "EXPother", Template: "EXTother", Status: "running"})
	},
	onaws.OtherAnswer:     func(a *asked) { a.system.Observer.Names = names{"d-abc.execute-api." + west + ".amazonaws.com."} },
	onaws.JournalTooLarge: func(a *asked) { a.system.MostItems = -1 },
	onaws.JournalUnknown:  func(a *asked) { a.system.Observer.Access.JournalTable = "absent" },
	onaws.LedgerUnreachable: func(a *asked) {
		a.system.Ledger = func(context.Context, string) (*pgx.Conn, error) { return nil, errors.New("no route") }
	},
	onaws.NoToken:               func(a *asked) { a.system.Config.API.Auth.None = false },
	onaws.Code(plan.LagTooLong): func(a *asked) { a.Clouds[west].Set("AuroraGlobalDBReplicationLag", 0, 60_000) },
	onaws.Code(plan.HalfUp):     func(a *asked) { a.Clouds[west].Set("LeaseHeld", 10*time.Minute, 0) },
	onaws.Code(plan.IntentRunning): func(a *asked) {
		lease, err := a.Store(east).Load(a.T.Context())
		if err == nil {
			_, err = a.Store(east).SaveIntent(a.T.Context(), control.Intent{
				ID: "asked", Kind: control.IntentDrain, To: east, Epoch: lease.Epoch, Until: lease.Seq + 1000, By: "bob", At: time.Now(), State: control.IntentOpen,
			})
		}
		if err != nil {
			a.T.Fatal(err)
		}
	},
}

// lasting are the cases that change the running system for good, so they come last.
var lasting = []onaws.Code{onaws.ExperimentRunning, onaws.Code(plan.IntentRunning)}

func TestEveryReasonIsFound(t *testing.T) {
	w := start(t)
	order, reasons, err := w.system(configuration()).Examine(t.Context(), want())
	if err != nil || len(reasons) > 0 || order.Region != east || order.Other != west || order.Template != "EXTtables" || order.Account != faultstest.Account {
		t.Fatalf("a system that is well: %+v, %+v, %v", order, reasons, err)
	}
	link := want()
	link.Scenario = stack.DrillLinkCut
	if order, reasons, err := w.system(configuration()).Examine(t.Context(), link); err != nil || len(reasons) > 0 || order.Template != "EXTlink" {
		t.Errorf("link-cut: %s, %+v, %v", order.Template, reasons, err)
	}
	for _, code := range onaws.Codes() {
		if cases[code] == nil {
			t.Errorf("no case for %s", code)
		}
	}
	var codes []onaws.Code
	for code := range cases {
		if !slices.Contains(lasting, code) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	for _, code := range append(codes, lasting...) {
		t.Run(string(code), func(t *testing.T) { wantReason(t, w, code) })
	}
}

func wantReason(t *testing.T, w *world, code onaws.Code) {
	templates := w.servers[east].Templates
	a := &asked{world: w, system: w.system(configuration()), want: want()}
	cases[code](a)
	_, reasons, err := a.system.Examine(t.Context(), a.want)
	w.servers[east].Templates, w.servers[west].Intercept = templates, nil
	w.Clouds[west].Free()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(reasons, func(r onaws.Reason) bool { return r.Code == code && len(r.Text) > 20 }) {
		t.Errorf("reasons: %+v", reasons)
	}
	if other := slices.DeleteFunc(reasons, func(r onaws.Reason) bool { return r.Code == code }); len(other) > 1 {
		t.Errorf("besides: %+v", other)
	}
	if started := len(w.servers[east].Experiments()); started != 0 {
		t.Errorf("an examination started %d experiments", started)
	}
	if code == onaws.Code(plan.LagTooLong) || code == onaws.Code(plan.HalfUp) {
		w.Await("metrics of the present", func(ctx context.Context) error {
			if _, reasons, _ := w.system(configuration()).Examine(ctx, want()); len(reasons) > 0 {
				return fmt.Errorf("%+v", reasons)
			}
			return nil
		})
	}
}

// What only a local cloud can play is refused before anything is looked at.
func TestUnknownScenario(t *testing.T) {
	_, _, err := onaws.System{}.Examine(t.Context(), onaws.Want{Scenario: "region-loss"})
	if err == nil || !strings.Contains(err.Error(), "table-partition, link-cut") {
		t.Errorf("a scenario of local clouds: %v", err)
	}
}

func TestEveryReasonIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../../docs/drills-aws.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range onaws.Codes() {
		if !strings.Contains(string(text), "`"+string(code)+"`") {
			t.Errorf("docs/drills-aws.md does not explain %s", code)
		}
	}
}
