// Command payment-processor is the Lambda function that takes payments.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/paymentdr/paymentdr/internal/function"
	"github.com/paymentdr/paymentdr/internal/function/processor"
)

func main() {
	stack, err := processor.New(context.Background(), function.Process{Lookup: os.Getenv, Out: os.Stdout})
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(stack.API.Lambda)
}
