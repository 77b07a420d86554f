// Package rotation changes the database passwords in Secrets Manager, by the four steps that it prescribes: createSecret,
// setSecret, testSecret, finishSecret. Every step may be repeated, in a new run and at the same time as another run.
//
// The application's secret (it has a masterarn) alternates between two users of one group role, payment_app_a and
// payment_app_b: the one that everybody uses is never touched, so nobody is locked out at any moment, whatever fails.
// The admin's secret keeps its user. There PostgreSQL allows one password only, and between setSecret and
// finishSecret the new one is at AWSPENDING; whoever reads the admin's secret tries AWSCURRENT, AWSPENDING and
// AWSPREVIOUS (this package does), and retries.
//
// A clear password never reaches a statement: the server gets its SCRAM verifier.
package rotation
