package postgres

import (
	"fmt"
	"net"
	"path/filepath"
)

// Options describe one server. Only Dir is required.
type Options struct {
	// Dir is the server's own folder: data, socket and log. Create makes it; it must not exist or be empty.
	Dir string
	// Address is the loopback address to listen on; default 127.0.0.1.
	Address string
	// Port is the TCP port; 0 takes a free one at the first Start and keeps it.
	Port int
	// TLS turns on TLS; nil is a server without it.
	TLS *TLS
	// Standby makes a hot standby of a primary that was created from the same programs; nil is a primary.
	Standby *Standby
	// Data is a folder that BaseBackup made, or the data folder of a stopped server, to copy; "" begins with no data.
	Data string
	// TakeData moves the folder Data instead of copying it.
	TakeData bool
	// HostAccess is the whole pg_hba.conf; "" asks for passwords over TCP and for none on the socket. It must let the
	// superuser in with a password over TCP from the own address, which Start does, and on the socket.
	HostAccess string
	// Settings are written to postgresql.conf behind ours and win. Values are written quoted.
	Settings map[string]string
}

// TLS is the server's certificate.
type TLS struct {
	CertificatePEM []byte // leaf first, then intermediates
	KeyPEM         []byte
	Required       bool // refuse TCP connections without TLS, as rds.force_ssl does
}

// Standby says where a standby gets its changes from.
type Standby struct {
	// Primary is the connection string (keywords or URL) of a role that may replicate; the superuser may.
	Primary string
}

// check returns the options with defaults, or what is wrong with them.
func (o Options) check() (Options, error) {
	if !filepath.IsAbs(o.Dir) {
		return o, fmt.Errorf("check server options: dir %q is not an absolute path", o.Dir)
	}
	if o.Address == "" {
		o.Address = "127.0.0.1"
	}
	if ip := net.ParseIP(o.Address); ip == nil || !ip.IsLoopback() {
		return o, fmt.Errorf("check server options: address %q is not a loopback address", o.Address)
	}
	if o.Port < 0 || o.Port > 65535 {
		return o, fmt.Errorf("check server options: port %d is not in 0..65535", o.Port)
	}
	return o, nil
}
