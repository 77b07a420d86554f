package apply

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// root is one root module: a folder of .tf files.
type root struct {
	name, directory string
	// nodes by the key that a reference to them has: aws_vpc.payment, local.x.
	nodes map[string]*node
	order []*node // as the files have them
	// state is where the backend keeps the root's outputs: what terraform_remote_state looks for.
	state location
	// begin is before everything in the root, end after it.
	begin, end *node
	functions  *functions
	// tolerant are the places of expressions that deal with null themselves, by file.
	tolerant map[string][]hcl.Range
	given    map[string]given
	faults   Faults
}

// load reads every root below folder. The error is for a folder that cannot be
// read; what is wrong in the files stands in each root's faults.
func load(folder string) ([]*root, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("read roots: %w", err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read roots: %w", err)
	}
	var roots []*root
	files := &fileCache{}
	for _, entry := range entries {
		if !entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		directory := filepath.Join(folder, entry.Name())
		sources, err := tfFiles(directory)
		if err != nil {
			return nil, fmt.Errorf("read root %s: %w", entry.Name(), err)
		}
		if len(sources) > 0 {
			roots = append(roots, &root{name: entry.Name(), directory: directory, nodes: map[string]*node{}, functions: newFunctions(directory, files),
				tolerant: map[string][]hcl.Range{}, given: map[string]given{}})
		}
	}
	if len(roots) == 0 {
		return nil, fmt.Errorf("read roots: no folder with .tf files in %s: run `paymentdr synth`", folder)
	}
	var readers sync.WaitGroup
	errs := make([]error, len(roots))
	for i, r := range roots {
		readers.Go(func() { errs[i] = r.read() })
	}
	readers.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("read root %s: %w", roots[i].name, err)
		}
	}
	return roots, nil
}

func tfFiles(directory string) ([]string, error) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		if !entry.IsDir() && strings.HasSuffix(entry.Name(), ".tf") && !strings.HasPrefix(entry.Name(), ".") {
			files = append(files, entry.Name())
		}
	}
	return files, nil
}

// unread says of files that the real engine would read why they are not read here; "" for all others.
func unread(file string) string {
	switch {
	case strings.HasSuffix(file, ".tf.json"):
		return "JSON syntax is not supported"
	case strings.HasSuffix(file, ".tofu"):
		return "the extension .tofu is not supported"
	case file == "override.tf", strings.HasSuffix(file, "_override.tf"):
		return "override files are not supported"
	}
	return ""
}

// read parses the files of the root and declares what is in them.
func (r *root) read() error {
	r.state, _ = r.locate("local", nil)
	r.begin, r.end = &node{root: r, part: barrier{}}, &node{root: r, part: barrier{}}
	entries, err := os.ReadDir(r.directory)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if why := unread(entry.Name()); why != "" {
			r.faults = append(r.faults, Fault{File: r.name + "/" + entry.Name(), Line: 1, What: why, Fix: "write it as a plain .tf file"})
		}
	}
	if err := r.readGiven(entries); err != nil {
		return err
	}
	files, err := tfFiles(r.directory)
	if err != nil {
		return err
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(r.directory, file))
		if err != nil {
			return err
		}
		parsed, diagnostics := hclsyntax.ParseConfig(content, r.name+"/"+file, hcl.InitialPos)
		r.faults = append(r.faults, faultsOf(diagnostics, hcl.Range{Filename: r.name + "/" + file}, "")...)
		if body, ok := parsed.Body.(*hclsyntax.Body); ok && !diagnostics.HasErrors() {
			r.visit(body)
			r.declare(body)
		}
	}
	return nil
}

// visit finds calls of functions that do not exist, in expressions that are never evaluated too, and the expressions
// that deal with null themselves. The types of variables only look like calls.
func (r *root) visit(body *hclsyntax.Body) {
	for _, attribute := range body.Attributes {
		_ = hclsyntax.VisitAll(attribute, r.visitNode)
	}
	for _, block := range body.Blocks {
		if block.Type != "variable" {
			_ = hclsyntax.VisitAll(block, r.visitNode)
			continue
		}
		for name, attribute := range block.Body.Attributes {
			if name != "type" {
				_ = hclsyntax.VisitAll(attribute, r.visitNode)
			}
		}
		for _, inner := range block.Body.Blocks {
			_ = hclsyntax.VisitAll(inner, r.visitNode)
		}
	}
}

func (r *root) visitNode(n hclsyntax.Node) hcl.Diagnostics {
	switch n := n.(type) {
	case *hclsyntax.FunctionCallExpr:
		if fault := r.functions.unknown(n.Name); fault != nil {
			r.faults = append(r.faults, at(n.NameRange, "", fault.what, fault.fix))
		}
		if slices.Contains([]string{"try", "can", "coalesce", "compact", "one"}, n.Name) {
			r.tolerant[n.Range().Filename] = append(r.tolerant[n.Range().Filename], n.Range())
		}
	case *hclsyntax.ConditionalExpr:
		r.tolerant[n.Range().Filename] = append(r.tolerant[n.Range().Filename], n.Range())
	}
	return nil
}
