# Targets work from a fresh clone: each builds or installs, pinned, what it needs. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
OUT ?= out
CACHE := $(CURDIR)/.cache
PACKAGES ?= ./...
# Tests that start whole clouds, as processes of their own: one after the other, and with the programs that users have.
CLOUDS := ./cmd/paymentdr ./internal/operate/local ./internal/drill/onaws/e2e

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

.PHONY: build
build: ## build the command line into .bin/
	go build -trimpath -o .bin/paymentdr ./cmd/paymentdr

.PHONY: drill
drill: build ## run the system as two Regions on this machine, kill one under load, and judge: SCENARIO=region-loss
	@.bin/paymentdr drill $(SCENARIO) --report $(OUT)/drill-$$(date -u +%Y%m%d-%H%M%S)

.PHONY: up
up: build ## start two local Regions; .bin/paymentdr local down ends them
	@.bin/paymentdr local up

.PHONY: record
record: build ## record the drill that the README shows
	@scripts/record

.PHONY: record-drills
record-drills: build ## record the summary of all drills that docs/drills.md shows
	@folder=$$(mktemp -d) && .bin/paymentdr drill all --report $$folder/report && cp $$folder/report/report.txt docs/drills.txt && rm -r $$folder

.PHONY: synth
synth: ## write the system's files and the functions' zip files into out/
	go run ./cmd/paymentdr synth --out $(OUT)

.PHONY: example
example: ## write examples/default anew
	go run ./cmd/paymentdr synth --no-functions --out examples/default

.PHONY: deps
deps: ## install what the tests need beside Go (Debian and Ubuntu as root; elsewhere it says what is missing)
	@scripts/deps

.PHONY: tofu
tofu: ## build the pinned OpenTofu once and print its path
	@go run ./internal/enginetest/tofubuild

.PHONY: test
test: deps ## run every test, with the real engine, a real PostgreSQL and a real DynamoDB API
	@scripts/timed "OpenTofu" go run ./internal/enginetest/tofubuild
	@scripts/timed "tests" go test -timeout 20m $$(go list $(PACKAGES) | grep -vE '/(cmd/paymentdr|operate/local|onaws/e2e)$$')
	@scripts/timed "tests of whole clouds" go test -timeout 20m -p 1 $(CLOUDS)

.PHONY: race
race: deps ## run every test under the race detector
	@scripts/timed "OpenTofu" go run ./internal/enginetest/tofubuild
	@scripts/timed "tests with -race" go test -race -timeout 40m $$(go list $(PACKAGES) | grep -vE '/(cmd/paymentdr|operate/local|onaws/e2e)$$')
	@scripts/timed "tests of whole clouds" go test -timeout 20m -p 1 $(CLOUDS)

.PHONY: lint
lint: ## formatting, vet, staticcheck, tidy modules, shell syntax
	@scripts/lint

.PHONY: scan
scan: ## scan the generated files with checkov
	@scripts/scan

.PHONY: vulnerabilities
vulnerabilities: ## look up known vulnerabilities and withdrawn versions of the dependencies
	@scripts/vulnerabilities

.PHONY: dev
dev: build deps ## run the payment API with PostgreSQL and DynamoDB Local on this machine; Ctrl-C ends it
	@.bin/paymentdr dev

.PHONY: bench
bench: ## measure synth: time, allocations, growth
	go test -run '^$$' -bench . -benchmem ./internal/stack ./internal/hclgen

.PHONY: bench-functions
bench-functions: ## measure the functions: process start to first poll, one request's own overhead
	go test -run '^$$' -bench ProcessorStart -benchtime 20x -count 3 ./internal/function
	go test -run '^$$' -bench RequestWithoutStores -benchmem -count 3 ./internal/payment/httpapi

.PHONY: throughput
throughput: deps ## measure posting against pgbench on the same server; fails below 0.8
	go test -tags throughput -run Throughput -count 1 -v ./internal/ledger

.PHONY: proof
proof: ## 64 payers send the same 500 payments each, under faults; every one charged once
	go test -count=1 -timeout 20m ./internal/proof -run 'TestConcurrencyProof$$' -v -proof.sends=500

.PHONY: bench-local
bench-local: build ## measure payments a second of a whole local cloud beside the bare core path; fails below 0.2
	@.bin/paymentdr local bench

.PHONY: judge-failover
judge-failover: build deps ## lose the primary's database and watch /health move, with dig and curl; fails above a minute
	@scripts/judge-failover

.PHONY: judge-aws
judge-aws: build deps ## use a local cloud with AWS's command line and boto3, and with the original's Python handlers
	@scripts/judge-aws

.PHONY: takeovers
takeovers: deps ## kill the active Region 20 times and time the standby's ledger
	@scripts/takeovers 20

.PHONY: rto
rto: build ## simulate 100,000 lost Regions of each kind beside the computed worst case
	@.bin/paymentdr simulate

.PHONY: simulate
simulate: ## run the failover protocol on SEEDS random schedules, from SEED on
	go test -count=1 -timeout 60m ./internal/failover/simulation -run 'TestSimulation$$' -seeds $(or $(SEEDS),1000) -seed $(or $(SEED),1)

.PHONY: clean
clean: ## remove what the other targets made here
	rm -rf .bin .cache $(OUT)
