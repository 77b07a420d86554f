package apply

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// fileCache keeps what functions made of files, so that planning and making see the same, and a zip file that two
// roots use is read once.
type fileCache struct{ results sync.Map }

// result is what read makes of the file, asked for once.
func (c *fileCache) result(function, path string, read func() (string, error)) (string, error) {
	once, _ := c.results.LoadOrStore([2]string{function, path}, sync.OnceValues(read))
	return once.(func() (string, error))()
}

// fileFunctions read files of this machine; a relative path begins at the root's directory.
func fileFunctions(directory string, files *fileCache) map[string]function.Function {
	table := map[string]function.Function{
		"fileexists": function.New(&function.Spec{
			Params: []function.Parameter{{Name: "path", Type: cty.String}}, Type: function.StaticReturnType(cty.Bool),
			Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) {
				info, err := os.Stat(resolvePath(directory, values[0].AsString()))
				return cty.BoolVal(err == nil && info.Mode().IsRegular()), nil
			}}),
	}
	add := func(name string, read func(file io.Reader, path string) (string, error)) {
		table[name] = textFunc([]string{"path"}, func(arguments []string) (string, error) {
			path := resolvePath(directory, arguments[0])
			return files.result(name, path, func() (string, error) { return readFile(directory, path, read) })
		})
	}
	add("file", readText)
	add("filebase64", func(file io.Reader, _ string) (string, error) {
		content, err := io.ReadAll(file)
		return toBase64(content), err
	})
	for _, algorithm := range []string{"md5", "sha1", "sha256", "sha512"} {
		add("file"+algorithm, digestOf(algorithm, toHex))
	}
	for _, algorithm := range []string{"sha256", "sha512"} {
		add("filebase64"+algorithm, digestOf(algorithm, toBase64))
	}
	return table
}

func digestOf(algorithm string, encode func([]byte) string) func(io.Reader, string) (string, error) {
	return func(file io.Reader, _ string) (string, error) {
		hash := newHash(algorithm)
		if _, err := io.Copy(hash, file); err != nil {
			return "", err
		}
		return encode(hash.Sum(nil)), nil
	}
}

func readFile(directory, path string, read func(file io.Reader, path string) (string, error)) (string, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", missingFile(directory, path)
	}
	if err != nil {
		return "", err
	}
	defer file.Close() // nothing was written
	return read(file, path)
}

func resolvePath(directory, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(directory, path)
}

// missingFile says how to get a function's zip file: synth builds it beside the roots.
func missingFile(directory, path string) error {
	shown := path
	if relative, err := filepath.Rel(filepath.Dir(directory), path); err == nil {
		shown = relative
	}
	missing := &fixable{what: fmt.Sprintf("the file %s is not there", shown)}
	if filepath.Ext(path) == ".zip" {
		missing.fix = "run `paymentdr synth`, which builds it"
	}
	return missing
}
