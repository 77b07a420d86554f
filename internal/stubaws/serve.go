package stubaws

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"

	"github.com/paymentdr/paymentdr/internal/hclgen/schema"
)

// Serve runs the provider until the engine ends it. schemaFile is a document of
// another schema, "" for the one that hclgen embeds; cloudFile as in NewServer.
func Serve(schemaFile, cloudFile string) error {
	document, err := readSchema(schemaFile)
	if err != nil {
		return err
	}
	server, err := NewServer(document, cloudFile)
	if err != nil {
		return err
	}
	return tf5server.Serve("registry.opentofu.org/hashicorp/aws", func() tfprotov5.ProviderServer { return server })
}

func readSchema(file string) ([]byte, error) {
	source, closeSource, err := openSchema(file)
	if err != nil {
		return nil, err
	}
	defer closeSource()
	document, err := io.ReadAll(source)
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return document, nil
}

func openSchema(file string) (source io.Reader, closeSource func() error, err error) {
	if file == "" {
		source, err = schema.Open()
		return source, func() error { return nil }, err
	}
	opened, err := os.Open(file)
	if err != nil {
		return nil, nil, fmt.Errorf("open schema: %w", err)
	}
	if !strings.HasSuffix(file, ".gz") {
		return opened, opened.Close, nil
	}
	source, err = gzip.NewReader(opened)
	if err != nil {
		return nil, nil, fmt.Errorf("open schema %s: %w", file, err)
	}
	return source, opened.Close, nil
}
