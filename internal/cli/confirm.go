package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/paymentdr/paymentdr/internal/engine"
)

// confirmPlan shows what a plan does to one root and goes on only after a typed yes.
func (d *driver) confirmPlan(ctx context.Context, root string, plan engine.Plan) error {
	w := d.app.process.Stderr
	fmt.Fprintf(w, "\nroot %s: %s\n", root, countsInWords(plan))
	for _, change := range plan.Changes {
		if change.Action != engine.Create {
			fmt.Fprintf(w, "  %-7s %s\n", change.Action, change.Address)
		}
	}
	return d.app.ask(ctx, fmt.Sprintf("Apply this to root %s? Type yes to go on: ", root), "yes")
}

func countsInWords(plan engine.Plan) string {
	return fmt.Sprintf("%d to create, %d to update, %d to replace, %d to delete",
		plan.Count(engine.Create), plan.Count(engine.Update), plan.Count(engine.Replace), plan.Count(engine.Delete))
}

// ask goes on only if the answer is exactly what is wanted.
func (a *app) ask(ctx context.Context, question, wanted string) error {
	fmt.Fprint(a.process.Stderr, question)
	type reply struct {
		line string
		err  error
	}
	replies := make(chan reply, 1)
	if a.answers == nil {
		a.answers = bufio.NewReader(a.process.Stdin)
	}
	// A read of a terminal cannot be cancelled: if ctx ends first, this goroutine ends with the process.
	go func() {
		line, err := a.answers.ReadString('\n')
		replies <- reply{line, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.process.Stderr)
		return ctx.Err()
	case got := <-replies:
		if got.err != nil && !errors.Is(got.err, io.EOF) {
			return fmt.Errorf("read answer: %w", got.err)
		}
		if answer := strings.TrimSpace(got.line); answer != wanted {
			return refusef("not confirmed: the answer is %q, not %q", answer, wanted)
		}
		return nil
	}
}
