package payment

import (
	"maps"
	"slices"
)

// minorUnitDigits are the active codes of ISO 4217 list one (January 2026) that are money, with their exponents.
//
// golang.org/x/text/currency is not the source: it holds CLDR's display digits (IQD 0 where ISO says 3, AFN 0
// where ISO says 2), withdrawn codes such as DEM, and none of the codes since 2018. A test compares the two and
// names every difference. Bond units, metals, funds codes, XTS and XXX are not in it: nobody can be charged in them.
var minorUnitDigits = func() map[string]int {
	digits := make(map[string]int, 160)
	for exponent, codes := range map[int][]string{
		0: {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"},
		2: {
			"AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD", "BND", "BOB",
			"BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP", "CRC", "CUP", "CVE", "CZK",
			"DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ",
			"GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD",
			"KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR",
			"MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP",
			"PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS",
			"SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH",
			"USD", "UYU", "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG",
		},
		3: {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"},
	} {
		for _, code := range codes {
			digits[code] = exponent
		}
	}
	return digits
}()

// MinorUnitDigits is the ISO 4217 exponent of an active currency (USD 2, JPY 0, KWD 3); false for any other text.
func MinorUnitDigits(currency string) (int, bool) {
	digits, ok := minorUnitDigits[currency]
	return digits, ok
}

// Currencies lists every code that MinorUnitDigits knows, sorted.
func Currencies() []string { return slices.Sorted(maps.Keys(minorUnitDigits)) }
