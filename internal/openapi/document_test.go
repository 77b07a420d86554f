package openapi

import (
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"github.com/paymentdr/paymentdr/internal/payment"
)

const path = "../../docs/openapi.yaml"

// contract is the document, read.
type contract struct {
	model    *v3.Document
	validate validator.Validator
}

func read(t *testing.T) contract {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	document, err := libopenapi.NewDocument(content)
	if err != nil {
		t.Fatal(err)
	}
	model, err := document.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	// Tokens are API Gateway's matter; the handler never sees one.
	validate, failures := validator.NewValidator(document, config.WithFormatAssertions(), config.WithoutSecurityValidation())
	if len(failures) > 0 {
		t.Fatal(failures)
	}
	return contract{model: &model.Model, validate: validate}
}

func TestDocumentIsValidOpenAPI(t *testing.T) {
	c := read(t)
	if valid, failures := c.validate.ValidateDocument(); !valid {
		for _, failure := range failures {
			t.Errorf("%s: %s %v", failure.Message, failure.Reason, failure.SchemaValidationErrors)
		}
	}
	if c.model.Version != "3.1.0" {
		t.Errorf("version %s, want 3.1.0", c.model.Version)
	}
}

// responses yields every documented response as "operation status", and those of no operation by their name.
func (c contract) responses() map[string]*v3.Response {
	found := map[string]*v3.Response{}
	for _, item := range c.model.Paths.PathItems.FromOldest() {
		for _, operation := range item.GetOperations().FromOldest() {
			for status, response := range operation.Responses.Codes.FromOldest() {
				found[operation.OperationId+" "+status] = response
			}
		}
	}
	for _, name := range []string{"UnknownPath", "MethodNotAllowed"} {
		if response, ok := c.model.Components.Responses.Get(name); ok {
			found[name] = response
		}
	}
	return found
}

// problems are the problem types that a response documents: by its schema's enum, and by its examples.
func problems(response *v3.Response) (byEnum []string, byExample map[string]payment.Problem) {
	byExample = map[string]payment.Problem{}
	media, ok := response.Content.Get(payment.ProblemContentType)
	if !ok {
		return nil, byExample
	}
	for _, part := range media.Schema.Schema().AllOf {
		if kind, ok := part.Schema().Properties.Get("type"); ok {
			for _, value := range kind.Schema().Enum {
				byEnum = append(byEnum, value.Value)
			}
		}
	}
	for name, example := range media.Examples.FromOldest() {
		var problem payment.Problem
		// An example that cannot be read stays empty, which no problem of the code is.
		_ = example.Value.Decode(&problem)
		byExample[name] = problem
	}
	return byEnum, byExample
}

func TestEveryProblemIsDocumentedAndNoOther(t *testing.T) {
	registry := map[string]payment.Problem{}
	for _, problem := range payment.Problems() {
		registry[problem.Type] = problem
	}
	documented := map[string]bool{}
	for where, response := range read(t).responses() {
		enum, examples := problems(response)
		if len(enum) != len(examples) {
			t.Errorf("%s has %d problem types and %d examples", where, len(enum), len(examples))
		}
		for name, example := range examples {
			known, ok := registry[example.Type]
			switch {
			case !ok:
				t.Errorf("%s: example %s has type %s, which the code does not have", where, name, example.Type)
			case example.Title != known.Title || example.Status != known.Status || payment.ProblemBase+name != known.Type:
				t.Errorf("%s: example %s is %+v, the code says %+v", where, name, example, known)
			case !slices.Contains(enum, example.Type):
				t.Errorf("%s: %s has an example and is not in the schema", where, example.Type)
			}
			documented[example.Type] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(registry)) {
		if !documented[name] {
			t.Errorf("problem %s is not documented", name)
		}
	}
}

func TestCurrenciesAreThoseOfTheCode(t *testing.T) {
	schema, ok := read(t).model.Components.Schemas.Get("Currency")
	if !ok {
		t.Fatal("no schema Currency")
	}
	var listed []string
	for _, value := range schema.Schema().Enum {
		listed = append(listed, value.Value)
	}
	if !slices.Equal(listed, payment.Currencies()) {
		t.Errorf("the document lists %v\nthe code has %v", listed, payment.Currencies())
	}
}
