// Package endpoint is the front of a database cluster: a TCP listener that ends TLS, decides who may log in how, and
// passes the session on to the server that stands behind it at that moment.
//
// PostgreSQL cannot check an IAM token itself. The server behind an endpoint therefore listens for us on its Unix
// socket and trusts there the members of rds_iam; whoever the server lets in without a question is asked for a token
// here first. All other users answer the server's own SCRAM challenge, which passes through.
//
// Not modelled: SCRAM channel binding (the server sees no TLS), GSS encryption, client certificates, and
// pg_stat_activity's client address, which is empty.
package endpoint
