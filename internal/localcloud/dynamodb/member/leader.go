package member

import (
	"context"
	"fmt"
)

// Leads tells whether this member leads the others.
func (m *Member) Leads() bool { return m.etcd.Server.Leader() == m.etcd.Server.MemberID() }

// HandOver lets the member of that name lead, if this one does. It returns when the other one leads.
func (m *Member) HandOver(ctx context.Context, name string) error {
	server := m.etcd.Server
	if !m.Leads() || m.etcd.Config().Name == name {
		return nil
	}
	for _, each := range server.Cluster().Members() {
		if each.Name == name {
			if err := server.MoveLeader(ctx, uint64(server.MemberID()), uint64(each.ID)); err != nil {
				return fmt.Errorf("hand the lead over to %s: %w", name, err)
			}
			return nil
		}
	}
	return fmt.Errorf("hand the lead over to %s: there is no such member", name)
}
