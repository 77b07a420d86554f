// Command failover-controller is the Lambda function that holds or watches the lease.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/paymentdr/paymentdr/internal/function"
	"github.com/paymentdr/paymentdr/internal/function/failovercontroller"
)

func main() {
	stack, err := failovercontroller.New(context.Background(), function.Process{Lookup: os.Getenv, Out: os.Stdout})
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(stack.Handle)
}
