// Command ledger-migration is the Lambda function that the deploy invokes to migrate the ledger.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/paymentdr/paymentdr/internal/function"
	"github.com/paymentdr/paymentdr/internal/function/ledgermigration"
)

func main() {
	migrator, err := ledgermigration.New(context.Background(), function.Process{Lookup: os.Getenv, Out: os.Stdout})
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(migrator.Handle)
}
