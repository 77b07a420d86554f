package status

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover"
)

// System are the rows about the whole: a name and a text each.
func (s Snapshot) System() [][]string {
	rows := [][]string{
		{"SYSTEM", fmt.Sprintf("%s at %s", s.Environment, s.At.UTC().Format(time.RFC3339))},
		{"LEASE", s.Lease.text()},
		{"INTENT", s.Intent.text()},
		{"JOURNAL", s.Journal.text()},
		{"DNS", s.DNS.text()},
	}
	for _, event := range s.Recent {
		rows = append(rows, []string{"EVENT", event.Line()})
	}
	return rows
}

// PerRegion are the rows that compare the Regions; the first is the header.
func (s Snapshot) PerRegion() [][]string {
	rows := [][]string{{"REGION"}, {"place"}, {"role"}, {"tables"}, {"controller"}, {"health"}, {"route 53"}, {"database"}, {"lag"}, {"alarms"}}
	for _, r := range s.Regions {
		for i, cell := range []string{
			r.Name, string(r.Place), r.Role, r.Tables.text(), r.Controller.text(), r.API.text(), r.Route53.text(), r.Database.text(), r.Lag.text(),
			r.Alarms.text(),
		} {
			rows[i] = append(rows[i], cell)
		}
	}
	return rows
}

// longest bounds a text in a table; JSON has all of it.
const longest = 70

// ways are the ends of a connection, which a chain of errors has before what became of it.
var ways = regexp.MustCompile(`(?:read|write|dial) (?:tcp|udp) [^ ]*: (?:read: |connect: |i/o )?`)

// unknown is how a part looks that could not be seen. Of a long chain of errors the end tells most.
func unknown(problem string) string {
	problem = ways.ReplaceAllString(strings.Join(strings.Fields(problem), " "), "")
	if runes := []rune(problem); len(runes) > longest {
		problem = "…" + string(runes[len(runes)-longest+1:])
	}
	return "? " + problem
}

func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return text
}

func seconds(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(100 * time.Millisecond).String()
}

func (l Lease) text() string {
	switch l.Reading {
	case failover.LeaseRead:
		text := fmt.Sprintf("%s holds epoch %d (%s), renewed %s ago, seq %d", l.Region, l.Epoch, l.State, seconds(l.AgeSeconds), l.Seq)
		if l.InVain > 0 {
			text += fmt.Sprintf(", after %d terms in vain", l.InVain)
		}
		return text
	case failover.LeaseAbsent:
		return "? none was ever written"
	}
	return unknown(string(l.Reading) + ": " + l.Problem)
}

func (i Intent) text() string {
	switch {
	case i.Reading != failover.LeaseRead && i.Reading != failover.LeaseAbsent:
		return unknown(string(i.Reading) + ": " + i.Problem)
	case i.Reading == failover.LeaseAbsent || !i.Running:
		return "none"
	}
	text := fmt.Sprintf("%s to %s, by %s at %s", i.Kind, i.To, i.By, i.At.UTC().Format(time.RFC3339))
	if i.Why != "" {
		text += ": " + i.Why
	}
	return text
}

func (j Journal) text() string {
	switch {
	case j.Problem != "":
		return unknown(j.Problem)
	case j.Pending == 0:
		return "nothing pending"
	}
	count := fmt.Sprint(j.Pending)
	if j.More {
		count = "more than " + count
	}
	return fmt.Sprintf("%s pending, oldest %s", count, seconds(j.OldestSeconds))
}

func (d DNS) text() string {
	text := d.Domain + " -> "
	switch {
	case d.Problem != "":
		text += unknown(d.Problem)
	case d.Region != "":
		text += d.Region
	default:
		text += d.Target + ", which is of neither region"
	}
	if len(d.Alarms.Names) > 0 || d.Alarms.Problem != "" {
		text += "; alarms: " + d.Alarms.text()
	}
	return text
}

func (t Tables) text() string {
	if t.Problem != "" {
		return unknown(t.Problem)
	}
	return fmt.Sprintf("answer in %.0f ms", t.Millis)
}

func (c Controller) text() string {
	switch {
	case c.Problem != "":
		return unknown(c.Problem)
	case !c.Heard:
		return "silent"
	}
	return "heard " + seconds(c.HeardSeconds) + " ago"
}

func (a API) text() string {
	if a.Problem != "" {
		return unknown(a.Problem)
	}
	text := fmt.Sprintf("%d, journal %s", a.Code, a.Journal)
	if len(a.Reasons) > 0 {
		text += ": " + oneLine(strings.Join(a.Reasons, "; "))
	}
	return text
}

func (r Route53) text() string {
	word := "unhealthy"
	switch {
	case r.Problem != "":
		return unknown(r.Problem)
	case r.Healthy:
		word = "healthy"
	}
	return fmt.Sprintf("%s, %d of %d checkers", word, r.Good, r.Checkers)
}

func (d Database) text() string {
	if d.Problem != "" {
		return unknown(d.Problem)
	}
	parts := []string{"no member of the global cluster"}
	switch {
	case d.Writer:
		parts = []string{"writer"}
	case d.Member:
		parts = []string{"replica", d.Sync}
	}
	parts = append(parts, d.Status, fmt.Sprintf("%d of %d instances", d.Available, d.Instances))
	if d.MovingTo != "" {
		parts = append(parts, "moving to "+d.MovingTo)
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

func (l Lag) text() string {
	switch {
	case l.Problem != "":
		return unknown(l.Problem)
	case !l.Known:
		return "-"
	}
	return fmt.Sprintf("%s (rpo %s), %s ago", seconds(l.ReplicationSeconds), seconds(l.RPOSeconds), seconds(l.AgeSeconds))
}

func (a Alarms) text() string {
	switch {
	case a.Problem != "":
		return unknown(a.Problem)
	case len(a.Names) == 0:
		return "none"
	}
	return strings.Join(a.Names, " ")
}

// Line is the event in a line, with its reason if it has one.
func (e Event) Line() string {
	line := fmt.Sprintf("%s %s %s epoch %d", e.At.UTC().Format(time.RFC3339), e.Region, e.Kind, e.Epoch)
	if reason := e.Detail["reason"]; reason != "" {
		line += ": " + oneLine(reason)
	}
	return line
}

// Details are the event's details in one line, by name.
func (e Event) Details() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		if value := e.Detail[name]; value != "" && !strings.HasPrefix(value, "0001-01-01") {
			parts = append(parts, name+"="+value)
		}
	}
	return strings.Join(parts, " ")
}
