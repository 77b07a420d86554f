package supervisor

import (
	"net/http"
	"path/filepath"

	"github.com/paymentdr/paymentdr/internal/localcloud/region"
)

// servicesSocket is where the Regions' processes reach the services that run outside them.
func (s *Supervisor) servicesSocket() string { return filepath.Join(s.options.Folder, "services") }

// services answers for RDS and Route 53: the Region and the service are named by whoever passes a request on.
func (s *Supervisor) services() http.Handler {
	databases := map[string]http.Handler{}
	for _, name := range s.layout.Regions() {
		databases[name] = s.databases.Handler(name)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get(region.HeaderService) {
		case "rds":
			if handler := databases[r.Header.Get(region.HeaderRegion)]; handler != nil {
				handler.ServeHTTP(w, r)
				return
			}
		case "route53":
			s.dns.Handler().ServeHTTP(w, r)
			return
		}
		http.NotFound(w, r)
	})
}
