// Package network is the network of a local cloud: a loopback address for each
// Region (Plan, Check), links between Regions that can be slow, lossy, cut or
// cut one way (Fabric, package link), names that dialers resolve (Names), and
// what security groups, routes and VPC endpoints let through (package reach).
// README.md says what is not modelled.
package network
