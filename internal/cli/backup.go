package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/backup"
	"github.com/paymentdr/paymentdr/internal/config"
)

// invoker is the part of Lambda that asking for a verification needs.
type invoker interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

type backupOptions struct {
	places  []string
	restore bool
	every   time.Duration
	timeout time.Duration
}

func (a *app) backupCommand() *cobra.Command {
	var options backupOptions
	command := &cobra.Command{
		Use:   "backup",
		Short: "Verify that the ledger could be restored, or restore it into a throw-away cluster",
		Long: `Asks the deployed backup verification of each Region, with the credentials of the
AWS SDK. With --restore a backup is really restored into a cluster of its own, the
ledger's checks run in it, and it is removed; that takes the better part of an hour.
An interrupted restore is finished and removed by the schedule.

Exit code 1 if a verdict is a failure.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.backup(c.Context(), options, lambdaOf) },
	}
	flags := command.Flags()
	flags.StringSliceVar(&options.places, "in", []string{string(config.Primary), string(config.Secondary)}, "`place` to ask: primary, secondary")
	flags.BoolVar(&options.restore, "restore", false, "restore a backup and check the ledger in it")
	flags.DurationVar(&options.every, "every", 30*time.Second, "`time` between two looks at a restore")
	flags.DurationVar(&options.timeout, "timeout", 5*time.Hour, "longest `time` to wait for a restore")
	return command
}

func lambdaOf(ctx context.Context, region string) (invoker, error) {
	cfg, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(region))
	if err != nil {
		return nil, fmt.Errorf("load AWS configuration: %w", err)
	}
	return lambda.NewFromConfig(cfg), nil
}

// backupResult is one Region's answer.
type backupResult struct {
	Region string       `json:"region"`
	Place  config.Role  `json:"place"`
	Answer *backup.Body `json:"answer,omitempty"`
	Error  string       `json:"error,omitempty"`
}

func (a *app) backup(ctx context.Context, options backupOptions, client func(context.Context, string) (invoker, error)) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	var results []backupResult
	failed := false
	for _, place := range options.places {
		role := config.Role(place)
		if role != config.Primary && role != config.Secondary {
			return refusef("--in %q: use %s or %s", place, config.Primary, config.Secondary)
		}
		result := backupResult{Region: cfg.Region(role), Place: role}
		function, err := client(ctx, result.Region)
		if err != nil {
			return err
		}
		verifier := verifier{a, function, cfg.Names().Function(config.BackupVerification, role), result.Region}
		if result.Answer, err = verifier.ask(ctx, options); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			result.Error, failed = err.Error(), true
		}
		results = append(results, result)
	}
	if err := a.result(results, backupTable(results)); err != nil {
		return err
	}
	if failed {
		return errors.New("a backup could not be verified")
	}
	return nil
}

func backupTable(results []backupResult) [][]string {
	rows := [][]string{{"REGION", "PLACE", "STATUS", "SNAPSHOT AGE", "RESTORABLE", "RESTORED", "REASON"}}
	for _, r := range results {
		if r.Answer == nil {
			rows = append(rows, []string{r.Region, string(r.Place), "failure", "", "", "", r.Error})
			continue
		}
		restored, reason := "", ""
		if r.Answer.Restore != nil {
			restored, reason = r.Answer.Restore.Verdict, r.Answer.Restore.Detail
		}
		if len(r.Answer.Reasons) > 0 {
			reason = r.Answer.Reasons[0]
		}
		rows = append(rows, []string{r.Region, string(r.Place), r.Answer.Status, r.Answer.SnapshotAge, r.Answer.RestorableAge, restored, reason})
	}
	return rows
}

// verifier is one Region's function.
type verifier struct {
	*app
	function     invoker
	name, region string
}

func (v verifier) ask(ctx context.Context, options backupOptions) (*backup.Body, error) {
	if !options.restore {
		return v.invoke(ctx, backup.ActionVerify)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, options.timeout,
		fmt.Errorf("the restore was not done within %s; the schedule goes on with it and removes it", options.timeout))
	defer cancel()
	body, err := v.invoke(ctx, backup.ActionRestoreStart)
	verdict := ""
	for err == nil && body.Restore != nil && body.Restore.Step != "idle" {
		if body.Restore.Verdict != "" {
			verdict = body.Restore.Verdict
		}
		v.progress("%s: %s: %s", v.region, body.Restore.Cluster, body.Restore.Step)
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(options.every):
		}
		body, err = v.invoke(ctx, backup.ActionRestoreAdvance)
	}
	if err == nil && body.Restore != nil && body.Restore.Verdict == "" {
		body.Restore.Verdict = verdict // the last answer comes after the removal and knows no cluster
	}
	return body, err
}

// invoke calls the function and waits. A failed verdict is the function's error, so that its alarm sees it.
func (v verifier) invoke(ctx context.Context, action string) (*backup.Body, error) {
	payload, err := json.Marshal(map[string]string{"action": action})
	if err != nil {
		return nil, err
	}
	output, err := v.function.Invoke(ctx, &lambda.InvokeInput{FunctionName: &v.name, Payload: payload})
	if err != nil {
		return nil, fmt.Errorf("invoke %s in %s: %w", v.name, v.region, err)
	}
	if output.FunctionError != nil {
		var failure struct {
			Message string `json:"errorMessage"`
		}
		if err := json.Unmarshal(output.Payload, &failure); err != nil || failure.Message == "" {
			return nil, fmt.Errorf("invoke %s in %s: %s: %s", v.name, v.region, *output.FunctionError, output.Payload)
		}
		return nil, errors.New(failure.Message)
	}
	var result backup.Result
	if err := json.Unmarshal(output.Payload, &result); err != nil {
		return nil, fmt.Errorf("read answer of %s in %s: %w", v.name, v.region, err)
	}
	return &result.Body, nil
}
