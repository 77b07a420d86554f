package password

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// count says how many characters of a password are in a set.
func count(password, characters string) int {
	return len(password) - len(strings.Map(func(r rune) rune {
		if strings.ContainsRune(characters, r) {
			return -1
		}
		return r
	}, password))
}

func TestEachTypeIsThere(t *testing.T) {
	for _, test := range []struct {
		name   string
		rules  Rules
		length int
		types  []string
		none   string
	}{
		{"default", Rules{}, 32, []string{lowercase, uppercase, numbers, punctuation}, " "},
		{"shortest", Rules{Length: 4}, 4, []string{lowercase, uppercase, numbers, punctuation}, " "},
		{"longest", Rules{Length: MaximumLength, IncludeSpace: true}, MaximumLength, []string{lowercase, uppercase, numbers, punctuation, " "}, ""},
		{"as the rotation asks", Rules{Length: 40, ExcludeCharacters: "\"'`\\/@:?#%&$ "}, 40, []string{lowercase, uppercase, numbers, punctuation}, "\"'`\\/@:?#%&$ "},
		{"as the files ask", Rules{Length: 40, ExcludePunctuation: true}, 40, []string{lowercase, uppercase, numbers}, punctuation},
		{"digits", Rules{Length: 1, ExcludePunctuation: true, ExcludeLowercase: true, ExcludeUppercase: true}, 1, []string{numbers}, lowercase},
		{"no digits", Rules{ExcludeNumbers: true}, 32, []string{lowercase, uppercase, punctuation}, numbers},
		{"one letter", Rules{Length: 9, AnyTypes: true, ExcludeNumbers: true, ExcludePunctuation: true, ExcludeUppercase: true, ExcludeCharacters: lowercase[1:]}, 9, []string{"a"}, lowercase[1:]},
		{"spaces only", Rules{Length: 3, AnyTypes: true, IncludeSpace: true, ExcludeCharacters: lowercase + uppercase + numbers + punctuation}, 3, []string{" "}, lowercase},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 50 {
				got, err := Generate(test.rules)
				if err != nil {
					t.Fatal(err)
				}
				if len(got) != test.length || count(got, test.none) != 0 {
					t.Fatalf("%d characters, %d of them not wanted: %s", len(got), count(got, test.none), got)
				}
				for _, characters := range test.types {
					if count(got, characters) == 0 {
						t.Fatalf("%s has none of %s", got, characters)
					}
				}
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		rules Rules
		want  error
	}{
		{Rules{Length: 3}, ErrTooShort},
		{Rules{Length: 2, ExcludeNumbers: true}, ErrTooShort},
		{Rules{ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, ExcludePunctuation: true}, ErrNoCharacters},
		{Rules{AnyTypes: true, ExcludeCharacters: lowercase + uppercase + numbers + punctuation}, ErrNoCharacters},
		{Rules{ExcludeCharacters: numbers}, ErrTypeExcluded},
	} {
		if got, err := Generate(test.rules); !errors.Is(err, test.want) {
			t.Errorf("%+v: %q, %v, want %v", test.rules, got, err, test.want)
		}
	}
}

// TestEveryCharacterIsChosen and at every place: required characters are not at the beginning.
func TestEveryCharacterIsChosen(t *testing.T) {
	seen := map[byte]bool{}
	first := map[byte]bool{}
	for range 2000 {
		got, err := Generate(Rules{IncludeSpace: true})
		if err != nil {
			t.Fatal(err)
		}
		first[got[0]] = true
		for i := range got {
			seen[got[i]] = true
		}
	}
	if want := len(lowercase + uppercase + numbers + punctuation + " "); len(seen) != want || len(first) < want/2 {
		t.Errorf("%d characters of %d were chosen, %d at the beginning", len(seen), want, len(first))
	}
}

func ExampleGenerate() {
	made, err := Generate(Rules{Length: 40, ExcludePunctuation: true})
	fmt.Println(len(made), err)
	// Output: 40 <nil>
}
