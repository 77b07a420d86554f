// Package postgres runs real PostgreSQL servers as child processes: for tests, and as the databases of local Regions.
//
// Find locates the server's programs (or downloads them), Create makes a server's folder from a cached initdb template,
// and a Server is started, stopped, killed like a lost machine, and removed. A server listens on loopback only. It ends
// with the process that started it, however that process ends.
package postgres
