// Package store keeps tables and items in the Raft store (etcd), as seen from one Region's member.
//
// Keys:
//
//	n/<region>/<table name>                      the table's id, in each Region that has it
//	t/<id>                                       the table's definition
//	i/<id>/<hash of h><h><r>                     an item; h and r are its encoded keys
//	x/<id>/<index>/<hash of ih><ih><ir><h><r>    an entry of an index, written in one transaction with its item
//
// A write reads the item, decides, and swaps it on the modification revision that was read, so it is decided on the
// latest version in any Region. The first read is of the local member; no refusal is ever based on it alone.
//
// A transaction without an answer may have been applied, or may yet be. It is tried again with the same compare and the
// same owner token: a compare that fails on our own token was our success. A deletion leaves a mark with a token for
// two minutes, so that a revision never returns to "absent" while an old attempt may be under way.
package store
