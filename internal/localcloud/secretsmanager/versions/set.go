package versions

import (
	"bytes"
	"slices"
	"time"
)

// The labels that Secrets Manager moves itself.
const (
	Current  = "AWSCURRENT"
	Pending  = "AWSPENDING"
	Previous = "AWSPREVIOUS"
)

// Value is what a version protects: a text or bytes.
type Value struct {
	String *string `json:",omitempty"`
	Binary []byte  `json:",omitempty"`
}

// Empty tells whether there is no value: the version of a rotation that has only begun.
func (v Value) Empty() bool { return v.String == nil && v.Binary == nil }

// Equal compares texts and bytes.
func (v Value) Equal(other Value) bool {
	if v.String == nil || other.String == nil {
		return v.String == other.String && bytes.Equal(v.Binary, other.Binary)
	}
	return *v.String == *other.String
}

// Version is one version of a secret.
type Version struct {
	ID       string
	Created  time.Time
	Accessed time.Time `json:",omitzero"` // the day, if it was read
	KMSKeyID string    `json:",omitempty"`
	Stages   []string  // sorted
	Value    Value
}

// Has tells whether the version has a label.
func (v *Version) Has(stage string) bool { return slices.Contains(v.Stages, stage) }

// Set is the versions of a secret, in the order in which they were created. A label is on one version at the most.
type Set []Version

// Clone shares nothing that a method of Set changes.
func (s Set) Clone() Set {
	clone := slices.Clone(s)
	for i := range clone {
		clone[i].Stages = slices.Clone(clone[i].Stages)
	}
	return clone
}

// Find returns the version with an id, nil if there is none.
func (s Set) Find(id string) *Version {
	return s.first(func(v *Version) bool { return v.ID == id })
}

// At returns the version with a label, nil if none has it.
func (s Set) At(stage string) *Version {
	return s.first(func(v *Version) bool { return v.Has(stage) })
}

func (s Set) first(wanted func(*Version) bool) *Version {
	for i := range s {
		if wanted(&s[i]) {
			return &s[i]
		}
	}
	return nil
}

// Labels counts the labels of all versions.
func (s Set) Labels() int {
	count := 0
	for _, version := range s {
		count += len(version.Stages)
	}
	return count
}

// Stages maps the versions that have labels to them.
func (s Set) Stages() map[string][]string {
	stages := map[string][]string{}
	for _, version := range s {
		if len(version.Stages) > 0 {
			stages[version.ID] = slices.Clone(version.Stages)
		}
	}
	return stages
}

// Attach moves a label to a version of the set. When AWSCURRENT leaves another version, AWSPREVIOUS moves there.
func (s Set) Attach(stage, id string) {
	holder, target := s.At(stage), s.Find(id)
	if target == nil || holder == target {
		return
	}
	s.Detach(stage)
	target.Stages = append(target.Stages, stage)
	slices.Sort(target.Stages)
	if holder != nil && stage == Current {
		s.Attach(Previous, holder.ID)
	}
}

// Detach takes a label from whatever version has it.
func (s Set) Detach(stage string) {
	if holder := s.At(stage); holder != nil {
		holder.Stages = slices.DeleteFunc(holder.Stages, func(one string) bool { return one == stage })
	}
}
