package secretsmanager

import (
	"strconv"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// BenchmarkGetSecretValue is what a function's cold start pays, over the SDK.
func BenchmarkGetSecretValue(b *testing.B) {
	s := start(b, Options{Folder: b.TempDir()})
	must[string](b)(s.Put(b.Context(), Secret{Name: "s"}))
	must[string](b)(s.PutValue(b.Context(), "s", Value{String: "one"}))
	api := client(b, s)
	for b.Loop() {
		must[*sdk.GetSecretValueOutput](b)(api.GetSecretValue(b.Context(), &sdk.GetSecretValueInput{SecretId: text("s")}))
	}
}

// BenchmarkPutValue writes and syncs a file each time.
func BenchmarkPutValue(b *testing.B) {
	c := &clock{}
	s := start(b, Options{Folder: b.TempDir(), Now: c.now})
	must[string](b)(s.Put(b.Context(), Secret{Name: "s"}))
	for i := 0; b.Loop(); i++ {
		c.jump(time.Hour)
		must[string](b)(s.PutValue(b.Context(), "s", Value{String: strconv.Itoa(i)}))
	}
}
