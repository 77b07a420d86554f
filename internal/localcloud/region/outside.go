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
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "supervisor"})
	direct := proxy.Director
	proxy.Director = func(request *http.Request) {
		host := request.Host
		direct(request)
		request.Host = host
		request.Header.Set(HeaderService, service)
		request.Header.Set(HeaderRegion, r.config.Name)
	}
	proxy.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", r.config.Supervisor)
	}}
	proxy.ErrorLog = slog.NewLogLogger(r.log.Handler(), slog.LevelDebug)
	return proxy
}
