// Package cost prices the generated files: what is in them (instances, endpoints, keys, alarms) is counted there and
// nowhere else, and what they cannot say (how many payments) is an assumption that stands in assumptions.yaml with its
// reason. Prices are data (prices.yaml), each with the page that publishes it, where it was read, and how sure that is.
//
// It leaves out data transfer, support, taxes, free tiers, discounts and backups beyond a cluster's own size.
package cost
