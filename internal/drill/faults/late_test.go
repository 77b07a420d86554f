package faults

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/fis/types"
)

// An answer that was given before the experiment ended, and arrives after, changes nothing.
func TestLateAnswers(t *testing.T) {
	const running, stopping, stopped = types.ExperimentStatusRunning, types.ExperimentStatusStopping, types.ExperimentStatusStopped
	for name, test := range map[string]struct{ answers, seen []types.ExperimentStatus }{
		"in order":               {[]types.ExperimentStatus{running, running, stopping, stopped}, []types.ExperimentStatus{running, stopping, stopped}},
		"running after stopping": {[]types.ExperimentStatus{running, stopping, running, stopped}, []types.ExperimentStatus{running, stopping, stopped}},
		"running after stopped":  {[]types.ExperimentStatus{running, stopped, running}, []types.ExperimentStatus{running, stopped}},
		"stopping after stopped": {[]types.ExperimentStatus{running, stopped, stopping}, []types.ExperimentStatus{running, stopped}},
	} {
		e := &Experiment{ours: true}
		for _, status := range test.answers {
			e.see(&types.Experiment{Id: aws.String("EXP1"), State: &types.ExperimentState{Status: status}})
		}
		var seen []types.ExperimentStatus
		for _, each := range e.events {
			seen = append(seen, types.ExperimentStatus(each.Kind[len("experiment-"):]))
		}
		if !slices.Equal(seen, test.seen) || e.status != test.seen[len(test.seen)-1] {
			t.Errorf("%s: seen %v, now %s; want %v", name, seen, e.status, test.seen)
		}
	}
}
