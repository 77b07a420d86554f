package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/config"
)

// schemaFile is written beside the configuration, where its first line tells editors to look for it.
const schemaFile = "paymentdr.schema.json"

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Write a commented paymentdr.yaml and its schema for editors",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return a.init() },
	}
}

func (a *app) init() error {
	path := a.configPath
	if path == "" {
		path = config.DefaultPath
	}
	if err := writeNew(path, config.ExampleYAML()); err != nil {
		return err
	}
	schema := filepath.Join(filepath.Dir(path), schemaFile)
	if err := os.WriteFile(schema, config.Schema(), 0o644); err != nil {
		return fmt.Errorf("write schema: %w", err)
	}
	_, err := fmt.Fprintf(a.process.Stdout, "wrote %s and %s; paymentdr check says what the numbers promise\n", path, schema)
	return err
}

// writeNew never overwrites.
func writeNew(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return refusef("%s exists already: nothing was changed", path)
	}
	if err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	_, err = file.Write(content)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}
