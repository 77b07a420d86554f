package endpoint

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"
)

// Request codes that stand where a startup message has its version (PostgreSQL: Message Formats).
const (
	codeCancel  = 80877102
	codeTLS     = 80877103
	codeGSS     = 80877104
	longestHead = 10000 // bytes of a startup message that PostgreSQL accepts
)

// serve carries one connection of a client from its first byte to its end.
func (e *Endpoint) serve(raw net.Conn) error {
	if err := raw.SetDeadline(time.Now().Add(loginTimeout)); err != nil {
		return err
	}
	client, head, code, err := e.greet(raw)
	if err != nil {
		return err
	}
	path := e.options.Backend()
	if path == "" {
		reset(raw)
		return errors.New("no server behind the endpoint")
	}
	ctx, cancel := context.WithTimeout(e.ctx, dialTimeout)
	defer cancel()
	server, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err != nil {
		reset(raw)
		return fmt.Errorf("reach server: %w", err)
	}
	if !e.track(server) {
		return net.ErrClosed
	}
	defer e.untrack(server)
	if err := server.SetDeadline(time.Now().Add(loginTimeout)); err != nil {
		return err
	}
	if code == codeCancel {
		_, err := server.Write(head)
		return err
	}
	if err := e.login(client, server, head); err != nil {
		return err
	}
	if err := errors.Join(raw.SetDeadline(time.Time{}), server.SetDeadline(time.Time{})); err != nil {
		return err
	}
	join(client, raw, server)
	return nil
}

// greet answers requests for encryption and returns the connection to go on with and the first real message.
func (e *Endpoint) greet(raw net.Conn) (client net.Conn, head []byte, code uint32, err error) {
	client = raw
	for range 3 { // GSS, TLS, startup
		head, code, err = readHead(client)
		if err != nil {
			return nil, nil, 0, err
		}
		switch code {
		case codeTLS:
			if client != raw {
				return nil, nil, 0, errors.New("TLS asked for twice")
			}
			if _, err := raw.Write([]byte{'S'}); err != nil {
				return nil, nil, 0, err
			}
			secured := tls.Server(raw, e.options.TLS)
			if err := secured.HandshakeContext(e.ctx); err != nil {
				return nil, nil, 0, fmt.Errorf("agree on TLS: %w", err)
			}
			client = secured
		case codeGSS:
			if _, err := client.Write([]byte{'N'}); err != nil {
				return nil, nil, 0, err
			}
		default:
			return client, head, code, nil
		}
	}
	return nil, nil, 0, errors.New("no startup message after three requests")
}

// login passes the startup message on and asks for a token where the server asks for nothing.
func (e *Endpoint) login(client, server net.Conn, head []byte) error {
	parameters, err := parseStartup(head)
	if err != nil {
		return refuse(client, "08P01", "invalid startup packet", err)
	}
	user := parameters["user"]
	_, secured := client.(*tls.Conn)
	switch {
	case e.options.RequireTLS && !secured:
		return refuse(client, "28000", fmt.Sprintf(
			"no pg_hba.conf entry for host %q, user %q, database %q, no encryption", host(client), user, parameters["database"]), nil)
	case slices.Contains(e.options.Reserved, user) || parameters["replication"] != "":
		return refuse(client, "28000", fmt.Sprintf("pg_hba.conf rejects connection for host %q, user %q", host(client), user), nil)
	}
	if _, err := server.Write(head); err != nil {
		return err
	}
	kind, body, err := readMessage(server)
	if err != nil {
		return err
	}
	if kind == 'R' && len(body) == 4 && binary.BigEndian.Uint32(body) == 0 {
		if err := e.askForToken(client, user, secured); err != nil {
			return err
		}
	}
	return writeMessage(client, kind, body)
}

// askForToken lets user in with a valid token only; RDS tells the client as little as this.
func (e *Endpoint) askForToken(client net.Conn, user string, secured bool) error {
	failed := fmt.Sprintf("PAM authentication failed for user %q", user)
	if !secured || e.options.CheckToken == nil {
		return refuse(client, "28000", failed, errors.New("a token needs TLS and a check"))
	}
	if err := writeMessage(client, 'R', binary.BigEndian.AppendUint32(nil, 3)); err != nil { // cleartext password
		return err
	}
	kind, body, err := readMessage(client)
	if err != nil {
		return err
	}
	if kind != 'p' || len(body) == 0 {
		return refuse(client, "08P01", "expected password response", fmt.Errorf("message %q", kind))
	}
	if err := e.options.CheckToken(e.ctx, user, string(body[:len(body)-1])); err != nil {
		return refuse(client, "28000", failed, err)
	}
	return nil
}

// join copies both ways until one side ends, then ends both.
func join(client, raw, server net.Conn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(server, client) // how it ended does not matter: both sides end
		server.Close()
	}()
	io.Copy(client, server)
	raw.Close() // without TLS's goodbye, which a client that does not read would hold up
	server.Close()
	<-done
}

func host(conn net.Conn) string {
	name, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		return conn.RemoteAddr().String()
	}
	return name
}
