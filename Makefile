# kodus-ast: `make demo` runs the main job, `make test` passes the tests; both set up what they need.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= $(firstword $(foreach p,python3.13 python3.12 python3.11 python3.14 python3 python,\
  $(shell $(p) -c 'import sys, venv; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
PACKAGE ?= blinker
OLD ?= 1.8.2
NEW ?= 1.9.0
DEMO := build/demo/$(PACKAGE)-$(OLD)-$(NEW)

RUST_SOURCES := $(shell find rust -type f -not -path '*/target/*' -not -path '*/cases/*' -not -path '*/tests/*' 2>/dev/null)
# One set of features, one profile: clippy and the extension share what their dependencies compile to.
RUST_FLAGS := --locked --release --workspace

# Link-time optimisation would be done anew for every test program. The C of the grammars is compiled once for both.
UNLINKED := CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16

.PHONY: help
help: ## print this help
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1mmake %-12s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: dev ## compare two releases of a real package (PACKAGE=blinker OLD=1.8.2 NEW=1.9.0), by service and by command
	$(BIN)/python demo/releases.py $(PACKAGE) $(OLD) $(NEW)
	$(BIN)/python demo/over_http.py $(DEMO) $(OLD) $(NEW)
	$(BIN)/kodus-ast impact $(DEMO) --base $(OLD) --head $(NEW) -o $(DEMO).html
	$(BIN)/kodus-ast impact $(DEMO) --base $(OLD) --head $(NEW)
	@echo; echo "The same answer as an HTML page: $(DEMO).html"

.PHONY: dev
dev: $(VENV)/.built ## set up .venv and build the core into it

$(VENV)/.created: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (with venv)"; exit 1; }
	@command -v cargo >/dev/null || { echo "a Rust toolchain is needed: https://rustup.rs"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "maturin>=1.9,<2"
	@touch $@

$(VENV)/.built: $(VENV)/.created Cargo.toml Cargo.lock $(RUST_SOURCES)
	VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/maturin develop --release --locked --extras dev,service,client,traces
	@touch $@

.PHONY: fmt
fmt: dev ## format, and apply safe fixes
	cargo fmt --all
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lint
lint: dev ## all static checks
	cargo fmt --all --check
	cargo clippy $(RUST_FLAGS) --all-targets --features graph_core/python -- -D warnings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	MYPYPATH=python $(BIN)/python -m mypy.stubtest kodus_ast._graph_core
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell
	$(BIN)/squawk --pg-version 15.0 --assume-in-transaction python/kodus_ast/*/*.sql scripts/*.sql

.PHONY: test
test: lint ## lint, then every test
	$(UNLINKED) cargo test $(RUST_FLAGS) --lib --tests
	$(BIN)/pytest

.PHONY: test-brokers
test-brokers: dev ## the queue, the worker and the client on RabbitMQ 4.0 and 4.3 too (in chroots below build/; needs root)
	for version in 4.0 4.3; do scripts/test-brokers.sh $$version; done

.PHONY: test-hostile
test-hostile: dev ## repositories of 100,000 files and of a gibibyte (minutes, 4 GB of disk)
	$(BIN)/pytest -m slow tests/hostile

FUZZ := $(CURDIR)/rust/graph_core/fuzz
FOUND := $(CURDIR)/build/fuzz
# cargo fuzz wants a nightly compiler, or the stable one to let it use what is not stable. With clang the C of the
# grammars is instrumented too.
INSTRUMENTED := RUSTC_BOOTSTRAP=1 $(shell command -v clang >/dev/null && \
  echo CC=clang CFLAGS=\"-O2 -fsanitize=address,fuzzer-no-link\")

.PHONY: fuzz
fuzz: ## fuzz every target for FUZZ_SECONDS=60 (TARGET=diff: only one); what fails is kept in fuzz/crashes, as a test
	command -v cargo-fuzz >/dev/null || cargo install --quiet --locked cargo-fuzz
	FUZZ_SEEDS=$(FOUND)/seeds $(UNLINKED) cargo test $(RUST_FLAGS) --test fuzz what_fuzzing_begins_with
	failed=; for target in $(or $(TARGET),$$(cargo fuzz list --fuzz-dir $(FUZZ))); do \
	  mkdir -p $(FOUND)/corpus/$$target $(FUZZ)/corpus/$$target $(FUZZ)/crashes/$$target; \
	  $(INSTRUMENTED) cargo fuzz run --fuzz-dir $(FUZZ) --target-dir $(CURDIR)/target/fuzz $$target \
	    $(FOUND)/corpus/$$target $(FOUND)/seeds/$$target $(FUZZ)/corpus/$$target -- \
	    -max_total_time=$(or $(FUZZ_SECONDS),60) -timeout=25 -rss_limit_mb=4096 -print_final_stats=1 \
	    -dict=$(FUZZ)/tokens.dict -artifact_prefix=$(FUZZ)/crashes/$$target/ || failed="$$failed $$target"; \
	done; test -z "$$failed" || { echo "failed:$$failed"; exit 1; }

.PHONY: cases
cases: ## rewrite the expectations of the language cases, and docs/languages.md; read the diff
	UPDATE_CASES=1 $(UNLINKED) cargo test $(RUST_FLAGS) --test cases
	$(BIN)/python scripts/supported.py

.PHONY: docs
docs: dev ## rewrite the pages that are made from declarations and cases
	$(BIN)/python scripts/supported.py
	$(BIN)/python scripts/configuration.py

.PHONY: bench
bench: dev ## measure time and memory against raw parsing, Celery and taskiq
	VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/maturin develop --release --locked --extras bench
	$(BIN)/pytest bench --benchmark-only

.PHONY: accuracy
accuracy: dev ## measure calls and uses in the graph against the languages' own tools (LANGUAGE=ts: one language)
	PYTHONPATH=bench $(BIN)/python -m accuracy $(LANGUAGE)

.PHONY: twins
twins: dev ## measure the accuracy of twins on a labelled set
	PYTHONPATH=bench $(BIN)/python -m twins

.PHONY: impact
impact: dev ## measure the accuracy of impact against compilers and packages' tests (PART=mutants: one part)
	PYTHONPATH=bench $(BIN)/python -m impact $(PART)

.PHONY: clean
clean: ## remove what was built, except downloads
	rm -rf $(VENV) target .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build/demo/*.html
	find python -name '*.so' -delete
