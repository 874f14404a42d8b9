# Two commands do everything on a fresh machine with Go: `make demo` and `make test`.

SHELL := /bin/bash
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
H5WASM := h5wasm@0.10.3 h5wasm-plugins@0.2.1
DEBIAN := python3-h5py hdf5-tools bitshuffle hdf5-filter-plugin \
	hdf5-filter-plugin-blosc-serial hdf5-filter-plugin-zfp-serial

# A folder of other people's HDF5 files with what the reference library reads from them, checked where it lies
# beside the checkout; CORPUS_SAMPLE=N checks every Nth dataset only.
CORPUS ?= ../shared/corpus
CORPUS_SAMPLE ?= 1

# How long each fuzz target runs.
FUZZTIME ?= 80s

# Platforms that nothing runs on here, and the packages that must compile on them with their tests, generated code before all.
# The first time this compiles the standard library for each.
PLATFORMS := linux/386 linux/arm64 windows/amd64 darwin/arm64
EVERYWHERE := ./examples/generated/... ./hdf5/... ./runtime/...

.PHONY: help demo test check corpus fuzz generate oracles bench

help:
	@echo 'make demo      generate, simulate a small Excalibur detector, build its virtual dataset, read and verify it'
	@echo 'make test      bring the oracles (h5py, HDF5 tools, h5wasm), check and test everything against them'
	@echo 'make corpus    check against a folder of real files, CORPUS=DIR'
	@echo 'make fuzz      fuzz every decoder in turn, about an hour; FUZZTIME=DURATION for each target'
	@echo 'make generate  regenerate examples/generated'
	@echo 'make oracles   only bring the oracles'
	@echo 'make bench     measure beside libhdf5 and h5py, small sizes; FULL=1 BENCH_DIR=DIR: those of the targets, 6 GB'

demo:
	go run ./cmd/vdsgen generate ./examples/generated/...
	go run ./examples/generated/excalibur/demo

test: oracles check
	VDSGEN_ORACLES=require go test -race -timeout 25m ./...
	go test -run Allocates ./runtime # which the race detector would disturb
	@$(MAKE) --no-print-directory corpus

corpus:
	@if [ ! -f $(CORPUS)/check_corpus.py ]; then echo 'corpus: none at $(CORPUS)'; exit 0; fi; \
		bin=$$(mktemp -d) && trap 'rm -rf "$$bin"' EXIT && go build -o "$$bin/vdsgen" ./cmd/vdsgen && \
		/usr/bin/python3 $(CORPUS)/check_corpus.py $(CORPUS)/expected.json --max-rss-mb 2048 --sample $(CORPUS_SAMPLE) \
			--read "$$bin/vdsgen read --missing fill --format npy -o {out} {file} {dataset} [--slice {slice}]" \
			--list "$$bin/vdsgen inspect {file}"

# Every target of every package, one after another, at most 2 GiB of memory. Inputs that fail are kept in testdata/fuzz.
fuzz:
	@for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			GOMEMLIMIT=2GiB go test $$package -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) || exit 1; \
		done; \
	done

check:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go' | grep -v /testdata/)); \
		if [ -n "$$unformatted" ]; then echo "gofmt is needed for:" $$unformatted; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...
	go run ./cmd/vdsgen generate --check ./examples/generated/...
	@for platform in $(PLATFORMS); do \
		echo "go vet for $$platform"; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go vet $(EVERYWHERE) || exit 1; \
	done
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go vet ./cmd/vdsgen

generate:
	go run ./cmd/vdsgen generate ./examples/generated/...

# The reference implementations that tests compare with: h5py, the HDF5 tools and filter plugins from
# Debian's packages (HDF5 1.10), h5wasm with its plugins from npm (HDF5 2.x); and a C compiler, which
# the race detector needs. What is there already is left alone; what cannot be had fails.
oracles:
	@dpkg -s $(DEBIAN) >/dev/null 2>&1 || { \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends $(DEBIAN); }
	@command -v cc >/dev/null || { \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends gcc libc6-dev; }
	@command -v npm >/dev/null || { \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends nodejs npm; }
	@test -d .oracles/node_modules/h5wasm -a -d .oracles/node_modules/h5wasm-plugins || { \
		mkdir -p .oracles && npm install --prefix .oracles --no-audit --no-fund --silent --legacy-peer-deps $(H5WASM); }
	@/usr/bin/python3 -c 'import h5py; print("oracles: h5py", h5py.__version__, "with HDF5", h5py.version.hdf5_version)'
	@cd .oracles && node --input-type=module -e 'import h5wasm from "h5wasm/node"; const m = await h5wasm.ready; console.log("oracles: h5wasm with HDF5", [...Object.values(m.H5get_libversion ? m.H5get_libversion() : {})].join(".") || "2.x")' 2>/dev/null || { echo "oracles: h5wasm does not run"; exit 1; }

# The benchmarks, beside libhdf5 and h5py on the same data in the same run: small by default; FULL=1 with the sizes that
# the targets are set for, made in BENCH_DIR, kept and used again. NEWER are Debian releases whose libhdf5 is unpacked
# there and takes part. FULL=1 or WRITE=1 writes docs/performance.md, CURVES=1 (and FULL=1) measures the curves, ONLY=REGEXP runs
# some: the tables, or the curves, are written if none of them was left out.
FULL ?=
WRITE ?= $(if $(ONLY),,$(FULL))
CURVES ?= $(FULL)
NEWER ?= $(if $(FULL),trixie sid)
BENCH_DIR ?=
ONLY ?=
BENCH_PACKAGES := libhdf5-dev liblz4-dev zlib1g-dev pkg-config

bench: oracles
	@dpkg -s $(BENCH_PACKAGES) >/dev/null 2>&1 || { \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends $(BENCH_PACKAGES); } || \
		echo 'bench: $(BENCH_PACKAGES) cannot be had: h5py is the only opponent'
	go run ./internal/bench -dir '$(BENCH_DIR)' -only '$(ONLY)' -newer '$(NEWER)' \
		$(if $(FULL),-full) $(if $(WRITE),-write) $(if $(CURVES),-curves)
