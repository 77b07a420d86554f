package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/lambdatest"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/process"
)

// report is what a parent that will be killed says of itself.
type report struct {
	Folder    string
	Processes []int
}

// parent runs in a process of its own: two environments, one idle and one in the middle of an invocation.
func parent(zip string) {
	archive, err := os.ReadFile(zip)
	if err != nil {
		panic(err)
	}
	service, err := New(Options{Region: "us-east-1", Account: "123456789012"})
	if err != nil {
		panic(err)
	}
	if err := service.Put(Function{Name: "probe", Timeout: time.Minute}, archive); err != nil {
		panic(err)
	}
	invoke := func(event string) {
		if _, err := service.Invoke(context.Background(), Invocation{Function: "probe", Payload: []byte(event)}); err != nil {
			panic(err)
		}
	}
	for range 2 {
		go invoke(`{"action":"sleep","millis":50000}`)
	}
	for {
		ids, err := service.Processes("probe")
		if err != nil {
			panic(err)
		}
		if len(ids) == 2 {
			if err := json.NewEncoder(os.Stdout).Encode(report{service.folder, ids}); err != nil {
				panic(err)
			}
			select {}
		}
		time.Sleep(time.Millisecond)
	}
}

func TestKilledParentLeavesNothing(t *testing.T) {
	if !process.DiesWithParent {
		t.Skip("only Linux ties a child to its parent")
	}
	zip := filepath.Join(t.TempDir(), "probe.zip")
	if err := os.WriteFile(zip, lambdatest.Probe(t), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(os.Args[0], "-test.run=^$")
	command.Env = append(os.Environ(), "LAMBDA_TEST_PARENT="+zip)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var said report
	decodeErr := json.NewDecoder(out).Decode(&said)
	for _, pid := range said.Processes {
		if !alive(pid) {
			t.Errorf("process %d does not live before its parent is killed", pid)
		}
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // it was killed
	if decodeErr != nil || len(said.Processes) != 2 {
		t.Fatalf("the parent said %+v, %v", said, decodeErr)
	}
	for _, pid := range said.Processes {
		eventually(t, fmt.Sprintf("process %d ends", pid), func() bool { return !alive(pid) })
	}
	start(t, Options{}) // the next service sweeps
	if _, err := os.Stat(said.Folder); !os.IsNotExist(err) {
		t.Errorf("folder %s of the killed parent is left: %v", said.Folder, err)
	}
}
