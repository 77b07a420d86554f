package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
	cloud "github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
	"github.com/paymentdr/paymentdr/internal/pause"
)

// quiet is expected where nobody may move: no failover, no other DNS answer, no payer refused.
func quiet(Places, config.Config) verdict.Expectations {
	return verdict.Expectations{
		RTO:     map[receipt.PayerKind]time.Duration{receipt.DNS: 0, receipt.Client: clientRTO},
		MustNot: append(verdict.NoFailover(), verdict.Happening{Kind: event.LeaseReleased}, verdict.Happening{Kind: event.DNSChanged}),
	}
}

// election is what a member of the journal that is lost may cost those that remain, when it led them: a payer who
// follows DNS may be told to come again meanwhile.
const election = 5 * time.Second

// nearlyQuiet allows for that.
func nearlyQuiet(places Places, cfg config.Config) verdict.Expectations {
	expected := quiet(places, cfg)
	expected.RTO[receipt.DNS] = election
	return expected
}

// shown adds what shows that the fault was there: who moves nobody must not do so for want of it.
func shown(expect func(Places, config.Config) verdict.Expectations, by func(Places) verdict.Happening) func(Places, config.Config) verdict.Expectations {
	return func(places Places, cfg config.Config) verdict.Expectations {
		expected := expect(places, cfg)
		expected.Must = append(expected.Must, by(places))
		return expected
	}
}

// probe is the longest that a checker waits for an answer: 4 s to connect and 2 s for the status.
const probe = 6 * time.Second

// watch is how long is watched for a failover that must not come: a lease that rested would be claimed by then, and a
// health check have flipped.
func watch(cfg config.Config) time.Duration {
	const slack = 3 * time.Second
	return max(cfg.Lease.TTL+3*cfg.Lease.Tick, flips(cfg)) + slack
}

// flips is when the last checker has turned unhealthy.
func flips(cfg config.Config) time.Duration {
	return time.Duration(cfg.HealthCheck.Threshold) * (cfg.HealthCheck.Interval + probe)
}

func lostStandby() Scenario {
	return Scenario{
		Name: "lost-standby", Title: "The standby Region is lost",
		Story: "Every process of the standby Region is killed at once (kill -9). The active one goes on with the witness; nothing moves.",
		Watch: watch,
		Break: inStandby(cloud.Kill),
		Mend:  inStandby(cloud.Start),
		Expect: shown(nearlyQuiet, func(p Places) verdict.Happening {
			return verdict.Happening{Kind: cloud.RegionKilled, Region: p.Standby}
		}),
	}
}

func slowProber() Scenario {
	const slow = 8 * time.Second // longer than a checker waits
	place := health.Places()[0]
	order := func(ctx context.Context, stage Stage, by time.Duration) error {
		return stage.Order(ctx, cloud.Order{Do: cloud.SlowProber, From: place, By: by})
	}
	return Scenario{
		Name: "slow-prober", Title: "One place of the health checkers is slow",
		Story: fmt.Sprintf("The health checkers in %s take %s to connect and so find both Regions unhealthy; those elsewhere do not.", place, span.Text(slow)),
		Watch: watch,
		Break: func(ctx context.Context, stage Stage) error { return order(ctx, stage, slow) },
		Mend:  func(ctx context.Context, stage Stage) error { return order(ctx, stage, 0) },
		Expect: func(places Places, cfg config.Config) verdict.Expectations {
			expected := quiet(places, cfg)
			// An endpoint that is healthy to nobody, as the primary's while the secondary is active, cannot become so to some.
			for _, region := range []string{places.Primary, places.Secondary} {
				if region == places.Active || region == places.Secondary {
					expected.Must = append(expected.Must, verdict.Happening{
						Kind: event.CheckersUnhealthy, Region: region, Detail: event.FromPlace(place), Within: flips(cfg),
					})
				}
			}
			return expected
		},
	}
}

func lateRun() Scenario {
	const late = time.Minute
	return Scenario{
		Name: "late-run", Title: "A run of the controller is a minute late",
		Story: "EventBridge starts the next run of the active Region's controller a minute late; the run before is still there and goes on.",
		// The next run is due within a minute, and comes a minute later.
		Watch: func(cfg config.Config) time.Duration { return max(2*late, watch(cfg)) },
		Break: func(ctx context.Context, stage Stage) error {
			region := stage.Places().Active
			rule, err := ruleOf(ctx, stage, region, "failover_controller")
			if err != nil {
				return err
			}
			return stage.Order(ctx, cloud.Order{Do: cloud.Delay, Region: region, Rule: rule, By: late})
		},
		Expect: shown(quiet, func(p Places) verdict.Happening { return verdict.Happening{Kind: cloud.RuleDelayed, Region: p.Active} }),
	}
}

