package payment_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/text/currency"
	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/payment"
)

func TestParseMoney(t *testing.T) {
	for _, test := range []struct {
		amount, currency string
		units            int64
		canonical        string
		problem          *payment.Problem
	}{
		{"12.50", "USD", 1250, "12.50", nil},
		{"12.5", "USD", 1250, "12.50", nil},
		{"12.5000000", "USD", 1250, "12.50", nil},
		{"1.25e1", "USD", 1250, "12.50", nil},
		{"1250E-2", "USD", 1250, "12.50", nil},
		{"0.01", "USD", 1, "0.01", nil},
		{"0.1", "USD", 10, "0.10", nil},
		{"1500", "JPY", 1500, "1500", nil},
		{"1.5e3", "JPY", 1500, "1500", nil},
		{"1.5", "KWD", 1500, "1.500", nil},
		{"0.001", "IQD", 1, "0.001", nil},
		{"9999999999999.99", "USD", 999999999999999, "9999999999999.99", nil},
		{"999999999999999", "JPY", 999999999999999, "999999999999999", nil},
		{"10000000000000", "USD", 0, "", payment.ProblemAmountTooLarge},
		{"1e400", "USD", 0, "", payment.ProblemAmountTooLarge},
		{"1e99999999999999999999", "USD", 0, "", payment.ProblemAmountTooLarge},
		{"1e-400", "USD", 0, "", payment.ProblemAmountPrecision},
		{"1e-99999999999999999999", "USD", 0, "", payment.ProblemAmountPrecision},
		{"0.001", "USD", 0, "", payment.ProblemAmountPrecision},
		{"1.5", "JPY", 0, "", payment.ProblemAmountPrecision},
		{"0", "USD", 0, "", payment.ProblemAmountZero},
		{"0.00", "USD", 0, "", payment.ProblemAmountZero},
		{"0e400", "USD", 0, "", payment.ProblemAmountZero},
		{"0e99999999999999999999", "USD", 0, "", payment.ProblemAmountZero},
		{"-0", "USD", 0, "", payment.ProblemAmountNegativeZero},
		{"-0.0", "USD", 0, "", payment.ProblemAmountNegativeZero},
		{"-0e-99999999999999999999", "USD", 0, "", payment.ProblemAmountNegativeZero},
		{"-1", "USD", 0, "", payment.ProblemAmountNegative},
		{"-1e99999999999999999999", "USD", 0, "", payment.ProblemAmountNegative},
		{"", "USD", 0, "", payment.ProblemAmountFormat},
		{"+1", "USD", 0, "", payment.ProblemAmountFormat},
		{"01", "USD", 0, "", payment.ProblemAmountFormat},
		{".5", "USD", 0, "", payment.ProblemAmountFormat},
		{"5.", "USD", 0, "", payment.ProblemAmountFormat},
		{"1e", "USD", 0, "", payment.ProblemAmountFormat},
		{"1_000", "USD", 0, "", payment.ProblemAmountFormat},
		{"1,000", "USD", 0, "", payment.ProblemAmountFormat},
		{"0x10", "USD", 0, "", payment.ProblemAmountFormat},
		{" 1", "USD", 0, "", payment.ProblemAmountFormat},
		{"NaN", "USD", 0, "", payment.ProblemAmountFormat},
		{"Infinity", "USD", 0, "", payment.ProblemAmountFormat},
		{"１", "USD", 0, "", payment.ProblemAmountFormat},
		{strings.Repeat("0", 100), "USD", 0, "", payment.ProblemAmountFormat},
		{"1", "usd", 0, "", payment.ProblemUnknownCurrency},
		{"1", "", 0, "", payment.ProblemUnknownCurrency},
		{"1", "XXX", 0, "", payment.ProblemUnknownCurrency},
		{"1", "XAU", 0, "", payment.ProblemUnknownCurrency},
		{"1", "DEM", 0, "", payment.ProblemUnknownCurrency},
		{"1", "EURO", 0, "", payment.ProblemUnknownCurrency},
	} {
		t.Run(test.amount+" "+test.currency, func(t *testing.T) {
			money, err := payment.ParseMoney(test.amount, test.currency)
			if test.problem != nil {
				if !errors.Is(err, test.problem) {
					t.Fatalf("got %v, %v; want %v", money, err, test.problem)
				}
				return
			}
			if err != nil || money.MinorUnits != test.units || money.Amount() != test.canonical {
				t.Fatalf("got %d, %q, %v; want %d, %q", money.MinorUnits, money.Amount(), err, test.units, test.canonical)
			}
			if err := money.Validate(); err != nil {
				t.Errorf("a parsed amount is not valid: %v", err)
			}
		})
	}
}

