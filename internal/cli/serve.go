package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
)

// Bounds of one connection. A request is small and answered within payment.DefaultLimits' 8 s.
const (
	serveHeaderTimeout = 5 * time.Second
	serveReadTimeout   = 10 * time.Second
	serveWriteTimeout  = 30 * time.Second
	serveIdleTimeout   = 2 * time.Minute
	// serveDrainTimeout is how long requests under way may take to end after an interrupt.
	serveDrainTimeout = 15 * time.Second
)

type serveOptions struct {
	listen       string
	allowRemote  bool
	region       string
	place        string
	environment  string
	dynamoDB     string
	journalTable string
	controlTable string
	connections  int
	ledger       ledgerOptions
}

func (o *serveOptions) registerListen(flags *pflag.FlagSet) {
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8080", "`address` to serve on; port 0 takes a free one")
	flags.BoolVar(&o.allowRemote, "allow-remote", false, "serve on an address that other machines reach: anybody there may then pay")
}

func (a *app) serveCommand() *cobra.Command {
	var options serveOptions
	command := &cobra.Command{
		Use:   "serve",
		Short: "Serve the payment API against given stores",
		Long: `Serves the payment API, as the Lambda function does, over HTTP on this machine:
to debug, and to test clients. There is no authentication; it listens on loopback
unless --allow-remote says otherwise.

Every flag's default is the environment variable of the function, so the same
environment runs both. A DynamoDB endpoint on loopback never gets your AWS
credentials. Logs and metrics are JSON lines on standard error. An interrupt ends
it after the requests under way.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.serve(c.Context(), options, func(endpoint string) error {
				return a.result(map[string]string{"endpoint": endpoint}, [][]string{{"ENDPOINT"}, {endpoint}})
			})
		},
	}
	flags := command.Flags()
	options.registerListen(flags)
	flags.StringVar(&options.region, "region", a.variable(functionenv.Region), "`Region` to be ($"+functionenv.Region+")")
	flags.StringVar(&options.place, "place", orDefault(a.variable(functionenv.Place), string(payment.PlacePrimary)), "`place` of the Region, primary or secondary ($"+functionenv.Place+")")
	flags.StringVar(&options.environment, "environment", orDefault(a.variable(functionenv.Environment), "serve"), "environment `suffix`, the metrics' dimension ($"+functionenv.Environment+")")
	flags.StringVar(&options.dynamoDB, "dynamodb-endpoint", a.variable(variableDynamoDBEndpoint), "`URL` of a DynamoDB-compatible server; default is AWS ($"+variableDynamoDBEndpoint+")")
	flags.StringVar(&options.journalTable, "journal-table", a.variable(functionenv.JournalTable), "`name` of the session table ($"+functionenv.JournalTable+")")
	flags.StringVar(&options.controlTable, "control-table", a.variable(functionenv.ControlTable), "`name` of the control table ($"+functionenv.ControlTable+")")
	flags.IntVar(&options.connections, "ledger-connections", 8, "most connections to the ledger, a `number`")
	options.ledger.register(flags, a)
	return command
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// check lists everything that is missing, at once.
func (o *serveOptions) check() error {
	var missing []error
	for _, required := range []struct{ flag, value string }{
		{"--region", o.region}, {"--journal-table", o.journalTable}, {"--control-table", o.controlTable},
	} {
		if required.value == "" {
			missing = append(missing, fmt.Errorf("%s is missing", required.flag))
		}
	}
	if o.connections < 1 {
		missing = append(missing, fmt.Errorf("--ledger-connections %d is below 1", o.connections))
	}
	if place := payment.Place(o.place); place != payment.PlacePrimary && place != payment.PlaceSecondary {
		missing = append(missing, fmt.Errorf("--place %q is neither %s nor %s", o.place, payment.PlacePrimary, payment.PlaceSecondary))
	}
	if len(missing) > 0 {
		return refused{errors.Join(missing...)}
	}
	return nil
}

// serve runs until ctx ends; ready is called when requests are accepted. An end that was asked for is no error.
func (a *app) serve(ctx context.Context, options serveOptions, ready func(endpoint string) error) error {
	if err := options.check(); err != nil {
		return err
	}
	out := &lockedWriter{out: a.process.Stderr}
	log := slog.New(slog.NewJSONHandler(out, nil)).With("region", options.region)
	// The API's own warnings go to the default logger.
	before := slog.Default()
	slog.SetDefault(log)
	defer slog.SetDefault(before)
	api, closeStores, err := a.wire(ctx, options, log, out)
	if err != nil {
		return err
	}
	defer closeStores()
	listener, err := listen(ctx, options.listen, options.allowRemote)
	if err != nil {
		return err
	}
	return serveOn(ctx, listener, api, log, ready)
}

// listen refuses an address that is not on loopback before anything listens there.
func listen(ctx context.Context, address string, allowRemote bool) (net.Listener, error) {
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, refusef("--listen %q: %w", address, err)
	}
	if !resolved.IP.IsLoopback() && !allowRemote {
		return nil, refusef("--listen %q is reached from other machines, and the API has no authentication here: use 127.0.0.1, or say --allow-remote", address)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", resolved.String())
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// serveOn serves until ctx ends, then waits for the requests under way.
func serveOn(ctx context.Context, listener net.Listener, api *httpapi.API, log *slog.Logger, ready func(string) error) error {
	server := &http.Server{
		Handler: api.Handler(), ReadHeaderTimeout: serveHeaderTimeout, ReadTimeout: serveReadTimeout,
		WriteTimeout: serveWriteTimeout, IdleTimeout: serveIdleTimeout, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	endpoint := "http://" + listener.Addr().String()
	log.InfoContext(ctx, "serving", "endpoint", endpoint)
	if err := ready(endpoint); err != nil {
		return errors.Join(err, server.Close(), ignoreClosed(<-ended))
	}
	select {
	case err := <-ended:
		return fmt.Errorf("serve on %s: %w", endpoint, err)
	case <-ctx.Done():
	}
	log.InfoContext(ctx, "ending after the requests under way")
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), serveDrainTimeout)
	defer cancel()
	err := server.Shutdown(drain)
	if err != nil {
		err = errors.Join(fmt.Errorf("wait for requests under way: %w", err), server.Close())
	}
	return errors.Join(err, ignoreClosed(<-ended))
}

// ignoreClosed drops what Serve returns after an end that was asked for.
func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
