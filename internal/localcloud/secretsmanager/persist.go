package secretsmanager

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	recordSuffix    = ".json"
	temporarySuffix = ".new"
)

// load reads the folder. A file that a killed process did not finish is removed: what it would have said never counted.
func (s *Service) load() error {
	if s.options.Folder == "" {
		return nil
	}
	s.folder = filepath.Join(s.options.Folder, "secrets")
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return fmt.Errorf("make folder of secrets: %w", err)
	}
	entries, err := os.ReadDir(s.folder)
	if err != nil {
		return fmt.Errorf("read folder of secrets: %w", err)
	}
	for _, entry := range entries {
		path := filepath.Join(s.folder, entry.Name())
		switch {
		case strings.HasSuffix(path, temporarySuffix):
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("remove unfinished secret: %w", err)
			}
		case strings.HasSuffix(path, recordSuffix):
			if err := s.read(path); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) read(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read secret: %w", err)
	}
	var one record
	if err := json.Unmarshal(content, &one); err != nil || one.ARN == "" {
		// The decoder's own message could quote a part of a value.
		return fmt.Errorf("read secret %s: it is not what this service wrote", path)
	}
	// Nobody knows what a replica missed meanwhile: all are told again.
	for region, copy := range one.Replicas {
		copy.Sent = 0
		one.Replicas[region] = copy
	}
	s.records[one.ARN] = &one
	return nil
}

// path is named by a hash: names have slashes, and ARNs are longer than file names may be.
func (s *Service) path(one *record) string {
	hash := sha256.Sum256([]byte(one.ARN))
	return filepath.Join(s.folder, hex.EncodeToString(hash[:16])+recordSuffix)
}

// save replaces a secret's file in one step.
func (s *Service) save(one *record) error {
	if s.folder == "" {
		return nil
	}
	content, err := json.Marshal(one)
	if err != nil {
		return fmt.Errorf("encode secret %s: %w", one.Name, err)
	}
	path := s.path(one)
	file, err := os.OpenFile(path+temporarySuffix, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write secret %s: %w", one.Name, err)
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write secret %s: %w", one.Name, err)
	}
	return nil
}

func (s *Service) unlink(one *record) error {
	if s.folder == "" {
		return nil
	}
	if err := os.Remove(s.path(one)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove secret %s: %w", one.Name, err)
	}
	return nil
}
