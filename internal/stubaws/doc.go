// Package stubaws is a stand-in for the provider hashicorp/aws, for tests with
// the real OpenTofu or Terraform engine and no cloud. It serves the provider's
// own schema over plugin protocol 5, so that the engine judges every argument
// name, type and reference as it would before a real deploy, and it keeps the
// plan semantics that the schema cannot say:
//
//   - a computed attribute that the configuration leaves out is unknown at plan,
//     `region` and `tags_all` (default tags merged) are known, write-only values
//     are null in plan and state, a value for a read-only attribute is refused;
//   - a change of a ForceNew argument shows as a replacement (package awsshape);
//   - ids and ARNs have the shape of the real ones and carry Region, account
//     123456789012 and the resource's own name (package awsshape), so that values
//     passed from root to root are realistic and two applies are alike;
//   - what the real provider or the API refuses beyond the schema is refused
//     too (package rules, lifecycle.go);
//   - Aurora global clusters have roles which a test can swap (roles.go).
//
// What it does not model: argument defaults (an unset optional argument stays
// null), drift of anything but Aurora roles, provider functions, resource
// identity, and every check that AWS makes with knowledge of other resources.
// Types outside the served schema are unknown to it.
package stubaws
