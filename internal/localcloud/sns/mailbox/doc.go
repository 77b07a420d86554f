// Package mailbox keeps mails, each as an .eml file (RFC 5322) that any mail program opens.
package mailbox
