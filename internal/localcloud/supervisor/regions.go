package supervisor

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	cloud "github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/process"
	"github.com/paymentdr/paymentdr/internal/localcloud/proctree"
	"github.com/paymentdr/paymentdr/internal/localcloud/region"
	"github.com/paymentdr/paymentdr/internal/localcloud/region/control"
)

// place is a Region, or the witness, with its process.
type place struct {
	config region.Config
	client *control.Client
	log    string

	mutex sync.Mutex
	child *process.Child
	state string // control.Running and so on; "" before the first start
}

func (s *Supervisor) newPlace(name string) *place {
	folder := filepath.Join(s.options.Folder, name)
	socket := filepath.Join(s.options.Folder, name+".sock")
	return &place{
		log:    filepath.Join(s.options.Folder, name+".log"),
		client: control.NewClient(name, socket),
		config: region.Config{
			Layout: s.layout, Name: name, Account: Account, Folder: folder, Authority: s.authorityFolder(),
			Control: socket, Supervisor: s.servicesSocket(), Heartbeat: heartbeat, Election: election,
		},
	}
}

// launch starts the process and returns when it listens.
func (s *Supervisor) launch(ctx context.Context, p *place) error {
	name := p.config.Name
	if err := os.MkdirAll(p.config.Folder, 0o755); err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	input, err := json.Marshal(p.config)
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	defer log.Close()
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	defer read.Close()
	command := s.options.Process()
	command.Stdin, command.Stderr, command.Stdout = bytes.NewReader(input), log, write
	// Few live data and much that is made and dropped: collecting half as often saves a tenth of the work.
	command.Env = append(command.Environ(), "GOGC=200")
	if name == s.layout.Witness {
		// It votes: more threads only look for work.
		command.Env = append(command.Env, "GOMAXPROCS=1")
	}
	child, err := s.spawner.Start(command)
	err = errors.Join(err, write.Close())
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	if err := awaitListening(ctx, read, child); err != nil {
		return errors.Join(fmt.Errorf("start %s: %w%s", name, err, tail(p.log)), child.Kill())
	}
	p.mutex.Lock()
	p.child, p.state = child, cloud.Running
	p.mutex.Unlock()
	s.running.Go(func() { s.mourn(p, child) })
	return nil
}

// awaitListening reads the one line that a Region's process prints once it listens.
func awaitListening(ctx context.Context, from *os.File, child *process.Child) error {
	ctx, cancel := context.WithTimeout(ctx, processPatience)
	defer cancel()
	heard := make(chan error, 1)
	go func() {
		line, err := bufio.NewReader(from).ReadString('\n')
		if line == region.Listening+"\n" {
			err = nil
		} else if err == nil {
			err = fmt.Errorf("its process said %q", line)
		}
		heard <- err
	}()
	select {
	case err := <-heard:
		if err != nil {
			<-child.Exited()
			return fmt.Errorf("its process ended (%v)", child.Err())
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("its process did not listen within %s: %w", processPatience, ctx.Err())
	}
}

// tail is the end of a log, for an error.
func tail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil || len(content) == 0 {
		return ""
	}
	return lastLines(string(content))
}

// lastLines are the last few lines of a text, indented below an error.
func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	const most = 5
	return "\n  " + strings.Join(lines[max(0, len(lines)-most):], "\n  ")
}

// mourn waits until a Region's process has ended, for whatever reason, and ends what belongs to the Region.
func (s *Supervisor) mourn(p *place, child *process.Child) {
	<-child.Exited()
	p.mutex.Lock()
	p.state = cloud.Killed
	p.mutex.Unlock()
	if s.ending() || s.stillborn(p, child) {
		return
	}
	s.bury(p)
	s.events.add(cloud.RegionKilled, p.config.Name, map[string]string{"process": fmt.Sprint(child.Err())})
}

// bury kills the database servers of a Region that is gone. An error is logged: the Region is gone all the same.
func (s *Supervisor) bury(p *place) {
	if p.config.Name == s.layout.Witness || s.databases == nil {
		return
	}
	if err := s.databases.KillRegion(p.config.Name); err != nil {
		s.log.Error("kill database servers", "region", p.config.Name, "error", err)
	}
}

// kill ends everything of a Region at once.
func (s *Supervisor) kill(p *place) error {
	p.mutex.Lock()
	child, state := p.child, p.state
	p.mutex.Unlock()
	if state == cloud.Killed {
		return cloud.Refusal{Reason: p.config.Name + " is killed already"}
	}
	var together sync.WaitGroup
	together.Go(func() { s.bury(p) })
	err := child.Kill()
	together.Wait()
	return err
}

// halt stops every process of a Region from executing; resume lets them go on.
func (s *Supervisor) halt(p *place) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.state != cloud.Running {
		return cloud.Refusal{Reason: p.config.Name + " is " + p.state + ", so it cannot be stopped"}
	}
	if err := p.child.Stop(); err != nil {
		return err
	}
	below, err := proctree.Descendants(p.child.PID())
	if err == nil {
		err = proctree.Signal(syscall.SIGSTOP, below...)
	}
	if err == nil && p.config.Name != s.layout.Witness {
		err = s.databases.SuspendRegion(p.config.Name)
	}
	p.state = cloud.Stopped
	s.events.add(cloud.RegionStopped, p.config.Name, nil)
	return err
}

func (s *Supervisor) resume(p *place) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.state != cloud.Stopped {
		return cloud.Refusal{Reason: p.config.Name + " is " + p.state + ", so it cannot continue"}
	}
	below, err := proctree.Descendants(p.child.PID())
	if err == nil {
		err = proctree.Signal(syscall.SIGCONT, below...)
	}
	err = errors.Join(err, p.child.Signal(syscall.SIGCONT))
	if p.config.Name != s.layout.Witness {
		err = errors.Join(err, s.databases.ResumeRegion(p.config.Name))
	}
	p.state = cloud.Running
	s.events.add(cloud.RegionContinued, p.config.Name, nil)
	return err
}

// revive starts a killed Region again, with everything that the files say.
func (s *Supervisor) revive(ctx context.Context, p *place) error {
	p.mutex.Lock()
	state := p.state
	p.mutex.Unlock()
	if state != cloud.Killed {
		return cloud.Refusal{Reason: p.config.Name + " is " + state + ", so it cannot be started"}
	}
	if err := s.launch(ctx, p); err != nil {
		return err
	}
	if p.config.Name != s.layout.Witness {
		if err := errors.Join(s.databases.StartRegion(ctx, p.config.Name), s.restock(ctx, p)); err != nil {
			return fmt.Errorf("start %s: %w", p.config.Name, err)
		}
	}
	s.events.add(cloud.RegionStarted, p.config.Name, nil)
	return nil
}

// ready waits until the Region's journal takes writes.
func (p *place) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	if err := p.client.Ready(ctx); err != nil {
		return fmt.Errorf("wait for the journal: %w", err)
	}
	return nil
}

// end stops the process of a place for good.
func (p *place) end() error {
	p.mutex.Lock()
	child := p.child
	p.mutex.Unlock()
	p.client.Close()
	if child == nil {
		return nil
	}
	return child.Kill()
}

// endTimeout bounds how long the end of the cloud waits for calls under way.
const endTimeout = 5 * time.Second
