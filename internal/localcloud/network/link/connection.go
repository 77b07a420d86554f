package link

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	// pieceSize is the most that is read at once.
	pieceSize = 16 << 10
	// window is how many pieces may be under way in one direction of a connection, 1 MiB in all; then the sender waits.
	window = 64
)

// piece is data under way, or the end of it.
type piece struct {
	data []byte
	sent time.Time
	// end is io.EOF for a half-closed connection, another error for a broken one, nil for data.
	end error
}

// connection is one TCP connection through the link. client opened it; server is nil until the handshake is over.
type connection struct {
	link        *Link
	opener      Direction
	client      net.Conn
	established chan struct{}
	done        chan struct{}
	queues      [2]chan piece

	mutex  sync.Mutex
	server net.Conn
	ended  bool
	fins   int
}

// connect registers a connection; nil if the link is closed.
func (l *Link) connect(client net.Conn, opener Direction) *connection {
	made := &connection{link: l, opener: opener, client: client, established: make(chan struct{}), done: make(chan struct{}),
		queues: [2]chan piece{make(chan piece, window), make(chan piece, window)}}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.closed {
		return nil
	}
	l.connections[made] = true
	l.statistics.Pending++
	l.running.Go(func() { made.read(made.client, opener) })
	return made
}

// establish starts moving data; the handshake is over.
func (c *connection) establish(server net.Conn) {
	c.mutex.Lock()
	if c.ended {
		c.mutex.Unlock()
		_ = server.Close() // nothing was sent over it
		return
	}
	c.server = server
	c.link.count(func(s *Statistics) { s.Pending--; s.Open++; s.Total++ })
	close(c.established)
	c.link.running.Go(func() { c.read(server, c.opener.other()) })
	c.link.running.Go(func() { c.write(server, c.opener) })
	c.link.running.Go(func() { c.write(c.client, c.opener.other()) })
	c.mutex.Unlock()
}

// read takes what an end sends, at once and not at its arrival, as far as the window allows.
func (c *connection) read(from net.Conn, direction Direction) {
	buffer := make([]byte, pieceSize)
	for {
		count, err := from.Read(buffer)
		// Most pieces are small, and what is under way keeps only what it is.
		if count > 0 && !c.push(direction, piece{data: bytes.Clone(buffer[:count]), sent: time.Now()}) {
			return
		}
		if err == nil {
			continue
		}
		if c.abandoned() {
			c.end(true)
			return
		}
		c.push(direction, piece{sent: time.Now(), end: err})
		return
	}
}

// abandoned says that the client gave up before a cut let its handshake through. On a real wire nothing of what it
// wrote was ever sent, so nothing of it may arrive after the cut heals.
func (c *connection) abandoned() bool {
	select {
	case <-c.established:
		return false
	default:
		state, _ := c.link.now()
		return state.Cut != Open
	}
}

func (c *connection) push(direction Direction, item piece) bool {
	select {
	case c.queues[direction] <- item:
		return true
	case <-c.done:
		return false
	}
}

// write delivers what arrives.
func (c *connection) write(to net.Conn, direction Direction) {
	established, path := time.Now(), Path{}
	for {
		var item piece
		select {
		case item = <-c.queues[direction]:
		case <-c.done:
			return
		}
		if item.sent.Before(established) {
			item.sent = established // a client may write before the handshake is over; the wire takes it then
		}
		var at time.Time
		at, path = c.link.arrival(direction, path, len(item.data), item.sent)
		if !c.wait(at, direction) || !c.deliver(to, direction, item) {
			return
		}
	}
}

// wait returns true when it is time and the direction is open, false when the connection ended.
func (c *connection) wait(at time.Time, direction Direction) bool {
	for {
		state, changed := c.link.now()
		late := time.Until(at)
		if !state.Cut.blocks(direction) && late <= 0 {
			return true
		}
		var arrived <-chan time.Time // never, while cut
		timer := time.NewTimer(max(late, 0))
		if !state.Cut.blocks(direction) {
			arrived = timer.C
		}
		select {
		case <-arrived:
		case <-changed:
		case <-c.done:
		}
		timer.Stop()
		select {
		case <-c.done:
			return false
		default:
		}
	}
}

// deliver hands one piece over and says whether there may be another.
func (c *connection) deliver(to net.Conn, direction Direction, item piece) bool {
	switch {
	case item.end == nil:
		// Counted before, so that whoever has read the data finds it counted.
		c.link.count(func(s *Statistics) {
			if direction == AToB {
				s.AToB += int64(len(item.data))
			} else {
				s.BToA += int64(len(item.data))
			}
		})
		if _, err := to.Write(item.data); err != nil { // the end is gone, and says so to the sender a way back later
			state, _ := c.link.now()
			if c.wait(time.Now().Add(state.RoundTrip/2), direction.other()) {
				c.end(true)
			}
			return false
		}
		return true
	case errors.Is(item.end, io.EOF):
		closeWrite(to)
		c.mutex.Lock()
		c.fins++
		over := c.fins == 2
		c.mutex.Unlock()
		if over {
			c.end(false)
		}
	default:
		c.end(true)
	}
	return false
}

// closeWrite half-closes; a pipe cannot, and is closed whole.
func closeWrite(conn net.Conn) {
	if half, can := conn.(interface{ CloseWrite() error }); can {
		_ = half.CloseWrite() // fails only if the connection is gone already
		return
	}
	_ = conn.Close() // as above
}

// end closes both sides, with a TCP reset if asked. It is safe to call twice.
func (c *connection) end(reset bool) {
	c.mutex.Lock()
	if c.ended {
		c.mutex.Unlock()
		return
	}
	c.ended = true
	server := c.server
	close(c.done)
	c.mutex.Unlock()
	hangUp(c.client, reset)
	if server != nil {
		hangUp(server, reset)
	}
	c.link.mutex.Lock()
	defer c.link.mutex.Unlock()
	delete(c.link.connections, c)
	if server == nil {
		c.link.statistics.Pending--
	} else {
		c.link.statistics.Open--
	}
	if reset {
		c.link.statistics.Reset++
	}
}

func hangUp(conn net.Conn, reset bool) {
	if stream, is := conn.(*net.TCPConn); is && reset {
		_ = stream.SetLinger(0) // without it the end comes as a FIN, which is the best that is left
	}
	_ = conn.Close() // both sides are given up; there is nobody to tell
}

// errReset is what a dial meets when a cut resets.
var errReset = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
