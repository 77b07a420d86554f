package receipt

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// SyncEvery is how often what was written is forced to the disk. Before that a crash of the payers loses nothing, a
// crash of their machine loses this much.
const SyncEvery = 200 * time.Millisecond

// file is what a Writer needs of its file.
type file interface {
	Write([]byte) (int, error)
	Sync() error
	Close() error
}

// Writer appends receipts to a file. It is safe for concurrent use.
type Writer struct {
	mutex sync.Mutex
	file  file
	dirty bool
	// failed is the first failure. After it nothing is written any more, since a line may be torn.
	failed error

	stop, stopped chan struct{}
	closed        bool
}

// ErrClosed says that the writer was closed.
var ErrClosed = errors.New("receipts are closed")

// Create begins a new file; one that is there already is an error, because evidence is never overwritten.
func Create(path string, header Header) (*Writer, error) {
	created, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create receipts: %w", err)
	}
	return start(created, header)
}

func start(to file, header Header) (*Writer, error) {
	header.Schema = Schema
	w := &Writer{file: to, stop: make(chan struct{}), stopped: make(chan struct{})}
	if err := w.append(header); err != nil {
		return nil, errors.Join(err, to.Close())
	}
	go w.sync()
	return w, nil
}

// Append writes a receipt. When it returns nil the receipt is in the file; count only then. After the first error
// nothing more can be appended.
func (w *Writer) Append(one Receipt) error { return w.append(one) }

func (w *Writer) append(value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode receipt: %w", err)
	}
	line = append(line, '\n')
	w.mutex.Lock()
	defer w.mutex.Unlock()
	switch {
	case w.failed != nil:
		return w.failed
	case w.closed:
		return ErrClosed
	}
	if _, err := w.file.Write(line); err != nil {
		w.failed = fmt.Errorf("write receipt: %w", err)
		return w.failed
	}
	w.dirty = true
	return nil
}

// sync forces what was written to the disk, again and again.
func (w *Writer) sync() {
	defer close(w.stopped)
	ticker := time.NewTicker(SyncEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			w.syncOnce()
		case <-w.stop:
			w.syncOnce()
			return
		}
	}
}

func (w *Writer) syncOnce() {
	w.mutex.Lock()
	dirty := w.dirty
	w.dirty = false
	w.mutex.Unlock()
	if !dirty {
		return
	}
	// Not under the lock: payers go on while the disk works.
	if err := w.file.Sync(); err != nil {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		if w.failed == nil {
			w.failed = fmt.Errorf("sync receipts: %w", err)
		}
	}
}

// Close forces everything to the disk and closes the file. Its error, like Append's, means that the receipts cannot be
// relied on. It is safe to call twice.
func (w *Writer) Close() error {
	w.mutex.Lock()
	first := !w.closed
	w.closed = true
	w.mutex.Unlock()
	if first {
		close(w.stop)
	}
	<-w.stopped
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if first {
		if err := w.file.Close(); err != nil && w.failed == nil {
			w.failed = fmt.Errorf("close receipts: %w", err)
		}
	}
	return w.failed
}
