package mailbox

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

const (
	sender      = "no-reply@sns.amazonaws.com"
	domain      = "@sns.amazonaws.com"
	topicHeader = "X-Amz-Sns-Topic-Arn"
)

// format writes a mail as RFC 5322 has it: lines end with CRLF, what is not ASCII is encoded, none is too long.
func format(message Message) ([]byte, error) {
	to, err := mail.ParseAddress(message.To)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", message.To, err)
	}
	for name, value := range map[string]string{"id": message.ID, "sender": message.From, "subject": message.Subject, "topic": message.TopicARN} {
		if strings.ContainsAny(value, "\r\n\x00") {
			return nil, fmt.Errorf("the %s has a line end", name)
		}
	}
	var out bytes.Buffer
	for _, header := range [][2]string{
		{"From", (&mail.Address{Name: message.From, Address: sender}).String()},
		{"To", to.String()},
		{"Subject", mime.QEncoding.Encode("utf-8", message.Subject)},
		{"Date", message.Date.UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + message.ID + domain + ">"},
		{topicHeader, message.TopicARN},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=UTF-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&out, "%s: %s\r\n", header[0], header[1])
	}
	out.WriteString("\r\n")
	body := quotedprintable.NewWriter(&out)
	if _, err := io.WriteString(body, message.Body); err != nil {
		return nil, err
	}
	if err := body.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// parse reads what format wrote.
func parse(content []byte) (Message, error) {
	read, err := mail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		return Message{}, err
	}
	from, err := mail.ParseAddress(read.Header.Get("From"))
	if err != nil {
		return Message{}, fmt.Errorf("sender: %w", err)
	}
	to, err := mail.ParseAddress(read.Header.Get("To"))
	if err != nil {
		return Message{}, fmt.Errorf("receiver: %w", err)
	}
	date, err := read.Header.Date()
	if err != nil {
		return Message{}, fmt.Errorf("date: %w", err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
	if err != nil {
		return Message{}, fmt.Errorf("subject: %w", err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(read.Body))
	if err != nil {
		return Message{}, fmt.Errorf("body: %w", err)
	}
	return Message{
		ID: strings.TrimSuffix(strings.TrimPrefix(read.Header.Get("Message-ID"), "<"), domain+">"), Date: date.UTC(), From: from.Name,
		To: to.Address, Subject: subject, Body: strings.ReplaceAll(string(body), "\r\n", "\n"), TopicARN: read.Header.Get(topicHeader),
	}, nil
}
