package failovertest

// Op names what a call does.
type Op uint8

// The calls, by the store that they go to.
const (
	Load Op = iota
	Save
	Append
	Events
	LoadIntent
	SaveIntent
	Begin
	Get
	GetMany
	Complete
	Probe
	Pending
	ListCreated
	Health
	Fence
	Newest
	ListPosted
	Post
	PostMany
	ObserveDatabase
	Promote
	SwitchOver
)

var names = [...]string{
	Load: "load", Save: "save", Append: "append", Events: "events",
	LoadIntent: "load-intent", SaveIntent: "save-intent", Begin: "begin", Get: "get", GetMany: "get-many", Complete: "complete",
	Probe: "probe", Pending: "pending", ListCreated: "list-created", Health: "health", Fence: "fence", Newest: "newest",
	ListPosted: "list-posted", Post: "post", PostMany: "post-many",
	ObserveDatabase: "observe-database", Promote: "promote", SwitchOver: "switch-over",
}

func (o Op) String() string { return names[o] }

// Tables tells whether the call goes to the control table or the journal.
func (o Op) Tables() bool { return o <= ListCreated }

// Journal tells whether the call goes to the journal.
func (o Op) Journal() bool { return o >= Begin && o <= ListCreated }

// Ledger tells whether the call goes to a ledger.
func (o Op) Ledger() bool { return o >= Health && o <= PostMany }

// Writes tells whether the call changes something.
func (o Op) Writes() bool {
	switch o {
	case Save, Append, SaveIntent, Begin, Complete, Fence, Post, PostMany, Promote, SwitchOver:
		return true
	}
	return false
}
