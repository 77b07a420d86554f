package observe

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// API asks one Region's own /health and nothing else.
func (o *Observer) API(ctx context.Context, region string) status.API {
	for i, known := range o.Access.Regions {
		if known.Name == region {
			return askAPI(ctx, o.Clients[i].HTTP, known.API)
		}
	}
	return status.API{Problem: region + " is no region of this system"}
}
