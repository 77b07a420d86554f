package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Values of --output.
const (
	outputTable = "table"
	outputJSON  = "json"
)

func checkOutput(format string) error {
	if format != outputTable && format != outputJSON {
		return refusef("--output %q: use %s or %s", format, outputTable, outputJSON)
	}
	return nil
}

// result writes value as JSON, or the rows as an aligned table whose first row is the header.
func (a *app) result(value any, rows [][]string) error {
	if a.output == outputJSON {
		return writeJSON(a.process.Stdout, value)
	}
	return writeTable(a.process.Stdout, rows)
}

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

func writeTable(w io.Writer, rows [][]string) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(table, strings.TrimRight(strings.Join(row, "\t"), "\t"))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}
