// Package graph draws the system for people: a box for each root in the order of deploying, in it a box for each concern
// (a file) with its resources, and lines for who refers to whom. The picture is computed from the system as it is
// generated and the same system gives the same bytes.
//
// References are drawn as buses: everything that uses a concern joins one line that leads to it, with the number of
// references where it joins. Boxes stand in order, so a picture of three hundred resources needs no crossing curves.
package graph
