package api

import (
	"net/http"
	"strconv"
)

// page is the paging of the lists that go by marker.
type page struct {
	Marker      string
	IsTruncated bool
	NextMarker  string `xml:",omitempty"`
	MaxItems    int
}

// paged cuts the page out of a list ordered by id. A marker is the id that the page begins with.
func paged[Item any](all []Item, request *http.Request, id func(Item) string) ([]Item, page, *failure) {
	query := request.URL.Query()
	limit, fault := maxItems(query.Get("maxitems"), 100)
	if fault != nil {
		return nil, page{}, fault
	}
	cut := page{Marker: query.Get("marker"), MaxItems: limit}
	for len(all) > 0 && id(all[0]) < cut.Marker {
		all = all[1:]
	}
	if len(all) > limit {
		cut.IsTruncated, cut.NextMarker = true, id(all[limit])
		all = all[:limit]
	}
	return all, cut, nil
}

func maxItems(text string, most int) (int, *failure) {
	if text == "" {
		return most, nil
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 {
		return 0, refuse(http.StatusBadRequest, "InvalidInput", "maxitems %q is not a positive number", text)
	}
	return min(number, most), nil
}
