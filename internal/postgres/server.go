package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Server is one PostgreSQL server with a folder of its own. Its methods may be called from several goroutines.
type Server struct {
	programs Binaries
	options  Options
	account  account
	password string

	mu      sync.Mutex
	port    int      // 0 until the first start when the options name none
	process *process // nil while not started
}

// Create makes the folder of a server and does not start it.
func Create(ctx context.Context, programs Binaries, options Options) (*Server, error) {
	options, err := options.check()
	if err != nil {
		return nil, err
	}
	as, err := serverAccount()
	if err != nil {
		return nil, err
	}
	source, err := templateFor(ctx, programs, as)
	if err != nil {
		return nil, err
	}
	server := &Server{programs: programs, options: options, account: as, password: source.password, port: options.Port}
	if err := server.createFolder(source); err != nil {
		return nil, fmt.Errorf("create server %s: %w", options.Dir, err)
	}
	return server, nil
}

func (s *Server) createFolder(source template) error {
	if err := os.MkdirAll(s.options.Dir, 0o755); err != nil {
		return err
	}
	if err := s.fillData(source); err != nil {
		return err
	}
	if socket := s.SocketDir(); socket != "" {
		if err := os.Mkdir(socket, 0o700); err != nil {
			return err
		}
		if err := s.account.own(socket); err != nil {
			return err
		}
	}
	if s.options.Standby != nil {
		return s.writeData("standby.signal", "", 0o600)
	}
	return nil
}

// fillData makes the data folder.
func (s *Server) fillData(source template) error {
	if s.options.TakeData {
		return os.Rename(s.options.Data, s.dataDir())
	}
	if s.options.Data != "" {
		return copyTree(s.options.Data, s.dataDir(), s.account, atRest)
	}
	return copyTree(source.data, s.dataDir(), s.account, everything)
}

// Dir is the server's folder.
func (s *Server) Dir() string { return s.options.Dir }

// Port is the TCP port, 0 before a first Start that may choose one.
func (s *Server) Port() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.port
}

// Address is the loopback address the server listens on.
func (s *Server) Address() string { return s.options.Address }

// Binaries are the programs the server runs with.
func (s *Server) Binaries() Binaries { return s.programs }

// Password is the superuser's password. All servers of a machine's user share it: it guards test data on loopback.
func (s *Server) Password() string { return s.password }

// URL is a connection string for the user over TCP; with TLS it encrypts and leaves verifying to the caller.
func (s *Server) URL(user, password, database string) string {
	mode := "disable"
	if s.options.TLS != nil {
		mode = "require"
	}
	return s.url(s.Port(), user, password, database, mode)
}

// SuperuserURL is a connection string for the superuser.
func (s *Server) SuperuserURL(database string) string { return s.URL(Superuser, s.password, database) }

func (s *Server) url(port int, user, password, database, mode string) string {
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(user, password),
		Host: s.options.Address + ":" + strconv.Itoa(port), Path: "/" + database,
		RawQuery: url.Values{"sslmode": {mode}}.Encode(),
	}
	return address.String()
}

// LogFile is the path of the server's messages.
func (s *Server) LogFile() string { return filepath.Join(s.options.Dir, "server.log") }

// DataDir is the folder of the data alone, which Options.Data of another server may name while this one is stopped.
func (s *Server) DataDir() string { return s.dataDir() }

func (s *Server) dataDir() string { return filepath.Join(s.options.Dir, "data") }

// portAttempts bounds how often Start takes another free port when somebody else took the chosen one first.
const portAttempts = 5

// Start starts the server and returns when it answers: a primary accepts writes, a standby reads.
//
// What answers is checked to be this server by its data folder, so that an orphan on the port is not taken for it.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		select {
		case <-s.process.exited:
		default:
			return fmt.Errorf("start server %s: it runs already as process %d", s.options.Dir, s.process.pid)
		}
	}
	choose := s.port == 0
	for attempt := 1; ; attempt++ {
		if choose {
			port, err := freePort(s.options.Address)
			if err != nil {
				return fmt.Errorf("start server %s: %w", s.options.Dir, err)
			}
			s.port = port
		}
		err := s.startLocked(ctx)
		if err == nil {
			return nil
		}
		if !choose || attempt == portAttempts || !strings.Contains(err.Error(), "could not bind") {
			return fmt.Errorf("start server %s: %w", s.options.Dir, err)
		}
	}
}

func (s *Server) startLocked(ctx context.Context) error {
	if err := s.writeConfiguration(); err != nil {
		return err
	}
	log, err := os.OpenFile(s.LogFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	info, err := log.Stat()
	if err != nil {
		return err
	}
	command := exec.Command(s.programs.Path("postgres"), "-D", s.dataDir())
	command.Env, command.Stdout, command.Stderr = environment(), log, log
	s.process, err = start(command, s.account)
	if err != nil {
		return err
	}
	if err := s.waitReady(ctx); err != nil {
		return errors.Join(err, s.killLocked(), fmt.Errorf("its messages: %s", s.messagesSince(info.Size())))
	}
	return nil
}

// messagesSince returns the end of the log behind offset.
func (s *Server) messagesSince(offset int64) string {
	content, err := os.ReadFile(s.LogFile())
	if err != nil {
		return err.Error()
	}
	content = content[min(offset, int64(len(content))):]
	const most = 4000
	return strings.TrimSpace(string(content[max(0, len(content)-most):]))
}

// Stop shuts the server down fast: sessions end, committed data is safe, nothing is left to recover. When ctx ends
// first the server is killed and the error says so. Stopping a stopped server is no error.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return nil
	}
	if err := s.process.signal(syscall.SIGINT); err != nil {
		return fmt.Errorf("stop server %s: %w", s.options.Dir, err)
	}
	select {
	case <-s.process.exited:
		s.process = nil
		return nil
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("stop server %s: killed instead: %w", s.options.Dir, ctx.Err()), s.killLocked())
	}
}

// Remove kills the server if it runs and removes its folder.
func (s *Server) Remove() error {
	if err := s.Kill(); err != nil {
		return err
	}
	if err := os.RemoveAll(s.options.Dir); err != nil {
		return fmt.Errorf("remove server: %w", err)
	}
	return nil
}
