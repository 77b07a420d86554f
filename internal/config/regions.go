package config

import "slices"

// regionsSource is where AWS lists the Regions of multi-Region strong consistency and their availability zones.
const regionsSource = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html"

// strongRegions are the Regions that DynamoDB offers for multi-Region strong consistency, with the letters of three
// availability zones that new accounts get there. Any three of them may be combined since September 2026
// (regionsSource). The letters are those of
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html and of accounts seen:
// not every Region has an a, b and c for every account (Tokyo's b and Canada's c are closed to new ones).
var strongRegions = map[string]string{
	"us-east-1":      "abc",
	"us-east-2":      "abc",
	"us-west-2":      "abc",
	"ca-central-1":   "abd",
	"eu-west-1":      "abc",
	"eu-west-2":      "abc",
	"eu-west-3":      "abc",
	"eu-central-1":   "abc",
	"eu-north-1":     "abc",
	"eu-south-2":     "abc",
	"ap-northeast-1": "acd",
	"ap-northeast-2": "abc",
	"ap-northeast-3": "abc",
	"ap-south-1":     "abc",
	"ap-southeast-1": "abc",
}

// StrongRegions lists, sorted, the Regions that the journal can live in.
func StrongRegions() []string {
	regions := make([]string, 0, len(strongRegions))
	for region := range strongRegions {
		regions = append(regions, region)
	}
	slices.Sort(regions)
	return regions
}

// Zones are the names of the three availability zones that a place uses; none if its Region is not a known one.
func (c Config) Zones(role Role) []string {
	region := c.Region(role)
	var zones []string
	for _, letter := range strongRegions[region] {
		zones = append(zones, region+string(letter))
	}
	return zones
}

// validateRegions checks that the three Regions differ; that each is offered is a bound of its field.
func validateRegions(c Config, report reporter) {
	keys := []string{"regions.primary", "regions.secondary", "regions.witness"}
	names := c.RegionNames()
	for i, region := range names {
		if first := slices.Index(names, region); first < i {
			report(keys[i], region, "is also "+keys[first]+"; the journal's quorum needs three different Regions", "name another Region")
		}
	}
}
