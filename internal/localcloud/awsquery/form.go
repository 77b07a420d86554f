package awsquery

import (
	"fmt"
	"net/url"
)

// Form is a request's parameters.
type Form struct{ url.Values }

// List reads name.member.1, name.member.2, ...
func (f Form) List(name string) []string {
	var list []string
	for i := 1; f.Has(fmt.Sprintf("%s.member.%d", name, i)); i++ {
		list = append(list, f.Get(fmt.Sprintf("%s.member.%d", name, i)))
	}
	return list
}

// Members counts the structures name.member.1.X, name.member.2.X, ..., told by a member that each of them has.
func (f Form) Members(name, member string) int {
	count := 0
	for f.Has(fmt.Sprintf("%s.member.%d.%s", name, count+1, member)) {
		count++
	}
	return count
}

// Map reads name.entry.1.key and name.entry.1.value, ..., or whatever key and value are called.
func (f Form) Map(name, key, value string) map[string]string {
	read := map[string]string{}
	for i := 1; f.Has(fmt.Sprintf("%s.%d.%s", name, i, key)); i++ {
		read[f.Get(fmt.Sprintf("%s.%d.%s", name, i, key))] = f.Get(fmt.Sprintf("%s.%d.%s", name, i, value))
	}
	return read
}
