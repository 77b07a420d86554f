package bench

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What was used while it was warming up does not count, and each payment that ended in time bears its share.
func TestDriveTellsTheCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		load := Load{Workers: 1, Warm: 2500 * time.Millisecond, Length: 10 * time.Second, used: func() (Cost, error) {
			since := time.Since(began)
			return Cost{corePart: since, databasesPart: min(since, 5*time.Second)}, nil
		}}
		got, err := load.drive(t.Context(), "core", func(context.Context, int, int) error {
			time.Sleep(time.Second)
			return nil
		})
		if err != nil || got.Payments != 10 || got.Cost[corePart] != 1000 || got.Cost[databasesPart] != 250 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestUnknownCostIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		denied := errors.New("denied")
		load := Load{Workers: 1, Length: time.Second, used: func() (Cost, error) { return nil, denied }}
		_, err := load.drive(t.Context(), "whole", func(context.Context, int, int) error {
			time.Sleep(time.Second)
			return nil
		})
		if !errors.Is(err, denied) || !strings.Contains(err.Error(), "what the whole path costs") {
			t.Errorf("%v", err)
		}
	})
}

// A process is told apart by its name, and those that end take their figures along.
func TestUsed(t *testing.T) {
	child := exec.Command("sleep", "600")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill(); _ = child.Wait() }()
	core, err := used(corePart, os.Getpid(), regionsPart)
	if err != nil {
		t.Fatal(err)
	}
	if _, other := core[regionsPart]; !other || len(core) != 2 {
		t.Errorf("of this process and one below: %v", core)
	}
	whole, err := used(payersPart, child.Process.Pid, regionsPart)
	if err != nil {
		t.Fatal(err)
	}
	if _, world := whole[worldPart]; !world || len(whole) != 2 {
		t.Errorf("of a cloud without processes: %v", whole)
	}
	shrunk := Load{used: func() func() (Cost, error) {
		left := 3 * time.Second
		return func() (Cost, error) { left -= time.Second; return Cost{functionsPart: left}, nil }
	}()}
	if got, err := shrunk.measure(t.Context(), time.Now(), time.Now()); err != nil || got[functionsPart] != 0 {
		t.Errorf("less than before: %v, %v", got, err)
	}
}

func TestCostTable(t *testing.T) {
	result := Result{
		Core:  Figures{Path: "core", Cost: Cost{corePart: 14 * time.Second, databasesPart: 6 * time.Second}.each(20000)},
		Whole: Figures{Path: "whole", Cost: Cost{payersPart: time.Second, databasesPart: 2 * time.Second}.each(2000)},
	}
	var lines []string
	for _, row := range result.CostTable() {
		lines = append(lines, strings.Join(row, "|"))
	}
	if got := strings.Join(lines, " "); got != "PROCESSOR MS|core|whole payers||0.50 databases|0.30|1.00 core|0.70| together|1.00|1.50" {
		t.Errorf("%s", got)
	}
	if each := (Cost{corePart: time.Second}).each(0); each != nil {
		t.Errorf("of no payment: %v", each)
	}
}
