package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

type entry struct {
	name, content string
	mode          fs.FileMode
}

func pack(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var buffer bytes.Buffer
	writer := zip.NewWriter(&buffer)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name}
		header.SetMode(e.mode)
		file, err := writer.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// foreign is this test's own binary with another processor in its header.
func foreign(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	other := uint16(183) // EM_AARCH64
	if runtime.GOARCH == "arm64" {
		other = 62 // EM_X86_64
	}
	binary.LittleEndian.PutUint16(content[18:], other)
	return string(content[:min(len(content), 40<<20)])
}

const script = "#!/bin/sh\nexit 0\n"

func TestUnpack(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "code")
	archive := pack(t, entry{EntryPoint, script, 0o600}, entry{"share/", "", 0o755 | fs.ModeDir}, entry{"share/data.txt", "data", 0o644})
	if err := Unpack(archive, folder); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(folder, EntryPoint))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o111 != 0o111 {
		t.Errorf("%s has mode %s, it must be executable", EntryPoint, info.Mode())
	}
	content, err := os.ReadFile(filepath.Join(folder, "share", "data.txt"))
	if err != nil || string(content) != "data" {
		t.Errorf("share/data.txt = %q, %v", content, err)
	}
}

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		name    string
		archive []byte
		want    error
		say     string
	}{
		{"no zip", []byte("PK, really"), ErrInvalid, "unzip"},
		{"empty", nil, ErrInvalid, "unzip"},
		{"no bootstrap", pack(t, entry{"index.py", "print()", 0o644}), ErrInvalid, "no file bootstrap"},
		{"leaves the folder", pack(t, entry{EntryPoint, script, 0o755}, entry{"../evil", "x", 0o644}), ErrInvalid, "leaves the folder"},
		{"absolute", pack(t, entry{EntryPoint, script, 0o755}, entry{"/etc/evil", "x", 0o644}), ErrInvalid, "leaves the folder"},
		{"symbolic link", pack(t, entry{EntryPoint, script, 0o755}, entry{"link", "/etc/passwd", 0o777 | fs.ModeSymlink}), ErrInvalid, "only files and folders"},
		{"no program", pack(t, entry{EntryPoint, "hello", 0o755}), ErrForeign, "neither a Linux binary nor a script"},
		{"other processor", pack(t, entry{EntryPoint, foreign(t), 0o755}), ErrForeign, "compute.architecture: " + runtime.GOARCH},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Unpack(test.archive, filepath.Join(t.TempDir(), "code"))
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.say) {
				t.Errorf("Unpack = %v, want %v and %q", err, test.want, test.say)
			}
		})
	}
}

func TestHash(t *testing.T) {
	// openssl dgst -sha256 -binary </dev/null | base64
	if got := Hash(nil); got != "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" {
		t.Errorf("Hash(nil) = %s", got)
	}
}
