package operatetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// front is a Region's one endpoint of AWS APIs: the signature's scope names the service. Dark, it breaks connections;
// hanging, it does not answer.
type front struct {
	server *httptest.Server
	api    *httptest.Server
	dark   atomic.Bool
	hangs  atomic.Bool
}

func newFront(t *testing.T, region, dynamoDB string, rds http.Handler) *front {
	t.Helper()
	target, err := url.Parse(dynamoDB)
	if err != nil {
		t.Fatal(err)
	}
	tables := httputil.NewSingleHostReverseProxy(target)
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	tables.Transport = transport
	f := &front{}
	f.server = httptest.NewServer(f.unlessDark(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		switch scope := request.Header.Get("Authorization"); {
		case strings.Contains(scope, "/"+region+"/dynamodb/"):
			tables.ServeHTTP(writer, request)
		case strings.Contains(scope, "/"+region+"/rds/"):
			rds.ServeHTTP(writer, request)
		default:
			http.Error(writer, "no such service in "+region, http.StatusNotFound)
		}
	})))
	t.Cleanup(func() { f.server.CloseClientConnections(); f.server.Close(); transport.CloseIdleConnections() })
	return f
}

func (f *front) unlessDark(next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if f.hangs.Load() {
			_, _ = io.Copy(io.Discard, request.Body) // until then a client that goes away is not noticed
			<-request.Context().Done()
		}
		if f.dark.Load() || f.hangs.Load() {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(writer, request)
	})
}

func (f *front) setDark(dark bool) {
	f.dark.Store(dark)
	if dark {
		f.server.CloseClientConnections()
		f.api.CloseClientConnections()
	}
}
