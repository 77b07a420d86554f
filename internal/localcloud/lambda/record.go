package lambda

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// latest is the only version of a function here.
const latest = "$LATEST"

// tailSize is how much of an invocation's log Invoke returns, in bytes (LogType Tail).
const tailSize = 4096

const timestamp = "2006-01-02T15:04:05.000Z"

// recorder writes one execution environment's log stream: the process's own lines and Lambda's, in either format
// ("Lambda logs", "System log events", AWS Lambda Developer Guide).
type recorder struct {
	function Function
	arn      string
	stream   string
	logs     Logs
	metrics  Metrics
	now      func() time.Time

	mutex sync.Mutex
	tail  []byte
}

// line takes one line of the process.
func (r *recorder) line(content []byte) {
	at := r.now()
	if bytes.HasPrefix(content, []byte("{")) && bytes.Contains(content, []byte(`"CloudWatchMetrics"`)) && bytes.Contains(content, []byte(`"_aws"`)) {
		r.metrics.RecordEmbedded(bytes.Clone(content), at)
	}
	r.write(at, string(content))
}

func (r *recorder) write(at time.Time, line string) {
	r.logs.Write(r.function.LogGroup, r.stream, at, line)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.tail = append(append(r.tail, line...), '\n')
	if len(r.tail) > 2*tailSize {
		r.tail = append(r.tail[:0], r.tail[len(r.tail)-tailSize:]...)
	}
}

// begin starts an invocation's tail.
func (r *recorder) begin() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.tail = r.tail[:0]
}

// end returns the invocation's tail.
func (r *recorder) end() []byte {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return bytes.Clone(r.tail[max(0, len(r.tail)-tailSize):])
}

// System log events have a level; the default shows INFO and above.
var levels = map[string]int{"": 1, "DEBUG": 0, "INFO": 1, "WARN": 2}

func (r *recorder) shows(level string) bool {
	return levels[level] >= levels[r.function.SystemLogLevel]
}

// event writes a system log event: text in the Text format, unless it is empty, and kind with record in JSON.
func (r *recorder) event(level, text, kind string, record map[string]any) {
	at := r.now()
	if r.function.LogFormat != "JSON" {
		if text != "" {
			r.write(at, text)
		}
		return
	}
	if !r.shows(level) {
		return
	}
	content, err := json.Marshal(struct {
		Time   string         `json:"time"`
		Type   string         `json:"type"`
		Record map[string]any `json:"record"`
	}{at.UTC().Format(timestamp), "platform." + kind, record})
	if err != nil {
		panic(err) // our own strings and numbers always marshal
	}
	r.write(at, string(content))
}

func (r *recorder) initStart(phase string) {
	r.event("INFO", "INIT_START Runtime Version: provided:al2023.local", "initStart", map[string]any{
		"initializationType": "on-demand", "phase": phase, "runtimeVersion": "provided:al2023.local",
		"functionName": r.function.Name, "functionVersion": latest, "instanceId": r.stream,
		"instanceMaxMemory": r.function.MemorySize << 20,
	})
}

// initReport is written about a failed initialisation only.
func (r *recorder) initReport(phase, status, kind string, took time.Duration) {
	text := fmt.Sprintf("INIT_REPORT Init Duration: %.2f ms\tPhase: %s\tStatus: %s", milliseconds(took), phase, status)
	record := map[string]any{"initializationType": "on-demand", "phase": phase, "status": status, "metrics": map[string]any{"durationMs": milliseconds(took)}}
	if kind != "" {
		text += "\tError Type: " + kind
		record["errorType"] = kind
	}
	r.event("WARN", text, "initReport", record)
}

func (r *recorder) start(id string) {
	r.event("INFO", fmt.Sprintf("START RequestId: %s Version: %s", id, latest), "start",
		map[string]any{"requestId": id, "functionArn": r.arn, "version": latest})
}

// report ends an invocation: END and REPORT, or runtimeDone and report.
func (r *recorder) report(id string, v verdict, initDuration time.Duration, peak int64) {
	level := "INFO"
	if v.status != statusSuccess {
		level = "WARN"
		done := map[string]any{"requestId": id, "status": v.status, "metrics": map[string]any{"durationMs": milliseconds(v.duration)}}
		if v.kind != "" {
			done["errorType"] = v.kind
		}
		r.event(level, "", "runtimeDone", done)
	}
	if v.status == statusTimeout && r.function.LogFormat != "JSON" {
		r.write(r.now(), fmt.Sprintf("%s %s %s", r.now().UTC().Format(timestamp), id, timedOut(r.function.Timeout)))
	}
	billed := (v.duration + initDuration + time.Millisecond - 1).Milliseconds()
	used := (peak + 1<<20 - 1) >> 20
	if r.function.LogFormat != "JSON" { // the JSON format has no such event
		r.write(r.now(), "END RequestId: "+id)
	}
	text := fmt.Sprintf("REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: %d MB\tMax Memory Used: %d MB\t",
		id, milliseconds(v.duration), billed, r.function.MemorySize, used)
	metrics := map[string]any{"durationMs": milliseconds(v.duration), "billedDurationMs": billed, "memorySizeMB": r.function.MemorySize, "maxMemoryUsedMB": used}
	if initDuration > 0 {
		text += fmt.Sprintf("Init Duration: %.2f ms\t", milliseconds(initDuration))
		metrics["initDurationMs"] = milliseconds(initDuration)
	}
	record := map[string]any{"requestId": id, "metrics": metrics, "status": v.status}
	if v.status != statusSuccess {
		text += "Status: " + v.status
		if v.kind != "" {
			text += "\tError Type: " + v.kind
			record["errorType"] = v.kind
		}
	}
	r.event(level, text, "report", record)
}

func timedOut(limit time.Duration) string {
	return fmt.Sprintf("Task timed out after %.2f seconds", limit.Seconds())
}
