package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// staleness is how an output folder differs from what the configuration gives now.
type staleness struct {
	// Missing and Changed are generated files (and zip files) that are not there or not as generated.
	Missing, Changed []string
	// Added are files that the engine would read and that this configuration does not generate.
	Added []string
}

// compareOut generates in memory and compares with the folder. Only the presence of zip files is checked: they hold
// the functions' code, which is built from source and not from the configuration.
func compareOut(system *stack.System, out string) (staleness, error) {
	var found staleness
	files := system.Files()
	for _, name := range sortedKeys(files) {
		content, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			found.Missing = append(found.Missing, name)
		case err != nil:
			return staleness{}, fmt.Errorf("compare %s with the configuration: %w", out, err)
		case string(content) != string(files[name]):
			found.Changed = append(found.Changed, name)
		}
	}
	for _, function := range config.Functions() {
		name := stack.FunctionZip(function)
		if _, err := os.Stat(filepath.Join(out, filepath.FromSlash(name))); err != nil {
			found.Missing = append(found.Missing, name)
		}
	}
	for _, root := range system.Roots {
		added, err := addedFiles(out, root.Name, files)
		if err != nil {
			return staleness{}, err
		}
		found.Added = append(found.Added, added...)
	}
	return found, nil
}

// addedFiles lists the configuration files of a root's folder that are not generated.
func addedFiles(out, root string, files map[string][]byte) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(out, root))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("compare root %s with the configuration: %w", root, err)
	}
	var added []string
	for _, entry := range entries {
		name := root + "/" + entry.Name()
		if _, ours := files[name]; !ours && readByEngine(entry.Name()) {
			added = append(added, name)
		}
	}
	sort.Strings(added)
	return added, nil
}

func readByEngine(name string) bool {
	for _, ending := range []string{".tf", ".tf.json", ".tofu", ".tofu.json"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}

// describe is the difference in words; empty if generated files are as they should be.
func (s staleness) describe() string {
	var parts []string
	if len(s.Changed) > 0 {
		parts = append(parts, "differ: "+shortList(s.Changed))
	}
	if len(s.Missing) > 0 {
		parts = append(parts, "missing: "+shortList(s.Missing))
	}
	return strings.Join(parts, "; ")
}

// shortList names the first few: a folder that was never written misses everything.
func shortList(names []string) string {
	const few = 4
	if len(names) <= few+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}
