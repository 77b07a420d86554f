package rds

import "time"

// sighting is a position of the writer's log that was seen at a time.
type sighting struct {
	at       time.Time
	position int64
}

// behind is how old, at now, the oldest change is that a secondary at a position lacks: the time since the writer was
// first seen beyond it, or, when it has all that was ever seen, since the last look. Sightings are in order.
func behind(seen []sighting, replayed int64, now time.Time) time.Duration {
	if len(seen) == 0 {
		return 0
	}
	for _, one := range seen {
		if one.position > replayed {
			return now.Sub(one.at)
		}
	}
	return now.Sub(seen[len(seen)-1].at)
}

// forget drops sightings that no secondary can need any more, because all of them have replayed beyond, and thins out
// when a secondary is away for long.
func forget(seen []sighting, replayedByAll int64, most int) []sighting {
	for len(seen) > 1 && seen[1].position <= replayedByAll {
		seen = seen[1:]
	}
	if len(seen) <= most {
		return seen
	}
	kept := make([]sighting, 0, len(seen)/2+1)
	for i, one := range seen {
		if i%2 == 0 || i == len(seen)-1 {
			kept = append(kept, one)
		}
	}
	return kept
}
