package proctree_test

import (
	"bufio"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/proctree"
)

func TestDescendantsAndSignal(t *testing.T) {
	command := exec.Command("/bin/sh", "-c", `sh -c 'echo $$; sleep 60; true' & wait`)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	input, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer input.Close()
	defer write.Close()
	command.Stdin = input
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL); _ = command.Wait() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	below, err := proctree.Descendants(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	parent, grandchild := slices.Index(below, command.Process.Pid), slices.Index(below, child)
	if parent < 0 || grandchild < parent {
		t.Fatalf("descendants %v, want %d before %d", below, command.Process.Pid, child)
	}
	if memory := proctree.Memory(append(below, os.Getpid())...); memory < 1<<20 {
		t.Errorf("memory %d bytes", memory)
	}
	if err := proctree.Signal(syscall.SIGKILL, child, command.Process.Pid); err != nil {
		t.Fatal(err)
	}
}

func TestUsed(t *testing.T) {
	name, before := proctree.Used(os.Getpid())
	if name == "" {
		t.Fatal("this process has no name")
	}
	deadline := time.Now().Add(time.Minute)
	for used := before; used < before+50*time.Millisecond; _, used = proctree.Used(os.Getpid()) {
		if time.Now().After(deadline) {
			t.Fatalf("used %s after a minute of work, %s before it", used, before)
		}
	}
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	if name, used := proctree.Used(ended.Process.Pid); name != "" || used != 0 {
		t.Errorf("a process that has ended: %s, %s", name, used)
	}
}
