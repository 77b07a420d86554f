package secretsmanager

import (
	"crypto/rand"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
)

var namePattern = regexp.MustCompile(`^[A-Za-z0-9/_+=.@!-]+$`)

const (
	maximumName = 512
	maximumID   = 2048
)

// checkName refuses what CreateSecret refuses.
func checkName(name string) error {
	switch {
	case name == "":
		return awsjson.Constraint(nil, "name", "Member must not be null")
	case len(name) > maximumName:
		return awsjson.Constraint(name, "name", "Member must have length less than or equal to 512")
	case !namePattern.MatchString(name):
		return awserror.Refuse("ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")
	}
	return nil
}

func (s *Service) prefix() string {
	return "arn:aws:secretsmanager:" + s.options.Region + ":" + s.options.Account + ":secret:"
}

// newARN ends with six random characters, as AWS's do: a secret of the same name is another secret.
func (s *Service) newARN(name string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	suffix := make([]byte, 0, 6)
	for buffer := make([]byte, 1); len(suffix) < cap(suffix); {
		_, _ = rand.Read(buffer)                                 // never fails, see crypto/rand
		if index := int(buffer[0] & 63); index < len(alphabet) { // evenly
			suffix = append(suffix, alphabet[index])
		}
	}
	return s.prefix() + name + "-" + string(suffix)
}

// findLocked takes a name, an ARN, or an ARN without its suffix. An ARN of another Region or account finds nothing.
func (s *Service) findLocked(id string) (*record, error) {
	switch {
	case id == "":
		return nil, awsjson.Constraint(nil, "secretId", "Member must not be null")
	case len(id) > maximumID:
		return nil, awsjson.Constraint(id, "secretId", "Member must have length less than or equal to 2048")
	}
	if found := s.records[id]; found != nil && !found.Gone {
		return found, nil
	}
	name := id
	if strings.HasPrefix(id, "arn:") {
		var ours bool
		if name, ours = strings.CutPrefix(id, s.prefix()); !ours {
			return nil, notFound(".")
		}
	}
	if found := s.namedLocked(name); found != nil {
		return found, nil
	}
	return nil, notFound(".")
}

// namedLocked returns the secret with a name, nil if there is none.
func (s *Service) namedLocked(name string) *record {
	for _, one := range s.records {
		if one.Name == name && !one.Gone {
			return one
		}
	}
	return nil
}

// all returns the secrets in the order in which they were created.
func (s *Service) all() []*record {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	list := slices.DeleteFunc(slices.Collect(maps.Values(s.records)), func(one *record) bool { return one.Gone })
	slices.SortFunc(list, func(a, b *record) int {
		if order := a.Created.Compare(b.Created); order != 0 {
			return order
		}
		return strings.Compare(a.ARN, b.ARN)
	})
	return list
}
