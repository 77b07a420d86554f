// Package statefolder is the folder of a local cloud: where it is, who holds it, which version made it, and that nothing
// of it remains, however its process ends.
package statefolder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// Version is that of the folder's contents; a folder of another one is left alone.
const Version = 1

// DefaultName is the cloud that commands mean when they name none.
const DefaultName = "default"

// longestPath leaves room for the longest Unix socket below the folder: a socket's address has 107 bytes.
const longestPath = 60

const (
	markFile = "cloud.json"
	lockFile = ".lock" // beside the folder, so that removing the folder does not remove it
)

// Mark is what a folder says of itself.
type Mark struct {
	Version int    `json:"version"`
	Name    string `json:"name"`
	PID     int    `json:"pid"`
}

// RefusedError is a folder that cannot be used; nothing was changed.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Refused makes the command line exit with its code for refusals.
func (e *RefusedError) Refused() bool { return true }

func refuse(format string, arguments ...any) error {
	return &RefusedError{fmt.Sprintf(format, arguments...)}
}

// A name becomes part of a path.
var goodName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,19}$`)

// Path is the folder of the cloud of that name; each user has folders of their own. folder, if given, wins.
func Path(name, folder string) (string, error) {
	if !goodName.MatchString(name) {
		return "", refuse("name %q: 1 to 20 small letters, digits and -", name)
	}
	if folder == "" {
		folder = filepath.Join(os.TempDir(), "paymentdr-"+strconv.Itoa(os.Getuid()), name)
	}
	path, err := filepath.Abs(folder)
	if err != nil {
		return "", fmt.Errorf("find state folder %s: %w", folder, err)
	}
	if len(path) > longestPath {
		return "", refuse("state folder %s: its path has %d bytes, and sockets in it allow %d; name a shorter one", path, len(path), longestPath)
	}
	return path, nil
}

// Control is the socket of the folder's supervisor.
func Control(path string) string { return filepath.Join(path, "control") }

// Folder is a folder that this process holds.
type Folder struct {
	Path    string
	lock    *os.File
	janitor *os.File
	sweep   *exec.Cmd
}

// Take makes the folder, or takes over what a crashed process left, and holds it. A folder of a cloud that runs, of
// another version, or of somebody else's files is refused.
func Take(path, name string) (*Folder, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("make state folder: %w", err)
	}
	lock, err := hold(path)
	if err != nil {
		return nil, err
	}
	folder := &Folder{Path: path, lock: lock}
	if err := folder.prepare(name); err != nil {
		return nil, errors.Join(err, folder.unlock())
	}
	return folder, nil
}

// sweepPatience is how long Take waits while what a killed process left is still being removed.
const sweepPatience = 10 * time.Second

// hold takes the lock; the kernel drops it when this process and the janitor have ended.
func hold(path string) (*os.File, error) {
	const pause = 20 * time.Millisecond
	for deadline := time.Now().Add(sweepPatience); ; time.Sleep(pause) {
		file, err := tryHold(path)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock state folder %s: %w", path, err)
		}
		mark, err := Read(path)
		if err == nil && syscall.Kill(mark.PID, 0) != syscall.ESRCH || time.Now().After(deadline) {
			return nil, refuse("state folder %s is in use: a local cloud runs there (paymentdr local status), or is just starting or ending", path)
		}
	}
}

// tryHold is EWOULDBLOCK if another process has the lock.
func tryHold(path string) (*os.File, error) {
	file, err := os.OpenFile(path+lockFile, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if !holds(file) {
		return nil, errors.Join(syscall.EWOULDBLOCK, file.Close())
	}
	return file, nil
}

// holds tells whether the locked file still has its name. Whoever had the lock before may have removed it: then the next
// one makes another file, and holds that.
func holds(lock *os.File) bool {
	ours, err := lock.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(lock.Name())
	return err == nil && os.SameFile(ours, now)
}

// Gone tells whether nothing of the folder is left, so that another cloud can have it.
func Gone(path string) bool {
	for _, each := range []string{path, path + lockFile} {
		if _, err := os.Lstat(each); !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

func (f *Folder) prepare(name string) error {
	mark, err := Read(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		entries, err := os.ReadDir(f.Path)
		if err == nil && len(entries) > 0 {
			return refuse("state folder %s holds other files, such as %s; name an empty or a new one", f.Path, entries[0].Name())
		}
	case err != nil:
		return err
	case mark.Version != Version:
		return refuse("state folder %s is of version %d, this program makes version %d; remove it, or name another one", f.Path, mark.Version, Version)
	default:
		// Whoever made it is gone, or the lock would not be ours.
		if err := os.RemoveAll(f.Path); err != nil {
			return fmt.Errorf("remove what a crashed cloud left: %w", err)
		}
	}
	if err := f.make(name); err != nil {
		return errors.Join(err, os.RemoveAll(f.Path))
	}
	return nil
}

func (f *Folder) make(name string) error {
	// Others may pass through: the database servers run as another user when this one is root.
	if err := os.MkdirAll(f.Path, 0o755); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	content, err := json.Marshal(Mark{Version: Version, Name: name, PID: os.Getpid()})
	if err != nil {
		return fmt.Errorf("mark state folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(f.Path, markFile), content, 0o644); err != nil {
		return fmt.Errorf("mark state folder: %w", err)
	}
	return f.startJanitor()
}

// sweeping waits until its input ends, that is until the process that held the folder has ended in whatever way, and
// removes the folder. Children of that process die with it, but may write a last file meanwhile: so it tries again.
const sweeping = `cat >/dev/null; n=0; while [ -e "$1" ] && [ $n -lt 50 ]; do rm -rf -- "$1" 2>/dev/null; n=$((n+1)); [ -e "$1" ] && sleep 0.1; done; rm -f -- "$1.lock"`

// startJanitor starts what cleans up when this process is killed.
func (f *Folder) startJanitor() error {
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("watch state folder: %w", err)
	}
	defer read.Close()
	// #nosec G204 -- a fixed script; the path is an argument
	f.sweep = exec.Command("/bin/sh", "-c", sweeping, "sh", f.Path)
	f.sweep.Stdin, f.sweep.Dir = read, "/"
	// It has the lock, too: nobody takes the folder while it is being removed.
	f.sweep.ExtraFiles = []*os.File{f.lock}
	// A group of its own: what kills this one's must not kill it.
	f.sweep.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := f.sweep.Start(); err != nil {
		return errors.Join(fmt.Errorf("watch state folder: %w", err), write.Close())
	}
	f.janitor = write
	return nil
}

// Remove removes the folder and all that is in it. It is safe to call twice.
func (f *Folder) Remove() error {
	err := os.RemoveAll(f.Path)
	if f.janitor != nil {
		err = errors.Join(err, f.janitor.Close(), f.sweep.Wait())
		f.janitor = nil
	}
	return errors.Join(err, f.unlock())
}

func (f *Folder) unlock() error {
	if f.lock == nil {
		return nil
	}
	var err error
	// The janitor may have removed it, and somebody else made another one.
	if holds(f.lock) {
		err = os.Remove(f.lock.Name())
	}
	err = errors.Join(err, f.lock.Close())
	f.lock = nil
	return err
}

// Read reads the mark of a folder; fs.ErrNotExist if there is none.
func Read(path string) (Mark, error) {
	file, err := os.Open(filepath.Join(path, markFile))
	if err != nil {
		return Mark{}, fmt.Errorf("read state folder: %w", err)
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	if err != nil {
		return Mark{}, fmt.Errorf("read state folder: %w", err)
	}
	var mark Mark
	if err := json.Unmarshal(content, &mark); err != nil {
		return Mark{}, refuse("state folder %s: %s is damaged (%v); remove the folder, or name another one", path, markFile, err)
	}
	return mark, nil
}
