package synth

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
)

// ManifestFile lists what an output folder got from us, so that nothing else in it is ever overwritten or removed.
const ManifestFile = ".paymentdr.json"

// manifestFormat grows when an older program could no longer read the manifest.
const manifestFormat = 1

// manifest is the content of ManifestFile: slash-separated paths and the SHA-256 of what was written.
type manifest struct {
	Format int               `json:"format"`
	Files  map[string]string `json:"files"`
}

func newManifest(files map[string][]byte) manifest {
	m := manifest{Format: manifestFormat, Files: make(map[string]string, len(files))}
	for name, content := range files {
		m.Files[name] = digest(content)
	}
	return m
}

func (m manifest) bytes() []byte {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		panic(err) // strings only: cannot happen
	}
	return append(text, '\n')
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// readManifest returns found == false if the folder has none.
func readManifest(folder string) (m manifest, found bool, err error) {
	path := filepath.Join(folder, ManifestFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return manifest{}, false, nil
	}
	if err != nil {
		return manifest{}, false, fmt.Errorf("read manifest: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return manifest{}, false, fmt.Errorf("read manifest %s: %w", path, err)
	}
	if m.Format != manifestFormat {
		return manifest{}, false, &RefusedError{Folder: folder, Reasons: []string{
			fmt.Sprintf("its %s has format %d, this program writes format %d", ManifestFile, m.Format, manifestFormat)}}
	}
	return m, true, nil
}

// changedByHand lists the files of the manifest that are no longer as written. Missing ones are no loss.
func (m manifest) changedByHand(folder string) ([]string, error) {
	var changed []string
	for name, want := range m.Files {
		content, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("compare with manifest: %w", err)
		}
		if digest(content) != want {
			changed = append(changed, name)
		}
	}
	sort.Strings(changed)
	return changed, nil
}

// foreign lists the files that would be written but exist and are not in the manifest.
func (m manifest) foreign(folder string, files map[string][]byte) ([]string, error) {
	var names []string
	for name := range files {
		if _, ours := m.Files[name]; ours {
			continue
		}
		_, err := os.Lstat(filepath.Join(folder, filepath.FromSlash(name)))
		switch {
		case err == nil:
			names = append(names, name)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("look for %s: %w", name, err)
		}
	}
	sort.Strings(names)
	return names, nil
}
