package mailbox

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sample(id string) Message {
	return Message{
		ID: id, Date: time.Date(2026, 3, 1, 10, 20, 30, 0, time.UTC), From: "Payment System Alerts", To: "ops-team@pay.example.net",
		Subject: "ALARM: payment-db-cpu", Body: "CPU is high\nfor long\n", TopicARN: "arn:aws:sns:us-east-1:123456789012:alerts",
	}
}

func TestRoundTrip(t *testing.T) {
	folder := t.TempDir()
	box, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	odd := sample("odd")
	odd.From, odd.Subject, odd.Body = `Zahlungen "Überwacht"`, "Grüße — "+strings.Repeat("lang ", 18), "= ü\n"+strings.Repeat("x", 500)+"\n\n.\nend"
	late := sample("late")
	late.Date = late.Date.Add(time.Hour)
	want := []Message{sample("one"), odd, late}
	for _, message := range []Message{late, sample("one"), odd} {
		if err := box.Put(message); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	memory, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range want {
		if err := memory.Put(message); err != nil {
			t.Fatal(err)
		}
	}
	for name, one := range map[string]*Box{"written": box, "memory": memory} {
		if diff := cmp.Diff(want, one.Messages()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	// Files of one second are read in the order of their names.
	if got := again.Messages(); len(got) != 3 || got[2].ID != "late" {
		t.Errorf("read again: %+v", got)
	}
}

func TestFile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "mail")
	box, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	message := sample("0001")
	message.Body = "Ünicode\n"
	if err := box.Put(message); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "20260301T102030.000Z-0001.eml")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(`From: "Payment System Alerts" <no-reply@sns.amazonaws.com>
To: <ops-team@pay.example.net>
Subject: ALARM: payment-db-cpu
Date: Sun, 01 Mar 2026 10:20:30 +0000
Message-ID: <0001@sns.amazonaws.com>
X-Amz-Sns-Topic-Arn: arn:aws:sns:us-east-1:123456789012:alerts
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: quoted-printable

=C3=9Cnicode
`, "\n", "\r\n")
	if diff := cmp.Diff(want, string(content)); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if info, err = os.Stat(folder); err != nil || info.Mode() != 0o700|fs.ModeDir {
		t.Errorf("mode of the folder %v, %v", info.Mode(), err)
	}
}

// TestHeadersCannotBeForged by what a publisher or subscriber says.
func TestHeadersCannotBeForged(t *testing.T) {
	box, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Message){
		"subject": func(m *Message) { m.Subject = "a\r\nBcc: x@example.net" },
		"sender":  func(m *Message) { m.From = "a\nb" },
		"address": func(m *Message) { m.To = "a@example.net\r\nBcc: x@example.net" },
		"none":    func(m *Message) { m.To = "nobody" },
		"id":      func(m *Message) { m.ID = "a\nb" },
	} {
		message := sample("one")
		change(&message)
		if err := box.Put(message); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if left := box.Messages(); len(left) != 0 {
		t.Errorf("%+v", left)
	}
}

func TestOpenReadsMailsOnly(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{"notes.txt": "x", "half.eml.new": "From: "} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	box, err := Open(folder)
	if err != nil || len(box.Messages()) != 0 {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "broken.eml"), []byte("no mail"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(folder); err == nil || !strings.Contains(err.Error(), "broken.eml") {
		t.Errorf("%v", err)
	}
}

func TestDiskThatRefuses(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "mail")
	box, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if err := box.Put(sample("one")); err == nil || len(box.Messages()) != 0 {
		t.Errorf("a mail that is nowhere was taken: %v", err)
	}
}