// drawCurrency draws a currency of each exponent.
func drawCurrency(t *rapid.T) string {
	return rapid.SampledFrom([]string{"USD", "EUR", "JPY", "KRW", "KWD", "BHD"}).Draw(t, "currency")
}

func TestCanonicalTextIsReadBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		money := payment.Money{MinorUnits: rapid.Int64Range(1, payment.MaxMinorUnits).Draw(t, "units"), Currency: drawCurrency(t)}
		read, err := payment.ParseMoney(money.Amount(), money.Currency)
		if err != nil || read != money {
			t.Fatalf("%+v is written %q and read %+v (%v)", money, money.Amount(), read, err)
		}
	})
}

// TestParseMoneyAgreesWithRationals compares with math/big, which is slow and obvious.
func TestParseMoneyAgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.StringMatching(`-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,6})?([eE][+-]?[0-9]{1,2})?`).Draw(t, "amount")
		code := drawCurrency(t)
		digits, _ := payment.MinorUnitDigits(code)
		exact, ok := new(big.Rat).SetString(amount)
		if !ok {
			t.Fatalf("math/big does not read %q", amount)
		}
		scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
		exact.Mul(exact, new(big.Rat).SetInt(scale))
		acceptable := exact.Sign() > 0 && exact.IsInt() && exact.Num().Cmp(big.NewInt(payment.MaxMinorUnits)) <= 0
		money, err := payment.ParseMoney(amount, code)
		if acceptable != (err == nil) {
			t.Fatalf("%s %s: got %v, %v; exact value %v minor units", amount, code, money, err, exact)
		}
		if err == nil && money.MinorUnits != exact.Num().Int64() {
			t.Fatalf("%s %s: got %d minor units, exact value %v", amount, code, money.MinorUnits, exact)
		}
	})
}

// TestCurrenciesAgainstCLDR names every difference between our ISO 4217 table and golang.org/x/text/currency.
func TestCurrenciesAgainstCLDR(t *testing.T) {
	newer := map[string]bool{"SLE": true, "VED": true, "XCG": true, "ZWG": true, "VES": true, "MRU": true, "STN": true}
	// CLDR has the digits in daily use; ISO 4217 has the ones of the code.
	display := map[string]int{
		"AFN": 0, "ALL": 0, "IQD": 0, "IRR": 0, "KPW": 0, "LAK": 0, "LBP": 0, "MGA": 0, "MMK": 0,
		"PKR": 0, "RSD": 0, "SOS": 0, "SYP": 0, "YER": 0, "AMD": 0, "COP": 0, "CRC": 0, "GYD": 0,
		"IDR": 0, "MNT": 0, "MUR": 0, "TZS": 0, "UZS": 0,
	}
	for _, code := range payment.Currencies() {
		unit, err := currency.ParseISO(code)
		if err != nil {
			if !newer[code] {
				t.Errorf("%s is not known to CLDR and not listed as newer than its copy", code)
			}
			continue
		}
		digits, _ := payment.MinorUnitDigits(code)
		cldr, _ := currency.Standard.Rounding(unit)
		if want, listed := display[code]; listed && cldr == want {
			continue
		}
		if digits != cldr {
			t.Errorf("%s has %d digits here and %d in CLDR, and the difference is not listed", code, digits, cldr)
		}
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, seed := range []string{"12.50", "1e400", "-0", "NaN", "0.001", "1.5", "9999999999999.99", "1e-9", "0e99999999999"} {
		f.Add(seed, "USD")
		f.Add(seed, "JPY")
	}
	f.Fuzz(func(t *testing.T, amount, code string) {
		money, err := payment.ParseMoney(amount, code)
		if err != nil {
			var problem *payment.Problem
			if !errors.As(err, &problem) {
				t.Fatalf("%q %q: %v is not a problem", amount, code, err)
			}
			return
		}
		exact, ok := new(big.Rat).SetString(amount)
		canonical, _ := new(big.Rat).SetString(money.Amount())
		if !ok || exact.Cmp(canonical) != 0 {
			t.Fatalf("%q %s was read as %s", amount, code, money.Amount())
		}
	})
}
