package apply

import "testing"

// Reading and evaluating all four roots; the budget is 150 ms.
func BenchmarkCheck(b *testing.B) {
	folder := example(b)
	_, engine := newCloud()
	b.ReportAllocs()
	for b.Loop() {
		if err := engine.Check(folder); err != nil {
			b.Fatal(err)
		}
	}
}
