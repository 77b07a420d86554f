package process

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv("PROCESS_TEST_PARENT") != "" {
		parent()
		return
	}
	goleak.VerifyTestMain(m)
}

// parent starts a child, says its pid and waits to be killed.
func parent() {
	spawner := NewSpawner()
	child, err := spawner.Start(exec.Command("sleep", "600"))
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString(strconv.Itoa(child.PID()) + "\n")
	select {}
}

func start(t *testing.T, arguments ...string) *Child {
	t.Helper()
	spawner := NewSpawner()
	t.Cleanup(spawner.Close)
	child, err := spawner.Start(exec.Command(arguments[0], arguments[1:]...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := child.Kill(); err != nil {
			t.Error(err)
		}
	})
	return child
}

// alive tells whether pid exists and is no zombie.
func alive(pid int) bool {
	content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(content), ") ")
	return !strings.HasPrefix(rest, "Z")
}

// eventually waits for something that another process or the kernel does.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 20 s in vain: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestExitIsReported(t *testing.T) {
	child := start(t, "sh", "-c", "exit 3")
	<-child.Exited()
	var exit *exec.ExitError
	if err := child.Err(); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("Err() = %v, want exit status 3", err)
	}
	if err := child.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("a signal to an ended child: %v", err)
	}
}

func TestKillEndsAStoppedChild(t *testing.T) {
	child := start(t, "sleep", "600")
	if err := child.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := child.Kill(); err != nil {
		t.Fatal(err)
	}
	if alive(child.PID()) {
		t.Error("the child is alive after Kill")
	}
}

func TestStoppedChildDoesNothing(t *testing.T) {
	spawner := NewSpawner()
	t.Cleanup(spawner.Close)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	command := exec.Command("yes")
	command.Stdout = write
	child, err := spawner.Start(command)
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Kill() })
	buffer := make([]byte, 1<<20)
	if _, err := read.Read(buffer); err != nil {
		t.Fatal(err)
	}
	if err := child.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := read.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	written := 0
	for {
		n, err := read.Read(buffer)
		written += n
		if err != nil {
			break
		}
	}
	if written > 128*1024 { // what a pipe holds, and no more
		t.Errorf("a stopped child wrote %d bytes", written)
	}
	if err := child.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := read.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := read.Read(buffer); err != nil {
		t.Errorf("a child that continues: %v", err)
	}
}

// grandchild reads the pid that a shell printed.
func grandchild(t *testing.T, script string) (*Child, int) {
	t.Helper()
	spawner := NewSpawner()
	t.Cleanup(spawner.Close)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	command := exec.Command("sh", "-c", script)
	command.Stdout = write
	child, err := spawner.Start(command)
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Kill() })
	return child, readPID(t, read)
}

func readPID(t *testing.T, from *os.File) int {
	t.Helper()
	buffer := make([]byte, 32)
	n, err := from.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(buffer[:n])))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestWhatTheChildStartedGoesWithIt(t *testing.T) {
	for _, test := range []struct{ name, script string }{
		{"the child is killed", "sleep 600 & echo $!; wait"},
		{"the child ends by itself", "sleep 600 >/dev/null & echo $!; exit 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			child, pid := grandchild(t, test.script)
			if strings.Contains(test.script, "wait") {
				if err := child.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			<-child.Exited()
			eventually(t, "the grandchild ends", func() bool { return !alive(pid) })
		})
	}
}

func TestKilledParentLeavesNoChild(t *testing.T) {
	if !DiesWithParent {
		t.Skip("only Linux ties a child to its parent")
	}
	command := exec.Command(os.Args[0], "-test.run=^$")
	command.Env = append(os.Environ(), "PROCESS_TEST_PARENT=1")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	command.Stdout = write
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	pid := readPID(t, read)
	if !alive(pid) {
		t.Fatal("the child does not live before its parent is killed")
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // it was killed
	eventually(t, "the child ends", func() bool { return !alive(pid) })
}

func TestClosedSpawnerRefuses(t *testing.T) {
	spawner := NewSpawner()
	spawner.Close()
	spawner.Close()
	if _, err := spawner.Start(exec.Command("true")); !errors.Is(err, ErrClosed) {
		t.Errorf("Start = %v, want ErrClosed", err)
	}
}

func TestPeakMemory(t *testing.T) {
	child := start(t, "sleep", "600")
	if DiesWithParent && child.PeakMemory() <= 0 {
		t.Error("a running child has no memory")
	}
}
