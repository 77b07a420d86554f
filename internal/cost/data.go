package cost

import (
	"bytes"
	_ "embed"
	"fmt"

	"github.com/goccy/go-yaml"
)

//go:embed prices.yaml
var pricesYAML []byte

//go:embed assumptions.yaml
var assumptionsYAML []byte

// global is the Region of prices that are the same everywhere.
const global = "global"

// pricedRegion is the Region whose price stands for one that has none of its own.
const pricedRegion = "us-east-1"

// Confidence is how sure a price is.
type Confidence string

// Documented is AWS's own page, SecondHand someone who quotes it, Remembered neither.
const (
	Documented Confidence = "documented"
	SecondHand Confidence = "second-hand"
	Remembered Confidence = "remembered"
)

// Price is what AWS asks for one unit.
type Price struct {
	ID      string  `yaml:"id" json:"id"`
	Service string  `yaml:"service" json:"service"`
	Unit    string  `yaml:"unit" json:"unit"`
	Region  string  `yaml:"region" json:"region"`
	USD     float64 `yaml:"usd" json:"usd"`
	// Page is where AWS publishes it, Seen where it was read, Date when that was written or read.
	Page       string     `yaml:"page" json:"page"`
	Seen       string     `yaml:"seen" json:"seen,omitempty"`
	Date       string     `yaml:"date" json:"date"`
	Confidence Confidence `yaml:"confidence" json:"confidence"`
}

// Assumption is one thing about use that the files cannot say.
type Assumption struct {
	Key   string  `yaml:"key" json:"key"`
	Value float64 `yaml:"value" json:"value"`
	Unit  string  `yaml:"unit" json:"unit"`
	Why   string  `yaml:"why" json:"why"`
}

// PaymentsPerMonth is the key of the assumption that everyone has another value for.
const PaymentsPerMonth = "payments_per_month"

// Prices are the prices that are part of the program.
func Prices() ([]Price, error) {
	var file struct {
		Prices []Price `yaml:"prices"`
	}
	if err := decode(pricesYAML, &file); err != nil {
		return nil, fmt.Errorf("read prices: %w", err)
	}
	return file.Prices, nil
}

// Assumptions are the assumptions that are part of the program.
func Assumptions() ([]Assumption, error) {
	var assumptions []Assumption
	if err := decode(assumptionsYAML, &assumptions); err != nil {
		return nil, fmt.Errorf("read assumptions: %w", err)
	}
	return assumptions, nil
}

func decode(text []byte, into any) error {
	return yaml.NewDecoder(bytes.NewReader(text), yaml.DisallowUnknownField()).Decode(into)
}
