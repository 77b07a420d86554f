package paging

import (
	"slices"
	"testing"
)

func TestCut(t *testing.T) {
	list := []int{1, 2, 3, 4, 5}
	var got []int
	pages, token := 0, ""
	for {
		part, next, ok := Cut(list, 2, token)
		if !ok {
			t.Fatal("its own token is refused")
		}
		got = append(got, part...)
		pages++
		if token = next; token == "" {
			break
		}
	}
	if pages != 3 || !slices.Equal(got, list) {
		t.Errorf("%d pages: %v", pages, got)
	}
	if part, next, ok := Cut(list[:1], 2, "NA=="); !ok || len(part) != 0 || next != "" { // the list became shorter
		t.Errorf("%v %q %t", part, next, ok)
	}
	for _, token := range []string{"x", "LTE=", "YQ=="} {
		if _, _, ok := Cut(list, 2, token); ok {
			t.Errorf("token %q was taken", token)
		}
	}
}
