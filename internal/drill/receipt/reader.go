package receipt

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// File is a file of receipts, read.
type File struct {
	Header   Header
	Receipts []Receipt
	// Torn is set when the last line was cut off. Nobody counted it: a writer counts after the whole line is written.
	Torn *Torn
}

// Torn is a last line without its end.
type Torn struct {
	Line  int `json:"line"`
	Bytes int `json:"bytes"`
}

// String is for people.
func (t Torn) String() string {
	return fmt.Sprintf("line %d was cut off after %d bytes", t.Line, t.Bytes)
}

// Read reads a file of receipts. A last line that was cut off is reported in the result; any other line that cannot be
// read is an error, because then the file is not what a Writer wrote.
func Read(path string) (File, error) {
	opened, err := os.Open(path)
	if err != nil {
		return File{}, fmt.Errorf("read receipts: %w", err)
	}
	defer func() { _ = opened.Close() }() // it was only read
	result, err := decode(opened)
	if err != nil {
		return File{}, fmt.Errorf("read receipts %s: %w", path, err)
	}
	return result, nil
}

func decode(from io.Reader) (File, error) {
	var result File
	lines := bufio.NewReaderSize(from, 1<<16)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		switch {
		case errors.Is(err, io.EOF):
			if len(line) > 0 {
				result.Torn = &Torn{Line: number, Bytes: len(line)}
			}
			if result.Header.Schema == 0 {
				return File{}, errors.New("it has no header")
			}
			return result, nil
		case err != nil:
			return File{}, err
		}
		if err := result.add(number, line); err != nil {
			return File{}, fmt.Errorf("line %d: %w", number, err)
		}
	}
}

func (f *File) add(number int, line []byte) error {
	if number == 1 {
		if err := json.Unmarshal(line, &f.Header); err != nil {
			return fmt.Errorf("header: %w", err)
		}
		if f.Header.Schema != Schema {
			return fmt.Errorf("schema is %d, this program reads %d", f.Header.Schema, Schema)
		}
		return nil
	}
	var one Receipt
	if err := json.Unmarshal(line, &one); err != nil {
		return err
	}
	if err := one.check(); err != nil {
		return err
	}
	f.Receipts = append(f.Receipts, one)
	return nil
}

// check refuses a line that a Writer's caller cannot have meant: it would be evidence of nothing.
func (r Receipt) check() error {
	switch r.Kind {
	case Asked:
	case Answered:
		switch r.Outcome {
		case Success, Processing, Refused, Unknown, Contradicted:
		default:
			return fmt.Errorf("outcome is %q", r.Outcome)
		}
		if r.Sent.IsZero() || r.Ended.Before(r.Sent) {
			return fmt.Errorf("attempt was sent at %s and ended at %s", r.Sent.Format(time.RFC3339Nano), r.Ended.Format(time.RFC3339Nano))
		}
	default:
		return fmt.Errorf("kind is %q", r.Kind)
	}
	if r.ID == "" || r.Payer == "" || r.Due.IsZero() {
		return errors.New("payment id, payer or due time is missing")
	}
	return nil
}
