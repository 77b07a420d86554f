package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// FileName is the name of a group's file in Options.Folder: /aws/lambda/pay is +aws+lambda+pay.log. Each event is a line
// "TIME STREAM MESSAGE"; further lines of a message begin with a tab.
func FileName(group string) string { return strings.ReplaceAll(group, "/", "+") + ".log" }

// maximumPending is how much of a group may wait for its file, in bytes. What is more is left out of the file, and the file
// says so: nobody who logs waits for a slow disk.
const maximumPending = 4 << 20

// pendLocked formats an event for the file.
func (g *group) pendLocked(at int64, stream, message string) {
	if len(g.pending) > maximumPending {
		g.dropped++
		return
	}
	if g.dropped > 0 {
		g.pending = fmt.Appendf(g.pending, "%s - %d lines are not in this file: it was too slow\n", stamp(at), g.dropped)
		g.dropped = 0
	}
	g.pending = time.UnixMilli(at).UTC().AppendFormat(g.pending, timestamp)
	g.pending = append(g.pending, ' ')
	g.pending = append(g.pending, strings.ReplaceAll(stream, " ", "_")...)
	g.pending = append(g.pending, ' ')
	message = strings.TrimRight(message, "\r\n")
	if strings.Contains(message, "\n") {
		message = strings.ReplaceAll(message, "\n", "\n\t")
	}
	g.pending = append(g.pending, message...)
	g.pending = append(g.pending, '\n')
}

const timestamp = "2006-01-02T15:04:05.000Z"

func stamp(at int64) string { return time.UnixMilli(at).UTC().Format(timestamp) }

// takePending exchanges what is to be written for an empty buffer.
func (g *group) takePending(empty []byte) []byte {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	full := g.pending
	g.pending = empty[:0]
	return full
}

// files writes the groups' files, in a goroutine of its own.
type files struct {
	service *Service
	ready   chan struct{} // holds one while there is something to write
	stop    chan struct{}
	ended   sync.WaitGroup
	once    sync.Once
	failure error // of the end

	mutex sync.Mutex // of what follows, and of the folder
	open  map[string]*file
	spare []byte
	told  bool // that writing fails
}

type file struct {
	*os.File
	size int64
}

func newFiles(s *Service) *files {
	f := &files{service: s, ready: make(chan struct{}, 1), stop: make(chan struct{}), open: map[string]*file{}}
	f.ended.Go(f.follow)
	return f
}

// wake says that there is something to write.
func (f *files) wake() {
	select {
	case f.ready <- struct{}{}:
	default: // it is told already
	}
}

func (f *files) follow() {
	for {
		select {
		case <-f.stop:
			return
		case <-f.ready:
			f.report(f.writeAll())
		}
	}
}

// report logs the first error of a row.
func (f *files) report(err error) {
	f.mutex.Lock()
	told := f.told
	f.told = err != nil
	f.mutex.Unlock()
	if err != nil && !told {
		f.service.options.Logger.Error("write log files", "error", err)
	}
}

func (f *files) writeAll() error {
	var faults []error
	for _, g := range f.service.sorted() {
		faults = append(faults, f.write(g))
	}
	return errors.Join(faults...)
}

func (f *files) write(g *group) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	content := g.takePending(f.spare)
	f.spare = content
	if cap(f.spare) > maximumPending {
		f.spare = nil
	}
	if len(content) == 0 {
		return nil
	}
	if f.service.find(g.name) != g {
		return nil // deleted in the meantime
	}
	to, err := f.fileLocked(g.name)
	if err != nil {
		return err
	}
	for len(content) > 0 {
		part := wholeLines(content, f.service.options.FileSize-to.size)
		if len(part) == 0 && to.size > 0 {
			if to, err = f.rotateLocked(g.name); err != nil {
				return err
			}
			continue
		}
		if len(part) == 0 { // a line that is longer than a file
			part = content[:bytes.IndexByte(content, '\n')+1]
		}
		written, err := to.Write(part)
		to.size += int64(written)
		if err != nil {
			return err // it has the path
		}
		content = content[len(part):]
	}
	return nil
}

// wholeLines is those that fit.
func wholeLines(content []byte, room int64) []byte {
	if int64(len(content)) <= room {
		return content
	}
	return content[:bytes.LastIndexByte(content[:max(room, 0)], '\n')+1]
}

func (f *files) path(group string) string {
	return filepath.Join(f.service.options.Folder, FileName(group))
}

func (f *files) fileLocked(group string) (*file, error) {
	if f.open[group] != nil {
		return f.open[group], nil
	}
	opened, err := os.OpenFile(f.path(group), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	information, err := opened.Stat()
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	f.open[group] = &file{opened, information.Size()}
	return f.open[group], nil
}

func (f *files) rotateLocked(group string) (*file, error) {
	if err := f.closeLocked(group); err != nil {
		return nil, err
	}
	if err := os.Rename(f.path(group), f.path(group)+".1"); err != nil {
		return nil, err
	}
	return f.fileLocked(group)
}

func (f *files) closeLocked(group string) error {
	opened := f.open[group]
	if opened == nil {
		return nil
	}
	delete(f.open, group)
	return opened.Close()
}

// remove deletes a group's files.
func (f *files) remove(group string) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	faults := []error{f.closeLocked(group)}
	for _, path := range []string{f.path(group), f.path(group) + ".1"} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// close writes the rest.
func (f *files) close() error {
	f.once.Do(func() {
		close(f.stop)
		f.ended.Wait()
		faults := []error{f.writeAll()}
		f.mutex.Lock()
		defer f.mutex.Unlock()
		for name := range f.open {
			faults = append(faults, f.closeLocked(name))
		}
		for _, g := range f.service.sorted() {
			g.keepInMemory()
		}
		f.failure = errors.Join(faults...)
	})
	return f.failure
}

// keepInMemory ends writing to the file.
func (g *group) keepInMemory() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.toFile, g.pending = false, nil
}
