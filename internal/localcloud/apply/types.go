package apply

import (
	"context"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// Mode is the kind of block that a Resource was written as.
type Mode string

// The modes of a Resource.
const (
	Managed   Mode = "managed"
	Data      Mode = "data"
	Ephemeral Mode = "ephemeral"
)

// Resource is one evaluated resource, data source or ephemeral resource. Its
// values are known and unmarked.
type Resource struct {
	Mode Mode
	// Root is the name of the folder: global, us-east-1, link.
	Root string
	Type string
	// Name is the block's second label.
	Name string
	// Address is unique inside the root: aws_vpc.payment, data.aws_region.here, aws_subnet.private[0].
	Address string
	// Source is where the block stands: us-east-1/compute.tf:12.
	Source string
	// Region is the resource's own region argument, else the provider's.
	Region string
	// Config is an object of the provider schema's type: what the files say, converted; null is unset. Blocks are lists,
	// sets or objects. Only Put and Read see write-only arguments; what stands in ignore_changes is as in Prior.
	// The provider's defaults for unset arguments are not in its schema: null means that the handler decides.
	Config cty.Value
	// Prior are the attributes after the last Put that succeeded, of Config's type, without write-only arguments.
	// cty.NilVal on create.
	Prior cty.Value
	// Defaults are the provider's default_tags.
	Defaults map[string]string
}

// Handler makes resources of one type real. Its methods are called from many
// goroutines, for one resource from one at a time.
type Handler interface {
	// Put creates r, or updates it where r.Prior is not cty.NilVal. A Put that failed is repeated by the next Apply, so
	// it must be safe to repeat. It returns all attributes that the schema calls computed and that Config leaves
	// null, on update too; what it leaves out is null. region and tags_all need not be returned. Of a block with
	// computed attributes it returns the block with those (an object, a list or tuple of objects); what Config says
	// wins. There is no replacement: the handler sees from Prior what must be made anew.
	Put(ctx context.Context, r Resource) (map[string]cty.Value, error)
	// Delete removes r, of which Config and Prior are as after the last Put that succeeded; Prior is cty.NilVal where none
	// did. It must succeed when r is gone already.
	Delete(ctx context.Context, r Resource) error
}

// Reader answers data sources and ephemeral resources of one type, at every
// Apply. It returns computed attributes as Handler.Put does.
type Reader interface {
	Read(ctx context.Context, r Resource) (map[string]cty.Value, error)
}

// ReaderFunc is a function that is a Reader.
type ReaderFunc func(ctx context.Context, r Resource) (map[string]cty.Value, error)

// Read calls f.
func (f ReaderFunc) Read(ctx context.Context, r Resource) (map[string]cty.Value, error) {
	return f(ctx, r)
}

// Handlers say for every type what becomes of it. A type in none of the maps is a fault.
type Handlers struct {
	Managed map[string]Handler
	Data    map[string]Reader
	// Ephemeral answers are used while Apply runs and kept nowhere.
	Ephemeral map[string]Reader
	// Meaningless are managed types with no local meaning, and why: aws_kms_alias -> "local storage is not encrypted".
	Meaningless map[string]string
	// Identity gives the computed attributes (id, arn, ...) of a meaningless resource; nil gives none. As Put does.
	Identity func(r Resource) map[string]cty.Value
}

// Options configure an Engine. The zero value of each but Handlers works.
type Options struct {
	Handlers Handlers
	// Progress is told what happens, one call at a time, from the goroutines that do it. It must return soon.
	Progress func(Event)
	// Parallelism is how many handlers may run at once; 0 is 10, as in the real engine.
	Parallelism int
	// Waits says of a type whether its managed resource r must wait for another one of the type, in a root that neither
	// reads r's nor is read by it: where the service needs an order that the files cannot say. It is asked before
	// anything is made; what is not known then is null. Nil is WriterFirst for aws_rds_cluster.
	Waits map[string]func(r, other Resource) bool
}

// Action is what is done with a resource.
type Action string

// The actions of an Event or Timing.
const (
	Create    Action = "create"
	Update    Action = "update"
	Delete    Action = "delete"
	Read      Action = "read"
	Unchanged Action = "unchanged"
	// Nothing is done with a meaningless resource.
	Nothing Action = "nothing"
)

// Event is one step of Apply or Destroy. Create, Update, Delete and Read have a beginning and an end, the others an end.
type Event struct {
	Root, Type, Address string
	Action              Action
	Done                bool
	// Duration and Err are set at the end.
	Duration time.Duration
	Err      error
}

// Report is what an Apply did. It is also filled where Apply failed half way.
type Report struct {
	Created, Updated, Unchanged, Deleted int
	// Meaningless counts the resources with no local meaning; they are in no other count.
	Meaningless int
	// Roots in the order that their values flow; those of one group do not depend on each other.
	Roots [][]string
	// Resources is every call of a handler, slowest first.
	Resources []Timing
	Duration  time.Duration
}

// Timing is one call of a handler.
type Timing struct {
	Root, Address string
	Action        Action
	Duration      time.Duration
}

// Instance is a resource or data source as it is now.
type Instance struct {
	// Resource has Config without write-only arguments, and in Prior the attributes.
	Resource
	// DependsOn are the instances of this root that were made before it because it refers to them.
	DependsOn []string
	// Reason says why the type has no local meaning; "" where a handler made it.
	Reason string
	// Err is why the last Put failed, nil where it did not.
	Err error
	// Sensitive are the paths in Prior that the schema or an expression calls sensitive: password, tags["x"].
	Sensitive []string
}
