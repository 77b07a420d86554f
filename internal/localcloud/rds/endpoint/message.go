package endpoint

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// longestLogin bounds a message before the session is open, in bytes; tokens have about 1,500.
const longestLogin = 64 << 10

// readHead reads a message without a type: its length and code stand first. It never reads more, since what follows a
// request for TLS must not be taken for plain text.
func readHead(conn net.Conn) (whole []byte, code uint32, err error) {
	whole = make([]byte, 8)
	if _, err := io.ReadFull(conn, whole); err != nil {
		return nil, 0, err
	}
	length := binary.BigEndian.Uint32(whole)
	if length < 8 || length > longestHead {
		return nil, 0, fmt.Errorf("startup message of %d bytes, allowed are 8 to %d", length, longestHead)
	}
	rest := make([]byte, length-8)
	if _, err := io.ReadFull(conn, rest); err != nil {
		return nil, 0, err
	}
	return append(whole, rest...), binary.BigEndian.Uint32(whole[4:]), nil
}

// parseStartup reads the parameters of a startup message of protocol 3.
func parseStartup(head []byte) (map[string]string, error) {
	if version := binary.BigEndian.Uint32(head[4:]); version>>16 != 3 {
		return nil, fmt.Errorf("protocol %d.%d, only 3 is spoken", version>>16, version&0xffff)
	}
	parts := bytes.Split(head[8:], []byte{0})
	parameters := map[string]string{}
	for i := 0; i+1 < len(parts) && len(parts[i]) > 0; i += 2 {
		parameters[string(parts[i])] = string(parts[i+1])
	}
	if parameters["user"] == "" {
		return nil, errors.New("no user")
	}
	if parameters["database"] == "" {
		parameters["database"] = parameters["user"]
	}
	return parameters, nil
}

// readMessage reads a message with a type.
func readMessage(conn net.Conn) (kind byte, body []byte, err error) {
	head := make([]byte, 5)
	if _, err := io.ReadFull(conn, head); err != nil {
		return 0, nil, err
	}
	length := binary.BigEndian.Uint32(head[1:])
	if length < 4 || length > longestLogin {
		return 0, nil, fmt.Errorf("message %q of %d bytes, allowed are 4 to %d", head[0], length, longestLogin)
	}
	body = make([]byte, length-4)
	_, err = io.ReadFull(conn, body)
	return head[0], body, err
}

func writeMessage(conn net.Conn, kind byte, body []byte) error {
	message := append([]byte{kind}, binary.BigEndian.AppendUint32(nil, uint32(len(body)+4))...)
	_, err := conn.Write(append(message, body...))
	return err
}

// refuse tells the client that the login failed and returns why, for the log.
func refuse(client net.Conn, code, message string, reason error) error {
	var body []byte
	for _, field := range []string{"SFATAL", "VFATAL", "C" + code, "M" + message} {
		body = append(append(body, field...), 0)
	}
	return errors.Join(errors.New(message), reason, writeMessage(client, 'E', append(body, 0)))
}
