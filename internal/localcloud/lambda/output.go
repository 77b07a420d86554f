package lambda

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// maximumLine is the longest log event that CloudWatch Logs took for years, in bytes; longer lines are split.
const maximumLine = 256 * 1024

// output reads what a process writes to its standard output and error, one pipe for both, and hands it on by lines.
//
// Drain reads what is in the pipe now, so that after an invocation every line that the process wrote in it is there.
type output struct {
	read, write *os.File
	ended       chan struct{}

	mutex   sync.Mutex
	partial []byte
	buffer  []byte
	eof     bool
	line    func([]byte)
}

func newOutput(line func([]byte)) (*output, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe for output: %w", err)
	}
	return &output{read: read, write: write, ended: make(chan struct{}), buffer: make([]byte, 32*1024), line: line}, nil
}

// follow reads until the pipe ends; the process has the other end by now.
func (o *output) follow() error {
	if err := o.write.Close(); err != nil {
		return fmt.Errorf("close output: %w", err)
	}
	connection, err := o.read.SyscallConn()
	if err != nil {
		return fmt.Errorf("read output: %w", err)
	}
	go func() {
		defer close(o.ended)
		_ = connection.Read(o.takeAll) // it ends at the pipe's end or when the file is closed
	}()
	return nil
}

// drain takes what is in the pipe, and what stands there of an unfinished line.
func (o *output) drain() {
	connection, err := o.read.SyscallConn()
	if err != nil {
		return // closed: everything was taken
	}
	_ = connection.Control(func(descriptor uintptr) { o.takeAll(descriptor) }) // as above
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.flushLocked()
}

// close takes the rest of an ended process's output.
func (o *output) close() {
	o.drain()
	_ = o.write.Close() // already closed unless the start failed
	_ = o.read.Close()
}

// takeAll reads until the pipe is empty and tells whether it has ended.
func (o *output) takeAll(descriptor uintptr) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for !o.eof {
		n, err := unix.Read(int(descriptor), o.buffer)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EAGAIN):
			return false
		case err != nil || n == 0:
			o.eof = true
			o.flushLocked()
		default:
			o.splitLocked(o.buffer[:n])
		}
	}
	return true
}

func (o *output) splitLocked(data []byte) {
	for len(data) > 0 {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			o.partial = append(o.partial, data...)
			for len(o.partial) > maximumLine {
				o.line(o.partial[:maximumLine])
				o.partial = o.partial[maximumLine:]
			}
			return
		}
		line := data[:end]
		if len(o.partial) > 0 {
			line = append(o.partial, line...)
		}
		o.line(bytes.TrimSuffix(line, []byte("\r")))
		o.partial = o.partial[:0]
		data = data[end+1:]
	}
}

func (o *output) flushLocked() {
	if len(o.partial) > 0 {
		o.line(o.partial)
		o.partial = o.partial[:0]
	}
}
