package receipt

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const childFile = "RECEIPT_TEST_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		payUntilKilled(path)
	}
	os.Exit(m.Run())
}

// payUntilKilled is a payer's process: it says aloud which receipts it has counted.
func payUntilKilled(path string) {
	writer, err := Create(path, Header{Run: "r1"})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for n := 0; ; n++ {
		if err := writer.Append(answered(fmt.Sprintf("p%d", n), Success)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("p%d\n", n)
	}
}

func TestEveryReceiptThatWasCountedSurvivesTheKillOfThePayer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "receipts.jsonl")
	payer := exec.Command(os.Args[0])
	payer.Env, payer.Stderr = append(os.Environ(), childFile+"="+path), os.Stderr
	output, err := payer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := payer.Start(); err != nil {
		t.Fatal(err)
	}
	counted := map[string]bool{}
	for lines := bufio.NewScanner(output); lines.Scan(); {
		counted[lines.Text()] = true
		if len(counted) == 500 {
			// From here on whatever is still in the pipe counts, too.
			if err := payer.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = payer.Wait() // it was killed
	file, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range file.Receipts {
		delete(counted, one.ID)
	}
	if len(counted) > 0 {
		t.Errorf("%d receipts were counted and are not in the file of %d", len(counted), len(file.Receipts))
	}
}
