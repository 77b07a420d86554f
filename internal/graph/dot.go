package graph

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// DOT writes a model for Graphviz: a cluster for each root, a node for each concern with its resources.
func DOT(model Model) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "digraph %s {\n  compound=true; rankdir=TB; node [shape=box, fontname=\"monospace\"];\n", strconv.Quote(model.Title))
	for _, root := range model.Roots {
		fmt.Fprintf(&b, "  subgraph %s {\n    label=%s;\n", strconv.Quote("cluster_"+root.Name), strconv.Quote(fmt.Sprintf("%d %s", root.Order, root.Name)))
		for _, concern := range root.Concerns {
			fmt.Fprintf(&b, "    %s [label=\"%s\"];\n", node(root.Name, concern.Name), concernLabel(concern))
		}
		for _, concern := range root.Concerns {
			for _, use := range concern.Uses {
				fmt.Fprintf(&b, "    %s -> %s [label=\"%d\"];\n", node(root.Name, concern.Name), node(root.Name, use.Concern), use.Count)
			}
		}
		b.WriteString("  }\n")
	}
	for _, root := range model.Roots {
		for _, read := range root.Reads {
			if from, ok := model.root(read.From); ok && len(from.Concerns) > 0 && len(root.Concerns) > 0 {
				fmt.Fprintf(&b, "  %s -> %s [ltail=%s, lhead=%s, label=\"%s\"];\n", node(from.Name, from.Concerns[0].Name), node(root.Name, root.Concerns[0].Name),
					strconv.Quote("cluster_"+from.Name), strconv.Quote("cluster_"+root.Name), plural(len(read.Outputs), "output"))
			}
		}
	}
	b.WriteString("}\n")
	return b.Bytes()
}

func (m Model) root(name string) (Root, bool) {
	for _, root := range m.Roots {
		if root.Name == name {
			return root, true
		}
	}
	return Root{}, false
}

func node(root, concern string) string { return strconv.Quote(root + "/" + concern) }

// concernLabel is left-aligned lines, one a type.
func concernLabel(concern Concern) string {
	lines := []string{concern.Name}
	for _, typ := range concern.Types {
		names := make([]string, len(typ.Resources))
		for i, r := range typ.Resources {
			names[i] = r.Name
		}
		lines = append(lines, typ.Name+": "+strings.Join(names, ", "))
	}
	return strings.Join(lines, `\l`) + `\l`
}
