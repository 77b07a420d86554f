package apply

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// marked is value with the marks of expressions at paths, and of what the schema calls sensitive. tags_all holds a copy
// of the tags.
func (s *typeSchema) marked(value cty.Value, paths []cty.Path) cty.Value {
	all := s.sensitivePaths(value, nil)
	for _, path := range paths {
		all = append(all, path)
		if strings.HasPrefix(pathText(path), "tags") && s.attributes["tags_all"] != nil {
			all = append(all, cty.GetAttrPath("tags_all"))
		}
	}
	marks := make([]cty.PathValueMarks, 0, len(all))
	for _, path := range all {
		marks = append(marks, cty.PathValueMarks{Path: path, Marks: cty.NewValueMarks(sensitive)})
	}
	if len(marks) == 0 {
		return value
	}
	return value.MarkWithPaths(marks)
}

// sensitivePaths are the paths to what the schema calls sensitive; of a set of blocks, to the set.
func (b *block) sensitivePaths(value cty.Value, prefix cty.Path) []cty.Path {
	var paths []cty.Path
	for name, a := range b.attributes {
		if a.sensitive && !value.GetAttr(name).IsNull() {
			paths = append(paths, append(prefix.Copy(), cty.GetAttrStep{Name: name}))
		}
	}
	for name, inner := range b.blocks {
		blocks := value.GetAttr(name)
		if blocks.IsNull() || !blocks.IsKnown() {
			continue
		}
		here := append(prefix.Copy(), cty.GetAttrStep{Name: name})
		if blocks.Type().IsObjectType() {
			paths = append(paths, inner.sensitivePaths(blocks, here)...)
			continue
		}
		for iterator := blocks.ElementIterator(); iterator.Next(); {
			key, element := iterator.Element()
			if element.IsNull() || !element.IsKnown() {
				continue
			}
			within := inner.sensitivePaths(element, append(here.Copy(), cty.IndexStep{Key: key}))
			if len(within) > 0 && blocks.Type().IsSetType() {
				paths = append(paths, here)
				break
			}
			paths = append(paths, within...)
		}
	}
	return paths
}
