package region

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/layout"
)

// Config is what the supervisor tells a Region's process, as JSON on its standard input.
type Config struct {
	Layout layout.Layout
	// Name is the Region's, or the witness'.
	Name    string
	Account string
	// Folder is the process's own; Authority is the folder of the cloud's certificate authority.
	Folder, Authority string
	// Control is the Unix socket on which the supervisor gives orders; Supervisor is the supervisor's own, for APIs that it
	// answers (RDS, Route 53).
	Control, Supervisor string
	// Heartbeat and Election are Raft's times.
	Heartbeat, Election time.Duration
}

// witness says whether the process only votes.
func (c Config) witness() bool { return c.Name == c.Layout.Witness }

// ReadConfig reads a configuration.
func ReadConfig(from io.Reader) (Config, error) {
	var config Config
	if err := json.NewDecoder(from).Decode(&config); err != nil {
		return Config{}, fmt.Errorf("read configuration of the Region: %w", err)
	}
	return config, nil
}

// peers are the URLs at which members find each other.
func (c Config) peers() map[string]string {
	urls := map[string]string{}
	for _, place := range []string{c.Layout.Primary, c.Layout.Secondary, c.Layout.Witness} {
		urls[place] = "http://" + c.Layout.PeerWay(place).String()
	}
	return urls
}
