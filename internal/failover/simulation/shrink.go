package simulation

import "slices"

// omission is what is left out of a story.
type omission struct {
	payments  map[int]bool
	harms     map[int]bool
	surprises map[key]bool
	// disaster, stillborn and returning: there is none, and nobody leads the lease home. clocks: all are right. prompt: indexes
	// and promotions do not lag.
	disaster, stillborn, returning, clocks, prompt bool
}

// with is the omission of more.
func (o omission) with(more func(*omission)) omission {
	next := o
	next.payments, next.harms, next.surprises = copied(o.payments), copied(o.harms), copied(o.surprises)
	more(&next)
	return next
}

func copied[K comparable](set map[K]bool) map[K]bool {
	next := make(map[K]bool, len(set))
	for k := range set {
		next[k] = true
	}
	return next
}

// trials bounds the work on one story.
const trials = 3000

// shrinker looks for the smallest story of a seed that still breaks the same invariant.
type shrinker struct {
	s         *simulation
	seed      uint64
	bug       Bug
	invariant Invariant
	omit      omission
	befell    []key
	left      int
}

// Shrink plays a failing seed again and again with less, and tells the smallest story that breaks the same invariant.
// Nothing is left out of a seed that does not fail.
func (m *Simulator) Shrink(seed uint64, bug Bug) Result {
	result := m.s.play(seed, bug, omission{}, false)
	if result.Problem == "" {
		return result
	}
	k := &shrinker{s: m.s, seed: seed, bug: bug, invariant: result.Invariant, befell: slices.Clone(m.s.befell), left: trials}
	for smaller := true; smaller && k.left > 0; {
		smaller = k.round()
	}
	result = m.s.play(seed, bug, k.omit, true)
	result.Shrunk = true
	return result
}

// round tries to leave out each part once; false means that everything is needed.
func (k *shrinker) round() bool {
	smaller := false
	for _, flag := range []func(*omission) *bool{
		func(o *omission) *bool { return &o.returning }, func(o *omission) *bool { return &o.disaster },
		func(o *omission) *bool { return &o.stillborn }, func(o *omission) *bool { return &o.clocks }, func(o *omission) *bool { return &o.prompt },
	} {
		if !*flag(&k.omit) {
			smaller = k.try(k.omit.with(func(o *omission) { *flag(o) = true })) || smaller
		}
	}
	var harms, payments []int
	for i := range k.s.plan.harms {
		if !k.omit.harms[i] {
			harms = append(harms, i)
		}
	}
	smaller = without(k, harms, func(o *omission, i int) { o.harms[i] = true }) || smaller
	smaller = without(k, k.befell, func(o *omission, which key) { o.surprises[which] = true }) || smaller
	for _, p := range k.s.plan.payments {
		if !k.omit.payments[p.number] {
			payments = append(payments, p.number)
		}
	}
	return without(k, payments, func(o *omission, number int) { o.payments[number] = true }) || smaller
}

// without tries to do without parts: all, halves, quarters, down to one by one.
func without[T any](k *shrinker, parts []T, leaveOut func(*omission, T)) bool {
	smaller := false
	for size := len(parts); size > 0; size /= 2 {
		for start := 0; start < len(parts); {
			end := min(start+size, len(parts))
			next := k.omit.with(func(o *omission) {
				for _, part := range parts[start:end] {
					leaveOut(o, part)
				}
			})
			if k.try(next) {
				parts, smaller = slices.Delete(slices.Clone(parts), start, end), true
				continue
			}
			start = end
		}
	}
	return smaller
}

// try keeps an omission if the invariant is still broken.
func (k *shrinker) try(omit omission) bool {
	if k.left == 0 {
		return false
	}
	k.left--
	if k.s.play(k.seed, k.bug, omit, false).Invariant != k.invariant {
		return false
	}
	k.omit, k.befell = omit, slices.Clone(k.s.befell)
	return true
}
