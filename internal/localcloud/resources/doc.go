// Package resources makes the resource types of the generated files real on this machine: it is the handlers that
// package apply calls, in the process outside the Regions.
//
//	cloud, err := resources.New(resources.Options{Folder: folder, Code: code, Regions: regions, Databases: rds, ...})
//	engine := apply.New(apply.Options{Handlers: cloud.Handlers()})
//	verdicts, err := cloud.Network().Reach(functionARN)
//
// Each type has one of four fates: a service outside the Regions (databases, DNS, tables), a Region's process, which gets
// the attributes as JSON (package region/install reads them), the network, which is kept as facts (package topology), or
// no local meaning, with a reason. What none of these can do is refused, see Unmodelled. README.md has the list.
package resources
