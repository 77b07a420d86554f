package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Superuser is the name of the bootstrap superuser of every server.
const Superuser = "postgres"

// templateFormat changes when what initdb is told below changes.
const templateFormat = "1"

// template is an initialised data folder that is never started, kept in the cache and copied for each server: a copy
// takes a tenth of the time of initdb. Copies share a system identifier, so one can stand by for another.
type template struct {
	data     string // the data folder
	password string // of Superuser
}

// templateFor returns the cached template of these programs and this account, making it on the first call.
func templateFor(ctx context.Context, programs Binaries, as account) (template, error) {
	cache, err := cacheFolder()
	if err != nil {
		return template{}, err
	}
	key := sha256.Sum256([]byte(programs.Dir))
	folder := filepath.Join(cache, fmt.Sprintf("template-%s-%s-%x-%d", templateFormat, programs.Version, key[:4], as.uid))
	if found, err := readTemplate(folder); err == nil {
		return found, nil
	}
	unlock, err := lockFile(folder + ".lock")
	if err != nil {
		return template{}, fmt.Errorf("make template: %w", err)
	}
	defer unlock()
	if found, err := readTemplate(folder); err == nil {
		return found, nil // another process was first
	}
	if err := makeTemplate(ctx, programs, as, folder); err != nil {
		return template{}, fmt.Errorf("make template %s: %w", folder, err)
	}
	return readTemplate(folder)
}

func readTemplate(folder string) (template, error) {
	password, err := os.ReadFile(filepath.Join(folder, "password"))
	if err != nil {
		return template{}, err
	}
	return template{data: filepath.Join(folder, "data"), password: strings.TrimSpace(string(password))}, nil
}

// makeTemplate runs initdb aside and renames the result to folder.
func makeTemplate(ctx context.Context, programs Binaries, as account, folder string) error {
	aside := folder + ".new"
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := os.Mkdir(aside, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	password := filepath.Join(aside, "password")
	if err := os.WriteFile(password, []byte(rand.Text()+"\n"), 0o600); err != nil {
		return err
	}
	if err := errors.Join(as.own(aside), as.own(password)); err != nil {
		return err
	}
	arguments := []string{
		"--pgdata", filepath.Join(aside, "data"), "--username", Superuser, "--pwfile", password,
		"--encoding", "UTF8", "--locale", "C", "--auth-local", "trust", "--auth-host", "scram-sha-256",
		"--data-checksums", // as Aurora has them, and pg_rewind needs them
		"--no-sync",        // a template lost with the machine is made again
	}
	if err := run(ctx, as, programs.Path("initdb"), arguments...); err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	return os.Rename(aside, folder)
}

// run runs a program of PostgreSQL to its end; the error has its output.
func run(ctx context.Context, as account, program string, arguments ...string) error {
	var output strings.Builder
	command := exec.Command(program, arguments...)
	command.Env, command.Stdout, command.Stderr = environment(), &output, &output
	child, err := start(command, as)
	if err != nil {
		return err
	}
	select {
	case <-child.exited:
	case <-ctx.Done():
		if err := child.signal(9); err != nil {
			return err
		}
		<-child.exited
		return fmt.Errorf("run %s: %w", program, ctx.Err())
	}
	if child.err != nil {
		return fmt.Errorf("run %s: %w: %s", program, child.err, strings.TrimSpace(output.String()))
	}
	return nil
}

// copyTree copies the selected part of the folder from to the new folder to, with its modes, for the account.
func copyTree(from, to string, as account, what selection) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if what.vanished(err) {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if what.skip(filepath.ToSlash(name)) {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		err = copyEntry(path, filepath.Join(to, name), entry, as)
		if what.vanished(err) {
			return nil
		}
		return err
	})
}

func copyEntry(path, target string, entry fs.DirEntry, as account) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	switch {
	case entry.IsDir():
		err = os.Mkdir(target, info.Mode().Perm())
	case entry.Type().IsRegular():
		err = copyFile(path, target, info.Mode().Perm())
	default:
		err = fmt.Errorf("copy %s: a %s, only files and folders are expected", path, entry.Type())
	}
	if err != nil {
		return err
	}
	return as.own(target)
}

// copyFile copies one file; the kernel shares or copies the blocks itself where the file system can.
func copyFile(from, to string, mode fs.FileMode) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		return errors.Join(err, target.Close())
	}
	return target.Close()
}
