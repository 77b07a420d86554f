package simulate

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Kinds of a term beside those of package config.
const (
	Measured config.TermKind = "measured" // we measured it
	Given    config.TermKind = "given"    // it was asked for
)

// Term is one time that the configuration does not set.
type Term struct {
	Name         string          `json:"name"`
	Meaning      string          `json:"meaning"`
	Distribution Distribution    `json:"distribution"`
	Kind         config.TermKind `json:"kind"`
	// Source is the address of the document, or the reason of an assumption.
	Source string `json:"source"`
}

// term is the number of a term.
type term int

const (
	checkerTrip term = iota
	aggregation
	healthAnswer
	payerTrip
	payerTimeout
	payerPause
	sickAnswer
	request
	journalPause
	ledgerWait
	ledgerRefused
	controllerLook
	startDelay
	fencing
	promotion
	replicationLag
	termCount
)

// value is a term in one environment.
type value struct {
	distribution Distribution
	kind         config.TermKind
	source       string
}

// definition is a term in all environments.
type definition struct {
	name, meaning string
	aws, local    value
}

const (
	promotionSource = `"within a few minutes" (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html), ` +
		`"in under a minute" (https://wellarchitectedlabs.com/reliability/disaster-recovery/workshop_4/5-failover/5.1-aurora/)`
	scheduleSource = `"the finest resolution is one minute" (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html)`
	isolationNote  = "AWS says that the other Regions go on, not how soon (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html)"
	lagSource      = `"typically under a second" (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html)`
)

const ms = time.Millisecond

// journalShare is what a request may use of its time for the journal (payment.Split).
const journalShare = 0.6

// definitions are in the order in which a recovery meets them. None may exceed what package config assumes.
func definitions() [termCount]definition {
	limits := payment.DefaultLimits()
	define := func(name, meaning string, aws, local value) definition { return definition{name, meaning, aws, local} }
	both := func(name, meaning string, v value) definition { return definition{name, meaning, v, v} }
	return [termCount]definition{
		checkerTrip: define("checker-round-trip", "from a checker to the endpoint and back, each checker its own",
			value{Uniform(10*ms, 250*ms), config.Assumed, "checkers in eight Regions; not published"},
			value{Uniform(20*ms, 25*ms), config.Configured, "the local network's round trip from the internet"}),
		aggregation: define("aggregation", "from enough checkers' verdicts to another DNS answer",
			value{Uniform(0, config.CheckerAggregation), config.Assumed, "not published"},
			value{Fixed(0), config.Configured, "the local cloud adds none"}),
		healthAnswer: both("health-answer", "a sick Region's /health looks at its journal, once or twice",
			value{Uniform(20*ms, 2*payment.ProbeTimeout), config.Assumed, "our own function's time-out"}),
		payerTrip: define("payer-round-trip", "from a payer to a Region and back",
			value{Uniform(10*ms, 200*ms), config.Assumed, "the payer's own place"},
			value{Uniform(20*ms, 25*ms), config.Configured, "the local network's round trip from the internet"}),
		payerTimeout: both("payer-timeout", "a payer who follows DNS gives up a request",
			value{Fixed(config.PayerTimeout), config.Assumed, "the payer's own setting"}),
		payerPause: both("payer-pause", "a payer who follows DNS pauses between a failure and the next try",
			value{Uniform(100*ms, config.PayerPause), config.Assumed, "the payer's own setting"}),
		sickAnswer: both("sick-answer", "a sick Region tries its journal before it answers 503",
			value{Uniform(50*ms, time.Duration(journalShare*float64(limits.Total))), config.Assumed, "our own function's budget"}),
		request: define("request", "a request in the other Region, with TLS, a cold start and the journal",
			value{Uniform(150*ms, 800*ms), config.Assumed, "a few round trips, and the start of a function"},
			value{Uniform(100*ms, 800*ms), config.Assumed, "a few round trips, and the start of a function"}),
		journalPause: define("journal-pause", "the strongly consistent tables refuse after the loss of one Region",
			value{Uniform(0, time.Second), config.Assumed, isolationNote},
			value{Triangular(0, 700*ms, 2*time.Second), Measured,
				"a new Raft leader after 0.7 s in the median, if the lost Region had it; after a split vote another 0.6-1.2 s"}),
		ledgerWait: both("ledger-wait", "a payment waits for the ledger of a silent Region, until the lease has moved",
			value{Fixed(limits.Ledger), config.Configured, "our own function's budget"}),
		ledgerRefused: define("ledger-refused", "the same, where the Region refuses",
			value{Uniform(0, limits.Ledger), config.Assumed, "its servers may refuse or be silent"},
			value{Uniform(0, 50*ms), Measured, "dead processes refuse at once"}),
		controllerLook: define("controller-look", "a controller looks at the stores and writes the lease",
			value{Uniform(100*ms, config.ControllerLook), config.Assumed, "a few round trips"},
			value{Uniform(10*ms, 300*ms), config.Assumed, "a few round trips"}),
		startDelay: define("start-delay", "a run of the controller is started late",
			value{Uniform(0, config.ControllerEvery), config.Documented, scheduleSource},
			value{Uniform(0, time.Second), config.Assumed, "the local cloud starts them at the real times"}),
		fencing: define("fencing", "the database tries to stop a silent writer before it is replaced",
			value{Fixed(0), config.Assumed, "within promotion"},
			value{Fixed(time.Second), config.Configured, "the local cloud's FenceTimeout"}),
		promotion: define("promotion", "from FailoverGlobalCluster to a writable cluster",
			value{Triangular(30*time.Second, 60*time.Second, config.LedgerPromotion), config.Assumed, promotionSource},
			value{Uniform(25*ms, 75*ms), Measured, "pg_promote to the first write of a new connection: 32-72 ms"}),
		replicationLag: define("replication-lag", "acknowledged payments that the promoted ledger lacks",
			value{Uniform(0, config.LedgerLag), config.Assumed, lagSource},
			value{Uniform(0, 100*ms), Measured, "0-24 payments at 2,000 a second, and the link's round trip"}),
	}
}
