// Command backup-verification is the Lambda function of that name.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/paymentdr/paymentdr/internal/function"
	"github.com/paymentdr/paymentdr/internal/function/backupverification"
)

func main() {
	handler, err := backupverification.New(context.Background(), function.Process{Lookup: os.Getenv, Out: os.Stdout})
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(handler)
}
