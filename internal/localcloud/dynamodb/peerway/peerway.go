// Package peerway puts links between the members of the local DynamoDB, which run in processes of their own.
//
// A member has one peer URL for all others (etcd counts it into the member's identity), so an address alone does not
// tell who calls. Every message between members does: its header X-Server-From names the sender. A way reads the first
// request of each connection, and joins the connection to the link from that sender; connections are kept by one sender
// each. The questions that a member asks before it has joined name nobody and pass without a link.
//
// A Region of a strongly consistent global table goes on while it sees one other Region that has a replica or the
// witness (developer guide, best practices for global tables). Raft does not: a member that is cut from the leader alone
// would be without one. So where the link between two members is cut and both see the third, messages go over that one,
// if its process lives.
package peerway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/member"
	"github.com/paymentdr/paymentdr/internal/localcloud/network/forward"
	"github.com/paymentdr/paymentdr/internal/localcloud/network/link"
)

// Network is the links between places.
type Network interface {
	DialContext(ctx context.Context, from, to, address string) (net.Conn, error)
	Link(a, b string) (*link.Link, error)
}

// Ways are the peer addresses of all members.
type Ways struct {
	network Network
	actual  map[string]string // where members really listen
	names   map[string]string // by what members call themselves
	relays  map[[2]string]*forward.Forward

	forwards []*forward.Forward
	cancel   context.CancelFunc
	watching sync.WaitGroup

	mutex sync.Mutex
	open  map[[2]string]map[net.Conn]bool // connections over the direct link, by its ends
}

// headLimit and headTimeout bound the first request's head; etcd's is a few hundred bytes, sent at once.
const (
	headLimit   = 16 << 10
	headTimeout = 10 * time.Second
)

// Open listens at the address of every member (advertised, host:port by name) and leads to where it really is (actual).
func Open(network Network, advertised, actual map[string]string) (*Ways, error) {
	w := &Ways{network: network, actual: actual, names: map[string]string{}, relays: map[[2]string]*forward.Forward{},
		open: map[[2]string]map[net.Conn]bool{}}
	var ctx context.Context
	ctx, w.cancel = context.WithCancel(context.Background())
	for name, address := range advertised {
		id, err := member.ID(name, "http://"+address)
		if err != nil {
			return nil, errors.Join(err, w.Close())
		}
		w.names[id] = name
	}
	for to, address := range advertised {
		opened, err := forward.Listen(address, func(ctx context.Context, client net.Conn) (net.Conn, []byte, error) {
			return w.join(ctx, client, to)
		})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open way to member %s: %w", to, err), w.Close())
		}
		w.forwards = append(w.forwards, opened)
		for via := range advertised {
			if via == to {
				continue
			}
			if err := w.openRelay(via, to); err != nil {
				return nil, errors.Join(err, w.Close())
			}
		}
	}
	w.watching.Go(func() { w.watch(ctx) })
	return w, nil
}

// openRelay lets what has come to one place go on to another.
func (w *Ways) openRelay(via, to string) error {
	relay, err := forward.Listen("127.0.0.1:0", func(ctx context.Context, _ net.Conn) (net.Conn, []byte, error) {
		probe, err := (&net.Dialer{}).DialContext(ctx, "tcp", w.actual[via])
		if err != nil {
			return nil, nil, fmt.Errorf("pass through %s: %w", via, err)
		}
		if err := probe.Close(); err != nil {
			return nil, nil, err
		}
		server, err := w.network.DialContext(ctx, via, to, w.actual[to])
		return server, nil, err
	})
	if err != nil {
		return fmt.Errorf("open way through %s to %s: %w", via, to, err)
	}
	w.relays[[2]string{via, to}] = relay
	w.forwards = append(w.forwards, relay)
	return nil
}

// Close ends all ways. It is safe to call twice.
func (w *Ways) Close() error {
	w.cancel()
	w.watching.Wait()
	var faults []error
	for _, each := range w.forwards {
		faults = append(faults, each.Close())
	}
	return errors.Join(faults...)
}

// join connects a sender to a member, directly or through the third.
func (w *Ways) join(ctx context.Context, client net.Conn, to string) (net.Conn, []byte, error) {
	head, err := readHead(client)
	if err != nil {
		return nil, nil, err
	}
	from, known := w.names[sender(head)]
	if !known {
		from = to
	}
	if from != to && !w.whole(from, to) {
		for _, via := range w.names {
			if via != from && via != to && w.whole(from, via) && w.whole(via, to) {
				server, err := w.network.DialContext(ctx, from, via, w.relays[[2]string{via, to}].Address().String())
				return server, head, err
			}
		}
	}
	server, err := w.network.DialContext(ctx, from, to, w.actual[to])
	if err != nil {
		return nil, nil, err
	}
	return w.note(server, from, to), head, nil
}

// whole says whether the link between two places is cut in no direction.
func (w *Ways) whole(a, b string) bool {
	found, err := w.network.Link(a, b)
	return err == nil && found.State().Cut == link.Open
}

// noted is a connection that is known until it ends.
type noted struct {
	net.Conn
	forget func()
}

// Close implements net.Conn.
func (n *noted) Close() error {
	n.forget()
	return n.Conn.Close()
}

func (w *Ways) note(conn net.Conn, from, to string) net.Conn {
	ends := [2]string{from, to}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.open[ends] == nil {
		w.open[ends] = map[net.Conn]bool{}
	}
	w.open[ends][conn] = true
	return &noted{conn, func() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		delete(w.open[ends], conn)
	}}
}

// watch ends the connections over a link soon after it is cut, so that members connect again, another way.
func (w *Ways) watch(ctx context.Context) {
	const every = 100 * time.Millisecond
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, conn := range w.stranded() {
			_ = conn.Close() // its end is all that is wanted
		}
	}
}

// stranded are the connections over links that are cut.
func (w *Ways) stranded() []net.Conn {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var found []net.Conn
	for ends, connections := range w.open {
		if len(connections) == 0 || ends[0] == ends[1] || w.whole(ends[0], ends[1]) {
			continue
		}
		for conn := range connections {
			found = append(found, conn)
		}
		clear(connections)
	}
	return found
}

var endOfHead = []byte("\r\n\r\n")

// readHead reads at least the head of the first request, and what came with it.
func readHead(client net.Conn) ([]byte, error) {
	if err := client.SetReadDeadline(time.Now().Add(headTimeout)); err != nil {
		return nil, err
	}
	var head []byte
	chunk := make([]byte, 4096)
	for !bytes.Contains(head, endOfHead) {
		count, err := client.Read(chunk)
		head = append(head, chunk[:count]...)
		if err != nil {
			return nil, fmt.Errorf("read first request: %w", err)
		}
		if len(head) > headLimit {
			return nil, fmt.Errorf("read first request: its head is longer than %d bytes", headLimit)
		}
	}
	return head, client.SetReadDeadline(time.Time{})
}

// sender is the value of X-Server-From, or "".
func sender(head []byte) string {
	head, _, _ = bytes.Cut(head, endOfHead)
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		name, value, found := bytes.Cut(line, []byte(":"))
		if found && http.CanonicalHeaderKey(string(name)) == "X-Server-From" {
			return string(bytes.TrimSpace(value))
		}
	}
	return ""
}
