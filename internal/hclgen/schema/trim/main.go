// Command trim cuts the output of `tofu providers schema -json` down to the
// types that this repository uses. The same input gives the same bytes.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/paymentdr/paymentdr/internal/hclgen/schema"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "trim:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("trim", flag.ContinueOnError)
	in := flags.String("in", "", "output of `tofu providers schema -json`, plain or .gz")
	out := flags.String("out", "internal/hclgen/schema/schema.json.gz", "file to write")
	types := flags.String("types", "internal/hclgen/schema/types.txt", "file with the types to keep")
	if err := flags.Parse(args); err != nil {
		return err
	}
	source, err := read(*in)
	if err != nil {
		return err
	}
	wanted, err := os.ReadFile(*types)
	if err != nil {
		return fmt.Errorf("read types: %w", err)
	}
	trimmed, err := Trim(bytes.NewReader(source), schema.ParseTypes(string(wanted)))
	if err != nil {
		return err
	}
	return write(*out, trimmed)
}

func read(name string) ([]byte, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read provider schema: %w", err)
	}
	if !bytes.HasPrefix(content, []byte{0x1f, 0x8b}) {
		return content, nil
	}
	reader, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("decompress %s: %w", name, err)
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		return nil, fmt.Errorf("decompress %s: %w", name, err)
	}
	return plain, nil
}

// write leaves name and time out of the gzip header, so equal input is equal output.
func write(name string, content []byte) error {
	var compressed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := writer.Write(content); err != nil {
		return fmt.Errorf("compress %s: %w", name, err)
	}
	if err := writer.Close(); err != nil {
		return fmt.Errorf("compress %s: %w", name, err)
	}
	if err := os.WriteFile(name, compressed.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// Trim keeps the provider's own block and the wanted types ("resource aws_vpc"),
// without descriptions. It fails, naming all, if a wanted type is not there.
func Trim(in io.Reader, wanted []string) ([]byte, error) {
	var document schema.Document
	if err := json.NewDecoder(in).Decode(&document); err != nil {
		return nil, fmt.Errorf("decode provider schema: %w", err)
	}
	provider, err := document.Aws()
	if err != nil {
		return nil, err
	}
	kept := schema.Provider{Resources: map[string]json.RawMessage{}, Data: map[string]json.RawMessage{}, Ephemeral: map[string]json.RawMessage{}}
	if kept.Provider, err = reduce(provider.Provider); err != nil {
		return nil, fmt.Errorf("reduce provider block: %w", err)
	}
	from, to := provider.Kinds(), kept.Kinds()
	var missing []string
	for _, kindAndName := range wanted {
		kind, name, _ := strings.Cut(kindAndName, " ")
		entry, ok := from[kind][name]
		if !ok {
			missing = append(missing, kindAndName)
			continue
		}
		if to[kind][name], err = reduce(entry); err != nil {
			return nil, fmt.Errorf("reduce %s: %w", kindAndName, err)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("find types in provider schema: %d of %d are not there: %s", len(missing), len(wanted), strings.Join(missing, ", "))
	}
	return json.Marshal(schema.Document{FormatVersion: document.FormatVersion,
		ProviderSchemas: map[string]*schema.Provider{"registry.terraform.io/hashicorp/aws": &kept}})
}

// reduce decodes and encodes an entry, which drops what schema.Entry does not know.
func reduce(entry json.RawMessage) (json.RawMessage, error) {
	var decoded schema.Entry
	if err := json.Unmarshal(entry, &decoded); err != nil {
		return nil, err
	}
	if err := typed(&decoded.Block, ""); err != nil {
		return nil, err
	}
	return json.Marshal(decoded)
}

// typed refuses attributes without a type (nested_type of protocol 6): the check
// could not judge them.
func typed(block *schema.Block, path string) error {
	for name, attribute := range block.Attributes {
		if len(attribute.Type) == 0 {
			return fmt.Errorf("attribute %s%s has no type; nested_type is not supported", path, name)
		}
	}
	for name, nested := range block.BlockTypes {
		if err := typed(&nested.Block, path+name+"."); err != nil {
			return err
		}
	}
	return nil
}
