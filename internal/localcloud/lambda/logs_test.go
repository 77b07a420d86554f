package lambda

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// fixed replaces what differs from run to run.
func fixed(log, id string) string {
	log = strings.ReplaceAll(log, id, "ID")
	for pattern, with := range map[string]string{
		`\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}`:                                         "STREAM",
		`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`:                                           "TIME",
		`[Dd]uration: [0-9.]+ ms`:                                                          "Duration: N ms",
		`Max Memory Used: [1-9]\d* MB`:                                                     "Max Memory Used: N MB",
		`"(\w*[dD]urationMs|maxMemoryUsedMB)":[1-9][0-9.]*|"(\w*[dD]urationMs)":0\.[0-9]+`: `"$1$2":N`,
	} {
		log = regexp.MustCompile(pattern).ReplaceAllString(log, with)
	}
	return log
}

func TestTextLog(t *testing.T) {
	c := start(t, Options{})
	id := c.call(`{"action":"print","text":"hello"}`).RequestID
	want := strings.Join([]string{
		"INIT_START Runtime Version: provided:al2023.local",
		"START RequestId: ID Version: $LATEST",
		"hello",
		"error: hello",
		"END RequestId: ID",
		"REPORT RequestId: ID\tDuration: N ms\tBilled Duration: N ms\tMemory Size: 128 MB\tMax Memory Used: N MB\tInit Duration: N ms\t",
	}, "\n")
	if got := fixed(c.log(), id); got != want {
		t.Errorf("log\n%s\nwant\n%s", got, want)
	}
}

func TestJSONLog(t *testing.T) {
	c := start(t, Options{}, func(f *Function) { f.LogFormat = "JSON" })
	result := c.call(`{"action":"print","text":"{\"level\":\"INFO\"}"}`)
	want := strings.Join([]string{
		`{"time":"TIME","type":"platform.initStart","record":{"functionName":"probe","functionVersion":"$LATEST","initializationType":"on-demand","instanceId":"STREAM","instanceMaxMemory":134217728,"phase":"init","runtimeVersion":"provided:al2023.local"}}`,
		`{"time":"TIME","type":"platform.start","record":{"functionArn":"arn:aws:lambda:us-east-1:123456789012:function:probe","requestId":"ID","version":"$LATEST"}}`,
		`{"level":"INFO"}`,
		`error: {"level":"INFO"}`,
		`{"time":"TIME","type":"platform.report","record":{"metrics":{"billedDurationMs":N,"durationMs":N,"initDurationMs":N,"maxMemoryUsedMB":N,"memorySizeMB":128},"requestId":"ID","status":"success"}}`,
	}, "\n")
	if got := fixed(c.log(), result.RequestID); got != want {
		t.Errorf("log\n%s\nwant\n%s", got, want)
	}
	if tail := string(result.Log); !strings.Contains(tail, "platform.start") || !strings.HasSuffix(tail, "}\n") {
		t.Errorf("tail %q", tail)
	}
}

func TestJSONLogOfAFailure(t *testing.T) {
	c := start(t, Options{}, func(f *Function) { f.LogFormat, f.SystemLogLevel = "JSON", "WARN" })
	result := c.call(`{"action":"exit","size":2}`)
	want := strings.Join([]string{
		`{"time":"TIME","type":"platform.runtimeDone","record":{"errorType":"Runtime.ExitError","metrics":{"durationMs":N},"requestId":"ID","status":"error"}}`,
		`{"time":"TIME","type":"platform.report","record":{"errorType":"Runtime.ExitError","metrics":{"billedDurationMs":N,"durationMs":N,"initDurationMs":N,"maxMemoryUsedMB":0,"memorySizeMB":128},"requestId":"ID","status":"error"}}`,
	}, "\n")
	if got := fixed(c.log(), result.RequestID); got != want {
		t.Errorf("log\n%s\nwant\n%s", got, want)
	}
}

func TestEmbeddedMetricsAreHandedOn(t *testing.T) {
	c := start(t, Options{})
	line := `{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"M"}]}]},"M":1}`
	text, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	c.call(`{"action":"print","text":%s}`, text)
	// Standard error repeats it behind a prefix: that is no document.
	if len(c.embedded) != 1 || c.embedded[0] != line {
		t.Errorf("embedded metrics %q, want %q", c.embedded, line)
	}
	if !strings.Contains(c.log(), line) {
		t.Error("the line is not in the log")
	}
}

func TestManyLinesAreAllThereAtTheEnd(t *testing.T) {
	c := start(t, Options{})
	const lines = 5000
	text, err := json.Marshal(strings.Repeat("0123456789012345678901234567890123456789\n", lines))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		before := strings.Count(c.log(), "0123456789012345678901234567890123456789")
		c.call(`{"action":"print","text":%s}`, text)
		if got := strings.Count(c.log(), "0123456789012345678901234567890123456789") - before; got != 2*lines {
			t.Fatalf("%d lines at the end of the invocation, want %d", got, 2*lines)
		}
	}
}

func TestLongLineIsSplit(t *testing.T) {
	var got []int
	out, err := newOutput(func(line []byte) { got = append(got, len(line)) })
	if err != nil {
		t.Fatal(err)
	}
	defer out.close()
	out.mutex.Lock()
	defer out.mutex.Unlock()
	out.splitLocked([]byte(strings.Repeat("x", maximumLine+10)))
	out.splitLocked([]byte("\ny\r\n"))
	if len(got) != 3 || got[0] != maximumLine || got[1] != 10 || got[2] != 1 {
		t.Errorf("lines of %v bytes, want %d, 10 and 1", got, maximumLine)
	}
}
