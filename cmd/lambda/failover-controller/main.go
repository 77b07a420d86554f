// Command failover-controller is the Lambda function that will hold the lease.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/paymentdr/paymentdr/internal/function/failovercontroller"
)

func main() { lambda.Start(failovercontroller.Handle) }
