package engine

import (
	"slices"
	"testing"
)

func TestEventReader(t *testing.T) {
	// Lines of OpenTofu 1.12, cut where the pipe cut them, and one that is not JSON.
	const stream = `{"@level":"info","@message":"OpenTofu 1.12.6","type":"version"}
{"@level":"info","@message":"aws_vpc.main: Creation complete after 1s [id=vpc-1]","hook":{"resource":{"addr":"aws_vpc.main"},"action":"create"},"type":"apply_complete"}
{"@level":"warn","@message":"Warning: odd","diagnostic":{"severity":"warning","summary":"odd","detail":""},"type":"diagnostic"}
panic: in the provider
{"@level":"error","@message":"Error: no","diagnostic":{"severity":"error","summary":"no","detail":"because","address":"aws_vpc.main","range":{"filename":"networking.tf","start":{"line":8,"column":1,"byte":2}}},"type":"diagnostic"}`
	for _, size := range []int{1, 7, 4096} {
		var events []Event
		reader := &eventReader{onEvent: func(e Event) { events = append(events, e) }}
		for chunk := range slices.Chunk([]byte(stream), size) {
			if n, err := reader.Write(chunk); n != len(chunk) || err != nil {
				t.Fatalf("Write gave %d, %v for %d bytes", n, err, len(chunk))
			}
		}
		reader.flush()
		want := []Event{
			{Type: "version", Message: "OpenTofu 1.12.6"},
			{Type: "apply_complete", Message: "aws_vpc.main: Creation complete after 1s [id=vpc-1]", Address: "aws_vpc.main"},
			{Type: "diagnostic", Message: "Warning: odd"},
		}
		if !slices.Equal(events, want) {
			t.Errorf("in pieces of %d: events %+v", size, events)
		}
		problem := Problem{Summary: "no", Detail: "because", Address: "aws_vpc.main", Place: "networking.tf:8"}
		if !slices.Equal(reader.problems, []Problem{problem}) {
			t.Errorf("in pieces of %d: problems %+v", size, reader.problems)
		}
		if other := reader.other.String(); other != "panic: in the provider\n" {
			t.Errorf("in pieces of %d: other output %q", size, other)
		}
	}
}

func TestParseText(t *testing.T) {
	tests := map[string]struct {
		text string
		want []Problem
	}{
		"none": {"all is well\n", nil},
		"two, framed": {
			"╷\n│ Error: First\n│ \n│   on a.tf line 3:\n│ long\n╵\n╷\n│ Error: Second\n╵\n",
			[]Problem{{Summary: "First", Detail: "on a.tf line 3:\nlong"}, {Summary: "Second"}},
		},
		"the word within a line is not a heading": {
			"Error: Outer\n\nError message: inner Error: deep\n",
			[]Problem{{Summary: "Outer", Detail: "Error message: inner Error: deep"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := parseText(test.text); !slices.Equal(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}
