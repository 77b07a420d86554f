package backup

import (
	"encoding/json"
	"fmt"
	"time"
)

// Result is the function's answer in the original's shape: a status code and a body that is JSON inside a string.
type Result struct {
	StatusCode int  `json:"statusCode"` // 200, or 500 when the verdict is a failure
	Body       Body `json:"body"`
}

// Body keeps the original's fields under their names and adds ours after them.
type Body struct {
	Status         string `json:"status"` // success, warning or failure
	Cluster        string `json:"cluster"`
	LatestSnapshot string `json:"latestSnapshot,omitempty"`
	SnapshotAge    string `json:"snapshotAge,omitempty"` // hours of the newest usable one, as "3.2 hours"
	SnapshotStatus string `json:"snapshotStatus,omitempty"`
	Error          string `json:"error,omitempty"` // the worst reason of a failure, as in the original

	Role          Role          `json:"role,omitempty"`
	RestorableAge string        `json:"restorableAge,omitempty"` // seconds since LatestRestorableTime, as "95 seconds"
	Reasons       []string      `json:"reasons,omitempty"`
	Restore       *RestoreState `json:"restore,omitempty"` // answers of the restore actions
}

// plainBody has Body's fields without its methods, which would recurse.
type plainBody Body

// MarshalJSON writes the body as a string of JSON, as the original's json.dumps does.
func (b Body) MarshalJSON() ([]byte, error) {
	inner, err := json.Marshal(plainBody(b))
	if err != nil {
		return nil, fmt.Errorf("encode body: %w", err)
	}
	return json.Marshal(string(inner))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (b *Body) UnmarshalJSON(data []byte) error {
	var inner string
	if err := json.Unmarshal(data, &inner); err != nil {
		return fmt.Errorf("decode body: %w", err)
	}
	if err := json.Unmarshal([]byte(inner), (*plainBody)(b)); err != nil {
		return fmt.Errorf("decode body: %w", err)
	}
	return nil
}

// verifyResult turns a verdict into the answer.
func verifyResult(verdict Verdict) Result {
	body := Body{Status: verdict.Level.String(), Cluster: verdict.Cluster, Role: verdict.Role, Reasons: verdict.Reasons}
	if verdict.Latest != nil {
		body.LatestSnapshot, body.SnapshotStatus = verdict.Latest.ID, verdict.Latest.Status
	}
	if verdict.SnapshotAge != nil {
		body.SnapshotAge = fmt.Sprintf("%.1f hours", verdict.SnapshotAge.Hours())
	}
	if verdict.RestorableAge != nil {
		body.RestorableAge = fmt.Sprintf("%.0f seconds", verdict.RestorableAge.Round(time.Second).Seconds())
	}
	code := 200
	if verdict.Level == Failure {
		code, body.Error = 500, verdict.Reasons[0]
	}
	return Result{StatusCode: code, Body: body}
}

// restoreResult answers a restore action.
func restoreResult(cluster string, state RestoreState, err error) Result {
	body := Body{Status: Success.String(), Cluster: cluster, Restore: &state}
	code := 200
	if err != nil {
		code, body.Status, body.Error = 500, Failure.String(), err.Error()
	}
	return Result{StatusCode: code, Body: body}
}
