package region

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// The headers by which a Region's process tells the supervisor which service of which Region a request is for.
const (
	HeaderService = "X-Local-Service"
	HeaderRegion  = "X-Local-Region"
)

// outside passes requests on to a service that runs outside the Region's process. The Region's API for it ends with the
// Region all the same.
func (r *Region) outside(service string) http.Handler {
	supervisor := &url.URL{Scheme: "http", Host: "supervisor"}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(request *httputil.ProxyRequest) {
			request.SetURL(supervisor)
			request.Out.Host = request.In.Host // signatures and answers name it
			request.Out.Header.Set(HeaderService, service)
			request.Out.Header.Set(HeaderRegion, r.config.Name)
		},
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", r.config.Supervisor)
		}},
		ErrorLog: slog.NewLogLogger(r.log.Handler(), slog.LevelDebug),
	}
	return proxy
}
