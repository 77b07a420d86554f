package secretsmanager

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
	"github.com/paymentdr/paymentdr/internal/localcloud/paging"
)

type filter struct {
	Key    string
	Values []string
}

type listInput struct {
	Filters                      []filter
	IncludePlannedDeletion       bool
	MaxResults                   *int
	NextToken, SortBy, SortOrder string
}

// listEntry is a description under the names that ListSecrets uses.
type listEntry struct {
	description
	SecretVersionsToStages map[string][]string `json:",omitempty"`
	VersionIdsToStages     *struct{}           `json:",omitempty"` // hides the description's
	ReplicationStatus      *struct{}           `json:",omitempty"`
}

type listOutput struct {
	SecretList []listEntry
	NextToken  string `json:",omitempty"`
}

const maximumPage = 100

func (s *Service) listSecrets(_ context.Context, in *listInput) (any, error) {
	list, next, err := s.list(in, maximumPage)
	if err != nil {
		return nil, err
	}
	out := listOutput{SecretList: []listEntry{}, NextToken: next}
	for _, one := range list {
		described := s.describe(one)
		out.SecretList = append(out.SecretList, listEntry{description: described, SecretVersionsToStages: described.VersionIdsToStages})
	}
	return out, nil
}

// list filters, orders and cuts a page.
func (s *Service) list(in *listInput, most int) ([]*record, string, error) {
	key, err := sortKey(in.SortBy)
	if err != nil {
		return nil, "", err
	}
	if len(in.Filters) > 10 {
		return nil, "", awsjson.Constraint(len(in.Filters), "filters", "Member must have length less than or equal to 10")
	}
	for _, f := range in.Filters {
		if _, known := filters[f.Key]; !known {
			return nil, "", awsjson.Constraint(f.Key, "filters.member.key", "Member must satisfy enum value set: [all, name, tag-key, description, tag-value, primary-region, owning-service]")
		}
		if len(f.Values) == 0 || len(f.Values) > 10 {
			return nil, "", invalid("Invalid filter values for key: %s", f.Key)
		}
	}
	list := slices.DeleteFunc(s.all(), func(one *record) bool {
		return !one.Deleted.IsZero() && !in.IncludePlannedDeletion || !s.matches(one, in.Filters)
	})
	slices.SortStableFunc(list, func(a, b *record) int { return strings.Compare(key(a), key(b)) })
	switch in.SortOrder {
	case "desc":
		slices.Reverse(list)
	case "", "asc":
	default:
		return nil, "", awsjson.Constraint(in.SortOrder, "sortOrder", "Member must satisfy enum value set: [asc, desc]")
	}
	return page(list, in.MaxResults, in.NextToken, most)
}

func sortKey(name string) (func(*record) string, error) {
	stamp := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000") }
	switch name {
	case "", "created-date":
		return func(r *record) string { return stamp(r.Created) }, nil
	case "last-accessed-date":
		return func(r *record) string { return stamp(r.Accessed) }, nil
	case "last-changed-date":
		return func(r *record) string { return stamp(r.Changed) }, nil
	case "name":
		return func(r *record) string { return r.Name }, nil
	}
	return nil, awsjson.Constraint(name, "sortBy", "Member must satisfy enum value set: [created-date, last-accessed-date, last-changed-date, name]")
}

// page cuts a page off a list.
func page[T any](list []T, most *int, token string, limit int) ([]T, string, error) {
	size := limit
	if most != nil {
		if size = *most; size < 1 || size > limit {
			return nil, "", awsjson.Constraint(size, "maxResults", "Member must have value between 1 and "+strconv.Itoa(limit))
		}
	}
	part, next, ok := paging.Cut(list, size, token)
	if !ok {
		return nil, "", awserror.Refuse("InvalidNextTokenException", "The NextToken value is invalid.")
	}
	return part, next, nil
}

// filters say which texts of a secret a filter looks at.
var filters = map[string]func(*record, string) []string{
	"name":           func(r *record, _ string) []string { return []string{r.Name} },
	"description":    func(r *record, _ string) []string { return []string{r.Description} },
	"tag-key":        func(r *record, _ string) []string { return texts(r, func(t tag) string { return t.Key }) },
	"tag-value":      func(r *record, _ string) []string { return texts(r, func(t tag) string { return t.Value }) },
	"primary-region": primaryRegion,
	"owning-service": func(*record, string) []string { return nil },
	"all": func(r *record, region string) []string {
		all := append(primaryRegion(r, region), r.Name, r.Description)
		all = append(all, texts(r, func(t tag) string { return t.Key })...)
		return append(all, texts(r, func(t tag) string { return t.Value })...)
	},
}

func primaryRegion(r *record, region string) []string {
	switch {
	case r.isReplica():
		return []string{r.Primary}
	case len(r.replicaRegions()) > 0:
		return []string{region}
	}
	return nil
}

func texts(r *record, of func(tag) string) []string {
	var list []string
	for _, t := range r.tags() {
		list = append(list, of(t))
	}
	return list
}

// matches asks for every filter to have a value that the secret has; a value after "!" must not be there.
func (s *Service) matches(r *record, all []filter) bool {
	for _, f := range all {
		found := slices.ContainsFunc(f.Values, func(value string) bool {
			value, not := strings.CutPrefix(value, "!")
			return f.found(value, filters[f.Key](r, s.options.Region)) != not
		})
		if !found {
			return false
		}
	}
	return true
}

// found compares beginnings; case counts except for description and all, and all compares word by word.
func (f filter) found(value string, texts []string) bool {
	fold := f.Key == "description" || f.Key == "all"
	if fold {
		value = strings.ToLower(value)
	}
	for _, text := range texts {
		if fold {
			text = strings.ToLower(text)
		}
		if strings.HasPrefix(text, value) {
			return true
		}
		if f.Key == "all" && slices.ContainsFunc(strings.Fields(value), func(word string) bool { return strings.Contains(text, word) }) {
			return true
		}
	}
	return false
}

type versionsInput struct {
	SecretId, NextToken string
	IncludeDeprecated   bool
	MaxResults          *int
}

type versionEntry struct {
	VersionId        string
	VersionStages    []string      `json:",omitempty"`
	KmsKeyIds        []string      `json:",omitempty"`
	CreatedDate      *awsjson.Time `json:",omitempty"`
	LastAccessedDate *awsjson.Time `json:",omitempty"`
}

type versionsOutput struct {
	ARN, Name string
	Versions  []versionEntry
	NextToken string `json:",omitempty"`
}

func (s *Service) listSecretVersionIDs(_ context.Context, in *versionsInput) (any, error) {
	found, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	list := []versionEntry{}
	for _, version := range found.Versions {
		if len(version.Stages) == 0 && !in.IncludeDeprecated {
			continue
		}
		key := version.KMSKeyID
		if key == "" {
			key = "DefaultEncryptionKey"
		}
		list = append(list, versionEntry{version.ID, version.Stages, []string{key}, awsjson.At(version.Created), awsjson.At(version.Accessed)})
	}
	out := versionsOutput{ARN: found.ARN, Name: found.Name}
	out.Versions, out.NextToken, err = page(list, in.MaxResults, in.NextToken, maximumPage)
	return out, err
}
