package client

import (
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Header names of the API.
const (
	headerKey        = "Idempotency-Key"
	headerReplayed   = "Idempotent-Replayed"
	headerRegion     = "X-Region"
	headerRequestID  = "X-Request-Id"
	headerRetryAfter = "Retry-After"
	contentJSON      = "application/json"
	contentProblem   = "application/problem+json"
)

// answer is what came back for one try. err is set where there is no answer, or only the beginning of its body.
type answer struct {
	status      int
	contentType string
	region      string
	requestID   string
	retryAfter  string
	replayed    bool
	body        []byte
	err         error
}

// kind is what an answer means for the call.
type kind int

const (
	// failed: try again.
	failed kind = iota
	// acknowledged: the payment is recorded; receipt is set.
	acknowledged
	// refused: the API said no and would say it again.
	refused
	// contradicted: a well-formed answer about something else; only a person can tell what is wrong.
	contradicted
)

// verdict is an answer judged.
type verdict struct {
	kind    kind
	receipt Receipt
	// err is set unless kind is acknowledged.
	err error
	// recorded tells whether the try may have recorded the payment.
	recorded bool
	// down: the answer, or its lack, speaks against the Region.
	down bool
	// silent: nothing came back, so the connection may be dead.
	silent bool
	// throttled: a pause is asked for that the other Region's share of the load would not heal.
	throttled bool
	// retryAfter is the least pause that the server asked for.
	retryAfter time.Duration
}

// judge says what an answer to asked means. It is pure: now is for a Retry-After that is a date.
func judge(asked operation, got answer, now time.Time) verdict {
	if got.status == 0 {
		return judgeNothing(got.err)
	}
	problem := func() *Problem { return parseProblem(got) }
	switch {
	case got.status == http.StatusOK, got.status == http.StatusAccepted && asked.pay:
		return judgeSuccess(asked, got)
	case got.status == http.StatusTooManyRequests:
		return verdict{err: problem(), recorded: true, throttled: true, retryAfter: parseRetryAfter(got.retryAfter, now)}
	case got.status == http.StatusRequestTimeout, got.status == http.StatusConflict, got.status == http.StatusTooEarly:
		return verdict{err: problem(), recorded: true, retryAfter: parseRetryAfter(got.retryAfter, now)}
	case got.status >= 500:
		return verdict{err: problem(), recorded: true, down: true, retryAfter: parseRetryAfter(got.retryAfter, now)}
	case got.status >= 400:
		return verdict{kind: refused, err: problem()}
	}
	return verdict{err: fmt.Errorf("%w: status %d is no answer of this API", errUnreadable, got.status), recorded: true, down: true}
}

// judgeSuccess accepts only a whole body that agrees with what was asked and with its own status.
func judgeSuccess(asked operation, got answer) verdict {
	unreadable := func(err error) verdict { return verdict{err: err, recorded: true, down: true} }
	if got.err != nil {
		return verdict{err: fmt.Errorf("%w: it is cut off: %w", errUnreadable, got.err), recorded: true, down: true, silent: isTimeout(got.err)}
	}
	if !isJSON(got.contentType) {
		return unreadable(fmt.Errorf("%w: content type %q", errUnreadable, clip(got.contentType)))
	}
	receipt, err := parseReceipt(got.body)
	if err != nil {
		return unreadable(err)
	}
	receipt.AnsweredBy, receipt.RequestID, receipt.Replayed = got.region, got.requestID, got.replayed
	if err := agree(receipt, asked.payment); err != nil {
		return verdict{kind: contradicted, err: err, recorded: true}
	}
	if !statusFits(asked, got.status, receipt.Status) {
		return verdict{kind: contradicted, recorded: true,
			err: fmt.Errorf("%w: status %d says %q", ErrInconsistent, got.status, clip(string(receipt.Status)))}
	}
	return verdict{kind: acknowledged, receipt: receipt, recorded: true}
}

// statusFits: a payment is 200 success or 202 processing, a read is 200 with either.
func statusFits(asked operation, code int, said Status) bool {
	switch said {
	case StatusSuccess:
		return code == http.StatusOK
	case StatusProcessing:
		return code == http.StatusAccepted || !asked.pay
	}
	return false
}

// judgeNothing says what the lack of an answer means. Only where no connection was made did not one byte leave.
func judgeNothing(err error) verdict {
	var own *notSentError
	if errors.As(err, &own) {
		return verdict{err: err}
	}
	var dial *net.OpError
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	notSent := errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &name) || errors.As(err, &certificate)
	return verdict{err: err, recorded: !notSent, down: true, silent: isTimeout(err)}
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && (mediaType == contentJSON || mediaType == contentProblem)
}

// parseRetryAfter reads seconds or a date (RFC 9110, section 10.2.3); anything else is no wish.
func parseRetryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	// An hour is beyond every deadline, and far from an overflow.
	const most = time.Hour
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, most)
	}
	if date, err := http.ParseTime(text); err == nil {
		return min(max(date.Sub(now), 0), most)
	}
	return 0
}
