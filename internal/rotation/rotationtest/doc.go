// Package rotationtest is an in-memory Secrets Manager that speaks the real JSON 1.1 protocol over HTTP, so that the
// unmodified SDK client runs against it.
//
// It models: versions and staging labels with their moves (AWSCURRENT leaves AWSPREVIOUS behind), idempotent puts by
// ClientRequestToken, the pending version without a value that a rotation begins with, the refusal to begin a second
// one, and random passwords with exclusions.
//
// It does not model: signatures, IAM and resource policies, KMS, replication to other Regions, binary values, deletion
// and recovery, schedules, invoking the rotation function (the test does), and version limits.
package rotationtest
