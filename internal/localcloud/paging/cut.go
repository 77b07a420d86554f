// Package paging cuts lists into the pages of an API.
package paging

import (
	"encoding/base64"
	"strconv"
)

// Cut cuts a page off a list; the token is where the next one begins, "" at the end. It is false for a token that Cut
// did not make.
func Cut[T any](list []T, size int, token string) (part []T, next string, ok bool) {
	start := 0
	if token != "" {
		text, err := base64.StdEncoding.DecodeString(token)
		if err == nil {
			start, err = strconv.Atoi(string(text))
		}
		if err != nil || start < 0 {
			return nil, "", false
		}
	}
	start = min(start, len(list))
	end := min(start+size, len(list))
	if end < len(list) {
		next = base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(end)))
	}
	return list[start:end], next, true
}