// ruleOf is the rule that starts a function.
func ruleOf(ctx context.Context, stage Stage, region, role string) (string, error) {
	name, err := stage.Function(region, role)
	if err != nil {
		return "", err
	}
	found, err := lambda.NewFromConfig(stage.AWS(region)).GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: aws.String(name)})
	if err != nil {
		return "", fmt.Errorf("find function %s: %w", name, err)
	}
	rules, err := eventbridge.NewFromConfig(stage.AWS(region)).ListRuleNamesByTarget(ctx, &eventbridge.ListRuleNamesByTargetInput{TargetArn: found.Configuration.FunctionArn})
	if err != nil {
		return "", fmt.Errorf("find the rule of %s: %w", name, err)
	}
	if len(rules.RuleNames) != 1 {
		return "", fmt.Errorf("find the rule of %s: %d rules, want 1", name, len(rules.RuleNames))
	}
	return rules.RuleNames[0], nil
}

func linkCut() Scenario {
	return Scenario{
		Name: "link-cut", Title: "The link between the Regions is cut",
		Story: "The Regions do not reach each other; each reaches the witness and is reached by payers. The active one goes on, the ledger's replication waits.",
		Watch: watch,
		Break: func(ctx context.Context, stage Stage) error {
			places := stage.Places()
			return stage.Order(ctx, cloud.Order{Do: cloud.Cut, From: places.Active, To: places.Standby})
		},
		Mend:   healLinks,
		Expect: shown(nearlyQuiet, func(Places) verdict.Happening { return verdict.Happening{Kind: cloud.LinkChanged} }),
	}
}

func backupMissing() Scenario {
	const old = 2 * time.Hour
	stall := func(ctx context.Context, stage Stage, by time.Duration) error {
		return stage.Order(ctx, cloud.Order{Do: cloud.StallBackups, Region: stage.Places().Active, By: by})
	}
	return Scenario{
		Name: "backup-missing", Title: "The ledger's backup stands still",
		Story: "Continuous backup of the active Region's ledger stands still for two hours; the next verification must raise the alarm, and nothing moves.",
		Break: func(ctx context.Context, stage Stage) error {
			if err := stall(ctx, stage, old); err != nil {
				return err
			}
			return verifyBackup(ctx, stage, stage.Places().Active)
		},
		Mend: func(ctx context.Context, stage Stage) error { return stall(ctx, stage, 0) },
		Expect: shown(quiet, func(p Places) verdict.Happening {
			return verdict.Happening{Kind: event.AlarmRaised, Region: p.Active, Detail: "backup-failed", Within: 3 * time.Minute}
		}),
	}
}

// verifyBackup runs the verification now, as its schedule would.
func verifyBackup(ctx context.Context, stage Stage, region string) error {
	name, err := stage.Function(region, "backup_verification")
	if err != nil {
		return err
	}
	if _, err := lambda.NewFromConfig(stage.AWS(region)).Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(name), Payload: []byte("{}")}); err != nil {
		return fmt.Errorf("verify the backup in %s: %w", region, err)
	}
	return nil
}

func rotation() Scenario {
	return Scenario{
		Name: "rotation", Title: "The ledger's credentials are rotated",
		Story: "Secrets Manager rotates the credentials with which payments are posted, in the Region that is the configured primary, while payments are posted.",
		Watch: watch,
		Break: rotate,
		Expect: shown(quiet, func(p Places) verdict.Happening {
			return verdict.Happening{Kind: event.SecretRotated, Region: p.Primary, Within: rotates}
		}),
	}
}

// rotates is how long a rotation may take, the four calls of its function.
const rotates = time.Minute

// rotate rotates the application's secret and waits until the new version is the current one.
func rotate(ctx context.Context, stage Stage) error {
	region := stage.Places().Primary
	secret, err := stage.Secret(region)
	if err != nil {
		return err
	}
	manager := secretsmanager.NewFromConfig(stage.AWS(region))
	begun, err := manager.RotateSecret(ctx, &secretsmanager.RotateSecretInput{SecretId: aws.String(secret)})
	if err != nil {
		return fmt.Errorf("rotate secret: %w", err)
	}
	const every = 250 * time.Millisecond
	err = pause.Until(ctx, every, rotates, func() error {
		current, err := manager.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(secret)})
		if err == nil && aws.ToString(current.VersionId) != aws.ToString(begun.VersionId) {
			err = errors.New("the new version is not the current one")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("rotate secret: %w", err)
	}
	return nil
}
