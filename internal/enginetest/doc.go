// Package enginetest runs the real OpenTofu (or Terraform) engine in tests,
// against the stub provider of package stubaws, without network or cloud.
//
//	engine := enginetest.New(t)
//	directory := writeRoot(t)                    // .tf files, not the committed ones: init writes a lock file
//	if err := engine.Init(directory); err != nil { t.Fatal(err) }
//	plan, err := engine.Plan(directory)          // enginetest.Changes(plan) lists what it would do
//	if err := engine.Apply(directory); err != nil { t.Fatal(err) }
//
// A method's error holds what the engine printed. Every engine has its own
// plugin configuration, data directories and cloud, so tests may run in parallel;
// within one engine, roots that read each other's state (terraform_remote_state
// with the local backend) are applied one after the other, each in its directory
// next to the others. Aurora's roles are shared by all roots of one engine:
//
//	engine.SetWriter("us-west-2")                // what a failover leaves behind
//	plan, err = engine.Plan(primary)             // must have no changes: invariant I6
//
// The binary is $PAYMENTDR_TOFU, or the one pinned by tools/tofu, which is built
// once into the user's cache directory. What differs from AWS stands in the
// documentation of package stubaws.
package enginetest
