package install

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/localcloud/logs"
)

type logGroups struct{ service LogGroups }

func (l logGroups) decode(raw []byte) (resource, error) {
	group, err := decode[logs.Group](raw)
	return simple{group.Name,
		func(context.Context) error { return l.service.PutGroup(group) },
		func(context.Context) error { return unless(logs.ErrNotFound, l.service.DeleteGroup(group.Name)) },
	}, err
}
