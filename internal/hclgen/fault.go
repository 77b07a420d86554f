package hclgen

import (
	"sort"
	"strings"
)

// Fault is one thing wrong with a module.
type Fault struct {
	// File is the file the block is printed in.
	File string
	// Address is the block's: aws_vpc.primary.
	Address string
	// Path is the place inside the block: ingress[0].from_port; "" for the whole block.
	Path string
	// What is wrong, with the compared values.
	What string
	// Fix is what to do about it.
	Fix string
}

// String is the fault on one line.
func (f Fault) String() string {
	var text strings.Builder
	text.WriteString(f.File + ": " + f.Address)
	if f.Path != "" {
		text.WriteString("." + f.Path)
	}
	text.WriteString(": " + f.What)
	if f.Fix != "" {
		text.WriteString("; " + f.Fix)
	}
	return text.String()
}

func sortFaults(faults []Fault) {
	sort.SliceStable(faults, func(i, j int) bool {
		a, b := faults[i], faults[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Address != b.Address:
			return a.Address < b.Address
		case a.Path != b.Path:
			return a.Path < b.Path
		}
		return a.What < b.What
	})
}
