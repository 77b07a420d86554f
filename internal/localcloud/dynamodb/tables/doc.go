// Package tables is the operations on tables: definitions, replicas and witness, tags, backups, time to live.
//
// A change is complete when it is answered; the answer still shows the transient status (CREATING, UPDATING, DELETING)
// that AWS shows, and the next DescribeTable the final one.
package tables
