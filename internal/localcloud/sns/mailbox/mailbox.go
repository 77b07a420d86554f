package mailbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Message is a mail.
type Message struct {
	ID       string // the Message-ID, without its domain
	Date     time.Time
	From     string // a name; the address is SNS's own
	To       string // an address
	Subject  string
	Body     string
	TopicARN string
}

// Box is a mailbox. Its methods are safe for concurrent use.
type Box struct {
	folder string

	mutex    sync.Mutex
	messages []Message
}

const (
	suffix    = ".eml"
	temporary = ".new"
)

// Open opens the mailbox in a folder, with what is in it already; "" keeps mails in memory.
func Open(folder string) (*Box, error) {
	box := &Box{folder: folder}
	if folder == "" {
		return box, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("open mailbox: %w", err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("open mailbox: %w", err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), suffix) {
			continue // not a mail, or one that was not finished
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("open mailbox: %w", err)
		}
		message, err := parse(content)
		if err != nil {
			return nil, fmt.Errorf("open mailbox: read %s: %w", entry.Name(), err)
		}
		box.messages = append(box.messages, message)
	}
	box.sort()
	return box, nil
}

// Put adds a mail: its file appears whole, or not at all.
func (b *Box) Put(message Message) error {
	content, err := format(message)
	if err != nil {
		return fmt.Errorf("write mail %s: %w", message.ID, err)
	}
	if b.folder != "" {
		name := message.Date.UTC().Format("20060102T150405.000Z") + "-" + message.ID + suffix
		path := filepath.Join(b.folder, name)
		err := os.WriteFile(path+temporary, content, 0o600)
		if err == nil {
			err = os.Rename(path+temporary, path)
		}
		if err != nil {
			return fmt.Errorf("write mail %s: %w", message.ID, errors.Join(err, ignoreMissing(os.Remove(path+temporary))))
		}
	}
	// What is in memory is what another process reads from the file.
	kept, err := parse(content)
	if err != nil {
		return fmt.Errorf("read mail %s: %w", message.ID, err)
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.messages = append(b.messages, kept)
	b.sort()
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// sort is stable, so mails of one second keep their order.
func (b *Box) sort() {
	slices.SortStableFunc(b.messages, func(a, b Message) int { return a.Date.Compare(b.Date) })
}

// Messages lists the mails, the oldest first.
func (b *Box) Messages() []Message {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return slices.Clone(b.messages)
}
