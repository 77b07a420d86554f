// Command dynamodb-local runs DynamoDB Local for people: in memory, on a free loopback port, with the tables named by
// -journal and -control, until it is interrupted. With -install it only fetches what the server needs.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/paymentdr/paymentdr/internal/dynamolocal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("dynamodb-local", flag.ContinueOnError)
	install := flags.Bool("install", false, "fetch the server and end")
	journal := flags.String("journal", "payment-sessions-dev", "session table to create")
	control := flags.String("control", "payment-control-dev", "control table to create")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *install {
		folder, err := dynamolocal.Install(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, folder)
		return nil
	}
	server, err := dynamolocal.Start(ctx)
	if err != nil {
		return err
	}
	defer server.Stop()
	client := dynamodb.NewFromConfig(server.Config())
	for _, table := range []*dynamodb.CreateTableInput{dynamolocal.JournalSchema(*journal), dynamolocal.ControlSchema(*control)} {
		if _, err := client.CreateTable(ctx, table); err != nil {
			return fmt.Errorf("create table %s: %w", *table.TableName, err)
		}
	}
	fmt.Fprintf(out, "AWS_ENDPOINT_URL_DYNAMODB=%s\n", server.Endpoint)
	<-ctx.Done()
	return nil
}
