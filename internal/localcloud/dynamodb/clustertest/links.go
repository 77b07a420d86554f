package clustertest

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

// links are the ways between members. Each member is reached through a proxy, which knows by X-Server-From whom a
// request comes from, and can cut and delay each pair.
type links struct {
	mutex sync.Mutex
	// names are the members by what they call themselves.
	names map[string]string
	// cut are the members that reach no other and that no other reaches.
	cut     map[string]bool
	delay   time.Duration
	open    map[int]request
	counter int
}

type request struct {
	from, to string
	cancel   context.CancelFunc
}

func newLinks() *links {
	return &links{names: map[string]string{}, cut: map[string]bool{}, open: map[int]request{}}
}

// enter admits a request to a link, or refuses it.
func (l *links) enter(ctx context.Context, from, to string) (inner context.Context, leave func(), delay time.Duration, ok bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	from = l.names[from]
	if l.cut[from] || l.cut[to] {
		return nil, nil, 0, false
	}
	inner, cancel := context.WithCancel(ctx)
	l.counter++
	number := l.counter
	l.open[number] = request{from, to, cancel}
	return inner, func() {
		cancel()
		l.mutex.Lock()
		defer l.mutex.Unlock()
		delete(l.open, number)
	}, l.delay, true
}

func (l *links) setCut(name string, cut bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.cut[name] = cut
	for _, one := range l.open {
		if cut && (one.from == name || one.to == name) {
			one.cancel()
		}
	}
}

// proxy forwards to the member at the address what the link lets through.
func (l *links) proxy(to, address string, transport *http.Transport) http.Handler {
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address})
	forward.FlushInterval = -1
	forward.ErrorLog = log.New(io.Discard, "", 0)
	forward.Transport = transport
	return http.HandlerFunc(func(response http.ResponseWriter, incoming *http.Request) {
		ctx, leave, delay, ok := l.enter(incoming.Context(), incoming.Header.Get("X-Server-From"), to)
		if !ok {
			// A cut link does not answer: the connection breaks.
			panic(http.ErrAbortHandler)
		}
		defer leave()
		if delay > 0 {
			time.Sleep(delay)
			response = &slow{response, delay}
		}
		forward.ServeHTTP(response, incoming.WithContext(ctx))
	})
}

// slow delays what flows back, write by write.
type slow struct {
	http.ResponseWriter
	delay time.Duration
}

func (s *slow) Write(content []byte) (int, error) {
	time.Sleep(s.delay)
	return s.ResponseWriter.Write(content)
}

// Unwrap lets http.ResponseController flush.
func (s *slow) Unwrap() http.ResponseWriter { return s.ResponseWriter }
