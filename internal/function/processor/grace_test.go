package processor

import (
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// The objectives are computed from what /health really does.
func TestHealthGraceIsTheComputedOne(t *testing.T) {
	if payment.HealthGrace != config.HealthGrace {
		t.Errorf("payment.HealthGrace is %s, the objectives count on %s", payment.HealthGrace, config.HealthGrace)
	}
}
