package password

import (
	"crypto/rand"
	"errors"
	"math/big"
	"strings"
)

// Rules are the options of GetRandomPassword. The zero value is the service's default: 32 characters, at least one
// lowercase and one uppercase letter, one digit and one punctuation character.
type Rules struct {
	Length            int // 0 is 32
	ExcludeCharacters string
	ExcludeNumbers, ExcludePunctuation,
	ExcludeUppercase, ExcludeLowercase bool
	IncludeSpace bool
	// AnyTypes does not ask for one character of each type: RequireEachIncludedType is false.
	AnyTypes bool
}

const (
	lowercase   = "abcdefghijklmnopqrstuvwxyz"
	uppercase   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	numbers     = "0123456789"
	punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

	defaultLength = 32
	// MaximumLength is the service's.
	MaximumLength = 4096
)

// The reasons to refuse, in the service's words.
var (
	ErrTooShort     = errors.New("password length is too short based on the required types")
	ErrNoCharacters = errors.New("all characters have been excluded from selection")
	ErrTypeExcluded = errors.New("all characters of the desired type have been excluded")
)

// Generate makes a password. Its error is one of this package's: the rules leave nothing to choose from.
func Generate(rules Rules) (string, error) {
	length := rules.Length
	if length == 0 {
		length = defaultLength
	}
	types, all := rules.types()
	if all == "" {
		return "", ErrNoCharacters
	}
	chosen := make([]byte, 0, length)
	if !rules.AnyTypes {
		if len(types) > length {
			return "", ErrTooShort
		}
		for _, one := range types {
			if one == "" {
				return "", ErrTypeExcluded
			}
			chosen = append(chosen, one[below(len(one))])
		}
	}
	for len(chosen) < length {
		chosen = append(chosen, all[below(len(all))])
	}
	for i := len(chosen) - 1; i > 0; i-- {
		j := below(i + 1)
		chosen[i], chosen[j] = chosen[j], chosen[i]
	}
	return string(chosen), nil
}

// types returns what each included type has left, and all characters to choose from. A space is never required.
func (r Rules) types() (types []string, all string) {
	left := func(characters string) string {
		return strings.Map(func(character rune) rune {
			if strings.ContainsRune(r.ExcludeCharacters, character) {
				return -1
			}
			return character
		}, characters)
	}
	for _, one := range []struct {
		excluded   bool
		characters string
	}{{r.ExcludeLowercase, lowercase}, {r.ExcludeUppercase, uppercase}, {r.ExcludeNumbers, numbers}, {r.ExcludePunctuation, punctuation}} {
		if !one.excluded {
			types = append(types, left(one.characters))
			all += left(one.characters)
		}
	}
	if r.IncludeSpace {
		all += left(" ")
	}
	return types, all
}

// below draws evenly from 0 to n-1.
func below(n int) int {
	drawn, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // never fails, see crypto/rand
	}
	return int(drawn.Int64())
}
