package client

import (
	"sync"
	"time"
)

// preference is the Region that payments go to first. The first endpoint is home. It moves only when a call was
// answered elsewhere while the preferred Region had failed it or kept silent, and home only by a probe.
type preference struct {
	mutex     sync.Mutex
	endpoint  int
	probed    time.Time // when it moved away or was last probed
	probing   bool
	probeWait time.Duration
}

// current is the preferred endpoint; probe tells that the caller must now ask home whether it is well, and report by
// probeEnded.
func (p *preference) current(now time.Time) (endpoint int, probe bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	probe = p.endpoint != 0 && !p.probing && now.Sub(p.probed) >= p.probeWait
	if probe {
		p.probing = true
	}
	return p.endpoint, probe
}

// move goes from an endpoint that did not answer to one that did. It is false when another call has moved already.
func (p *preference) move(from, to int, now time.Time) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.endpoint != from || from == to {
		return false
	}
	p.endpoint, p.probed = to, now
	return true
}

func (p *preference) probeEnded(well bool, now time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.probing, p.probed = false, now
	if well {
		p.endpoint = 0
	}
}
