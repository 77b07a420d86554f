package proof_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/dynamotest/fault"
)

// wire is the network to DynamoDB: each call fails as the script of its request says.
type wire struct {
	base http.RoundTripper
	// underWay are the requests that arrive late; wait for them before the evidence is read.
	underWay *sync.WaitGroup
}

func (w *wire) RoundTrip(request *http.Request) (*http.Response, error) {
	script := scriptOf(request.Context())
	kind := script.wireFault()
	if kind == fault.None {
		return w.base.RoundTrip(request)
	}
	if kind != late {
		script.tally.add("wire " + kind.String())
		return (&fault.Transport{Base: w.base, Plan: fault.Always{Kind: kind}}).RoundTrip(request)
	}
	script.tally.add("wire late")
	if err := w.sendLater(request, script.delay()); err != nil {
		return nil, err
	}
	return (&fault.Transport{Base: w.base, Plan: fault.Always{Kind: fault.TimeoutBefore}}).RoundTrip(request)
}

// sendLater lets the server have the request after its sender gave it up.
func (w *wire) sendLater(request *http.Request, delay time.Duration) error {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return fmt.Errorf("read request to be sent late: %w", err)
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	straggler := request.Clone(context.WithoutCancel(request.Context()))
	straggler.Body = io.NopCloser(bytes.NewReader(body))
	w.underWay.Go(func() {
		time.Sleep(delay) // the way of the request; nothing waits for it but the end of the run
		response, err := w.base.RoundTrip(straggler)
		if err != nil {
			return // lost after all, as any request may be
		}
		defer response.Body.Close()
		_, _ = io.Copy(io.Discard, response.Body)
	})
	return nil
}
