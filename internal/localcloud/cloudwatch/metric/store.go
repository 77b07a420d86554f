package metric

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options of a Store; the zero value works.
type Options struct {
	// Retention is how long values are kept at least; 0 is 3 hours.
	Retention time.Duration
	// Series is the highest number of metrics; 0 is 10,000. Values of further metrics are refused.
	Series int
}

// How far from now a value's time may be ("PutMetricData", Amazon CloudWatch API Reference).
const (
	oldest = 14 * 24 * time.Hour
	newest = 2 * time.Hour
)

// Store keeps metrics. It is safe for concurrent use.
type Store struct {
	options Options

	mutex  sync.Mutex
	series map[string]*series
	keep   map[string]time.Duration // by key; longer than Retention
}

// series is one metric, by unit.
type series struct {
	id    ID
	units map[string]*resolutions
}

// resolutions are the same values by the minute and, if the publisher wants it, by the second.
type resolutions struct {
	minutes track
	seconds *track
}

// New makes a store without metrics.
func New(options Options) *Store {
	if options.Retention == 0 {
		options.Retention = 3 * time.Hour
	}
	if options.Series == 0 {
		options.Series = 10_000
	}
	return &Store{options: options, series: map[string]*series{}, keep: map[string]time.Duration{}}
}

// Value is what Record takes.
type Value struct {
	ID
	Unit string // "" is None
	Set  Set
	At   time.Time
	// HighResolution values can be asked for by the second.
	HighResolution bool
}

// Record adds values of a moment.
func (s *Store) Record(value Value, now time.Time) error {
	if value.Namespace == "" || value.Name == "" {
		return errors.New("record metric: namespace and name are needed")
	}
	if !finite(value.Set.Sum, value.Set.Minimum, value.Set.Maximum, value.Set.Count) {
		return fmt.Errorf("record metric %s %s: the value is not finite", value.Namespace, value.Name)
	}
	if value.Unit == "" {
		value.Unit = UnitNone
	}
	if age := now.Sub(value.At); age > oldest || age < -newest {
		return fmt.Errorf("record metric %s %s: time %s is more than two weeks before or two hours after %s",
			value.Namespace, value.Name, value.At.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	key := value.Key()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	one := s.series[key]
	if one == nil {
		if len(s.series) >= s.options.Series {
			return fmt.Errorf("record metric %s %s: there are %d metrics already", value.Namespace, value.Name, len(s.series))
		}
		value.Dimensions = maps.Clone(value.Dimensions)
		one = &series{id: value.ID, units: map[string]*resolutions{}}
		s.series[key] = one
	}
	kept := one.units[value.Unit]
	if kept == nil {
		kept = &resolutions{minutes: track{width: 60}}
		one.units[value.Unit] = kept
	}
	kept.minutes.add(value.At, value.Set)
	if value.HighResolution {
		if kept.seconds == nil {
			kept.seconds = &track{width: 1}
		}
		kept.seconds.add(value.At, value.Set)
	}
	return nil
}

// Keep makes values of a metric stay for at least that long; 0 is the usual time.
func (s *Store) Keep(id ID, duration time.Duration) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if duration <= s.options.Retention {
		delete(s.keep, id.Key())
		return
	}
	s.keep[id.Key()] = duration
}

// Forget drops values that were kept long enough, and metrics without any.
func (s *Store) Forget(now time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for key, one := range s.series {
		minutes := now.Add(-max(s.options.Retention, s.keep[key])).Unix()
		seconds := now.Add(-s.options.Retention).Unix()
		for unit, kept := range one.units {
			kept.minutes.forget(minutes)
			if kept.seconds != nil {
				kept.seconds.forget(seconds)
			}
			if len(kept.minutes.buckets) == 0 {
				delete(one.units, unit)
			}
		}
		if len(one.units) == 0 {
			delete(s.series, key)
		}
	}
}

// Period is the values of [Start, Start+period); Set.Count is 0 if there are none.
type Period struct {
	Start time.Time
	Set   Set
	// Unit of the values; "" if there are none.
	Unit string
}

// Periods divides the time from start into count periods and sums each up. unit "" takes values of every unit. Periods
// shorter than a minute see values of standard resolution at the minute's begin.
func (s *Store) Periods(id ID, unit string, start time.Time, period time.Duration, count int) []Period {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	one := s.series[id.Key()]
	periods := make([]Period, count)
	for i := range periods {
		from := start.Add(time.Duration(i) * period)
		periods[i].Start = from
		if one == nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(one.units)) {
			if unit != "" && unit != name {
				continue
			}
			before := periods[i].Set.Count
			one.units[name].between(from.Unix(), from.Add(period).Unix(), &periods[i].Set)
			if periods[i].Set.Count > before {
				periods[i].Unit = name
			}
		}
	}
	return periods
}

func (r *resolutions) between(from, to int64, set *Set) {
	if to-from < 60 && r.seconds != nil {
		r.seconds.between(from, to, set)
		return
	}
	r.minutes.between(from, to, set)
}

// Filter selects metrics; empty fields select all. A dimension with the value "" may have any value.
type Filter struct {
	Namespace, Name string
	Dimensions      map[string]string
	// After leaves out metrics whose newest value is older.
	After time.Time
}

func (f Filter) takes(one *series) bool {
	if f.Namespace != "" && f.Namespace != one.id.Namespace || f.Name != "" && f.Name != one.id.Name {
		return false
	}
	for name, value := range f.Dimensions {
		got, has := one.id.Dimensions[name]
		if !has || value != "" && value != got {
			return false
		}
	}
	if f.After.IsZero() {
		return true
	}
	for _, kept := range one.units {
		if kept.minutes.latest() >= f.After.Unix() {
			return true
		}
	}
	return false
}

// List names the metrics that have values, in order.
func (s *Store) List(filter Filter) []ID {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var list []ID
	for _, one := range s.series {
		if filter.takes(one) {
			list = append(list, one.id)
		}
	}
	slices.SortFunc(list, func(a, b ID) int { return strings.Compare(a.Key(), b.Key()) })
	return list
}
