// Package function is what the Lambda functions share: their environment, their log and their AWS clients.
package function

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"github.com/paymentdr/paymentdr/internal/functionenv"
)

// Process is what a function sees of the world around it.
type Process struct {
	// Lookup reads an environment variable, os.Getenv in production.
	Lookup func(string) string
	// Out gets log lines and metrics, standard output in production.
	Out io.Writer
}

// Require reports every variable that is missing, at once.
func (p Process) Require(names ...string) error {
	var missing []string
	for _, name := range names {
		if p.Lookup(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("read environment: missing %s", strings.Join(missing, ", "))
	}
	return nil
}

// Logger writes JSON lines with the Region in each, from the level that LOG_LEVEL names (default INFO), and becomes the
// process' default.
func (p Process) Logger() (*slog.Logger, error) {
	level := slog.LevelInfo
	if name := p.Lookup(functionenv.LogLevel); name != "" {
		if err := level.UnmarshalText([]byte(name)); err != nil {
			return nil, fmt.Errorf("read %s: %w", functionenv.LogLevel, err)
		}
	}
	handler := slog.NewJSONHandler(p.Out, &slog.HandlerOptions{Level: level})
	log := slog.New(handler).With("region", p.Lookup(functionenv.Region))
	// What is logged without a logger of its own is the function's, too; a function is one process.
	slog.SetDefault(log)
	return log, nil
}

// AWS is the SDK's configuration for the function's own Region, whatever the environment says elsewhere: no function
// calls an AWS API of another Region.
func (p Process) AWS(ctx context.Context) (aws.Config, error) {
	cfg, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(p.Lookup(functionenv.Region)))
	if err != nil {
		return aws.Config{}, fmt.Errorf("load AWS configuration: %w", err)
	}
	return cfg, nil
}

// collectAt is how much the heap may grow between collections, in percent. A function has a few megabytes of live data
// and at least 128 of memory, and does nothing between requests: the default would collect every few requests.
const collectAt = 400

// Start is how every function begins: its variables are there, its log is set up, and it knows its AWS Region.
func (p Process) Start(ctx context.Context, required ...string) (*slog.Logger, aws.Config, error) {
	if err := p.Require(append([]string{functionenv.Region}, required...)...); err != nil {
		return nil, aws.Config{}, err
	}
	log, err := p.Logger()
	if err != nil {
		return nil, aws.Config{}, err
	}
	if p.Lookup("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	cfg, err := p.AWS(ctx)
	return log, cfg, err
}
