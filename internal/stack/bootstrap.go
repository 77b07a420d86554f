package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// bootstrapRoot makes the buckets that the other roots keep their state in: one a Region, so that a Region's state is
// lost only with the Region, and the shared states in the witness. Its own state is local, and small enough to import again.
func bootstrapRoot(cfg config.Config) Root {
	c := newRoot(cfg, RootBootstrap, cfg.Regions.Primary)
	c = c.in("state.tf", "One bucket a Region for the state of its root; the witness Region's holds the states of global and link.")
	for _, region := range cfg.RegionNames() {
		c.stateBucket(region)
	}
	return Root{Name: RootBootstrap, Purpose: "the buckets that hold the state of the other roots", Module: c.Module}
}

func (c concern) stateBucket(region string) {
	label := identifier(region)
	in := func(b *hclgen.Block) *hclgen.Block {
		if region != c.home {
			b.Set("region", region)
		}
		return b
	}
	bucket := in(c.resource("aws_s3_bucket", label, "State of the roots of "+region+".")).
		Set("bucket", c.names.StateBucket(region)).
		Set("tags", nameTag(c.names.StateBucket(region))).
		Note("checkov:skip=CKV_AWS_18: CloudTrail's data events say who read a state; a log bucket would need one itself.").
		Note("checkov:skip=CKV2_AWS_62: nothing acts on a new state.").
		Note("checkov:skip=CKV_AWS_144: each Region's state belongs to that Region, the shared ones to the witness.")
	bucket.Lifecycle(func(l *hclgen.Block) { l.Set("prevent_destroy", c.cfg.Protected()) })
	versioning := in(c.resource("aws_s3_bucket_versioning", label, "Every state of the last year, to go back to.")).
		Set("bucket", bucket.Ref("id"))
	versioning.Block("versioning_configuration").Set("status", "Enabled")
	c.oldVersions(in, bucket, versioning, label)
	in(c.resource("aws_s3_bucket_server_side_encryption_configuration", label, "")).
		Set("bucket", bucket.Ref("id")).
		Block("rule").
		Set("bucket_key_enabled", true).
		Block("apply_server_side_encryption_by_default").Set("sse_algorithm", "aws:kms")
	block := in(c.resource("aws_s3_bucket_public_access_block", label, "")).Set("bucket", bucket.Ref("id"))
	for _, setting := range []string{"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"} {
		block.Set(setting, true)
	}
	in(c.resource("aws_s3_bucket_policy", label, "State holds names and numbers of everything: TLS only.")).
		Set("bucket", bucket.Ref("id")).
		Set("policy", policy(statement{
			sid: "TLSOnly", deny: true, actions: []string{"s3:*"},
			resources: []any{bucket.Ref("arn"), hclgen.Template(bucket.Ref("arn"), "/*")},
			principal: hclgen.Object(hclgen.F("AWS", "*")),
			condition: when("Bool", "aws:SecureTransport", "false"),
		})).
		DependsOn(block)
	c.output("bucket_"+label, "State bucket of "+region+".", bucket.Ref("id"))
}

// oldVersions ends what versioning would keep for ever.
func (c concern) oldVersions(in func(*hclgen.Block) *hclgen.Block, bucket, versioning *hclgen.Block, label string) {
	rule := in(c.resource("aws_s3_bucket_lifecycle_configuration", label, "")).
		Set("bucket", bucket.Ref("id")).
		DependsOn(versioning).
		Block("rule").Set("id", "end-old-versions").Set("status", "Enabled")
	rule.Block("filter")
	rule.Block("noncurrent_version_expiration").Set("noncurrent_days", 365)
	rule.Block("abort_incomplete_multipart_upload").Set("days_after_initiation", 1)
}
