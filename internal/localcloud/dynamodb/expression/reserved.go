package expression

import (
	_ "embed"
	"strings"
)

// reservedText is the developer guide's list "Reserved words in DynamoDB", 573 words.
//
//go:embed reserved.txt
var reservedText string

var reservedWords = func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(reservedText) {
		words[word] = true
	}
	return words
}()

func reserved(word string) bool { return reservedWords[strings.ToUpper(word)] }
