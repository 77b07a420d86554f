package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// MinimumMajor is the oldest PostgreSQL that Find accepts: the functions of the ledger use its SQL-standard grammar,
// and it is the oldest release that Aurora global databases still offer.
const MinimumMajor = 14

// ErrNotInstalled says that no usable PostgreSQL was found and none could be downloaded.
var ErrNotInstalled = errors.New(
	"PostgreSQL server programs not found: install them (make postgresql, on Debian: apt-get install postgresql; " +
		"on macOS: brew install postgresql@17), or allow one download of about 15 MB")

// Binaries is a folder with PostgreSQL's programs.
type Binaries struct {
	Dir     string // absolute folder that holds postgres and initdb
	Version string // as the server prints it, for example 17.7
}

// Find returns the first usable PostgreSQL: installed ones first (newest version first among several of one kind), then
// the one that an earlier run downloaded, then a download.
//
// The error wraps ErrNotInstalled and names everything that was tried.
func Find(ctx context.Context) (Binaries, error) {
	var tried []error
	for _, folder := range installedFolders(ctx) {
		found, err := inspect(ctx, folder)
		if err == nil {
			return found, nil
		}
		tried = append(tried, err)
	}
	found, err := download(ctx)
	if err != nil {
		return Binaries{}, fmt.Errorf("find postgres: %w: %w", ErrNotInstalled, errors.Join(append(tried, err)...))
	}
	return found, nil
}

// Path is the absolute path of the program name, whether it exists or not.
func (b Binaries) Path(name string) string { return filepath.Join(b.Dir, name) }

// Has tells whether the program name is there; downloaded bundles leave the client programs out.
func (b Binaries) Has(name string) bool {
	info, err := os.Stat(b.Path(name))
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// Major is the major version, 0 when Version is not understood.
func (b Binaries) Major() int {
	digits := strings.FieldsFunc(b.Version, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	major, err := strconv.Atoi(digits[0])
	if err != nil {
		return 0
	}
	return major
}

// installedFolders lists candidate folders in order of preference, without judging them.
func installedFolders(ctx context.Context) []string {
	var folders []string
	add := func(folder string) {
		if folder != "" && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	if program, err := exec.LookPath("postgres"); err == nil {
		// Debian links single programs elsewhere: the real folder has all of them.
		if real, err := filepath.EvalSymlinks(program); err == nil {
			add(filepath.Dir(real))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
		"/usr/pgsql-*/bin",                                   // the PostgreSQL project's RPMs
		"/opt/homebrew/opt/postgresql@*/bin",                 // Homebrew on Apple silicon
		"/usr/local/opt/postgresql@*/bin",                    // Homebrew on Intel
		"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
	} {
		// The only error of Glob is a malformed pattern, and these are constants.
		matches, _ := filepath.Glob(pattern)
		slices.SortFunc(matches, newerFirst)
		for _, match := range matches {
			add(match)
		}
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		add(strings.TrimSpace(string(out)))
	}
	return folders
}

// newerFirst orders folders by the digits in their path, so that 17 stands before 9.6.
func newerFirst(a, b string) int {
	number := func(path string) int {
		digits := strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' })
		if len(digits) == 0 {
			return 0
		}
		n, err := strconv.Atoi(digits[0])
		if err != nil {
			return 0
		}
		return n
	}
	return number(b) - number(a)
}

// inspect checks that folder has a server that runs and is new enough.
func inspect(ctx context.Context, folder string) (Binaries, error) {
	found := Binaries{Dir: folder}
	for _, program := range []string{"postgres", "initdb"} {
		if !found.Has(program) {
			return Binaries{}, fmt.Errorf("inspect %s: no program %s", folder, program)
		}
	}
	out, err := exec.CommandContext(ctx, found.Path("postgres"), "--version").CombinedOutput()
	if err != nil {
		return Binaries{}, fmt.Errorf("inspect %s: postgres --version: %w: %s", folder, err, strings.TrimSpace(string(out)))
	}
	// "postgres (PostgreSQL) 15.13 (Debian 15.13-1)"
	fields := strings.Fields(string(out))
	if len(fields) < 3 {
		return Binaries{}, fmt.Errorf("inspect %s: version %q not understood", folder, out)
	}
	found.Version = fields[2]
	if found.Major() < MinimumMajor {
		return Binaries{}, fmt.Errorf("inspect %s: version %s, need %d or newer", folder, found.Version, MinimumMajor)
	}
	return found, nil
}
