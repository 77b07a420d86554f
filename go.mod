module github.com/paymentdr/paymentdr

go 1.26.0
