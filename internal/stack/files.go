package stack

import "github.com/paymentdr/paymentdr/internal/hclgen"

// LambdaFolder holds the functions' zip files, beside the roots.
const LambdaFolder = "lambda"

// FunctionZip is the path of a function's zip below the output folder.
func FunctionZip(function string) string { return LambdaFolder + "/" + function + ".zip" }

// Files are all roots' files, by their path below the output folder.
func (s *System) Files() map[string][]byte {
	files := map[string][]byte{}
	for _, root := range s.Roots {
		for name, content := range root.Module.Files() {
			files[root.Name+"/"+name] = content
		}
	}
	return files
}

// Resources counts the root's resource blocks.
func (r Root) Resources() int {
	count := 0
	for _, block := range r.Module.Blocks() {
		if block.Kind() == hclgen.KindResource {
			count++
		}
	}
	return count
}
