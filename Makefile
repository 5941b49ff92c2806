# One command for each thing that a person does here; `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VENV_STAMP := $(VENV)/.stamp
NODE_STAMP := local/node_modules/.stamp
SCAN := $(VENV)/scan
SCAN_STAMP := $(SCAN)/.stamp
BENCH_STAMP := $(VENV)/.bench-stamp
JOBS ?=
SAMPLES ?=
ONLY ?=
UPGRADE ?=
REPOSITORY ?=
TAG ?=
RELEASE ?= build/release

.PHONY: help setup run up test test-tools lint infra-check infra-snapshots docs cost bench scale chaos scan audit lock release-files clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 17

setup: $(VENV_STAMP) $(NODE_STAMP) ## .venv with the command speech2cosmos, and what local/ needs from npm

# $(call step,TITLE,COMMAND) says what is done and how long it took. It shows the command's output only if it fails.
step = @printf '%s ... ' "$(1)"; SECONDS=0; \
	output=$$($(2) 2>&1) || { echo "failed after $$SECONDS s:"; echo "$$output" >&2; exit 1; }; echo "$$SECONDS s"
PIP := pip install --disable-pip-version-check --no-input

$(VENV_STAMP): requirements.txt requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "speech2cosmos needs Python 3.11 or later: make setup PYTHON=python3.12" >&2; exit 1; }
	$(call step,setup 1/4: a virtual environment in $(VENV),$(PYTHON) -m venv --clear $(VENV))
	$(call step,setup 2/4: Python packages of requirements.txt and requirements-dev.txt,$(BIN)/$(PIP) --require-hashes -r requirements.txt -r requirements-dev.txt)
	$(call step,setup 3/4: the command $(BIN)/speech2cosmos,$(BIN)/$(PIP) --no-deps --no-build-isolation --editable .)
	@touch $@

$(NODE_STAMP): local/package.json local/package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' \
		|| { echo "speech2cosmos needs Node 20 or later for what stands in for Azure" >&2; exit 1; }
	$(call step,setup 4/4: npm packages of local/package-lock.json,npm --prefix local ci --no-audit --no-fund)
	@touch $@

$(SCAN_STAMP): requirements-scan.txt $(VENV_STAMP)
	$(call step,setup: an environment for the scanners in $(SCAN),$(PYTHON) -m venv --clear $(SCAN))
	$(call step,setup: Python packages of requirements-scan.txt,$(SCAN)/bin/$(PIP) --require-hashes -r requirements-scan.txt)
	@touch $@

$(BENCH_STAMP): requirements-bench.txt $(VENV_STAMP)
	$(call step,setup: Python packages of requirements-bench.txt,$(BIN)/$(PIP) --require-hashes -r requirements-bench.txt)
	@touch $@

run: setup ## the whole way on this machine with sample jobs; JOBS="id…" SPEECH_ENDPOINT=… SPEECH_KEY=… for your own
	@$(BIN)/python -m local.run $(JOBS)

up: setup ## the stack and the functions host, until Ctrl-C; SAMPLES=1 sends the sample jobs through it
	@exec $(BIN)/python -m local.up $(if $(SAMPLES),--samples)

# Four workers on two cores too: much of the time a test waits for a server.
PYTEST := $(BIN)/pytest --numprocesses 4 --dist loadscope --no-loadscope-reorder

TOOL_TESTS := tests/benchmarks tests/release/installed

test: setup lint infra-check ## everything that has to pass before a change
	$(PYTEST) $(addprefix --ignore ,$(TOOL_TESTS))

test-tools: setup ## the tests of make cost, bench and scale, and of installing a release from PyPI
	$(PYTEST) $(TOOL_TESTS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	local/node_modules/.bin/tsc -p shared/rendering/page/jsconfig.json
	$(BIN)/python -m benchmarks.cost --check
	$(BIN)/python -m benchmarks.bench --check
	$(BIN)/python -m benchmarks.scale --check

infra-check: setup ## the Bicep, by its compiler if there is one, and what it makes, by our rules
	$(BIN)/python -m infra.check

infra-snapshots: setup ## what each deployment makes, into infra/snapshots; needs the Bicep compiler
	$(BIN)/python -m infra.check --write

docs: setup ## write what is made from the code: docs/contract, docs/settings.md, the sample settings
	$(BIN)/python -m local.docs

screenshots: setup ## take the pictures of the transcript page in README and docs anew; needs Chromium
	$(BIN)/python -m local.docs.screenshots

cost: setup ## what 1,000 hours of audio cost, measured anew, into docs/cost.md
	$(BIN)/python -m benchmarks.cost --measure

bench: setup $(BENCH_STAMP) ## how fast all is, and which aims are missed, into docs/benchmarks.md; ONLY="name…" for some
	$(BIN)/python -m benchmarks.bench --measure $(addprefix --only ,$(ONLY))

scale: setup $(BENCH_STAMP) ## which load it can take, computed from what cost and bench measured, into docs/scale.md
	$(BIN)/python -m benchmarks.scale

chaos: setup ## every fault we can think of, on the real stack, into docs/reliability.md; three quarters of an hour
	$(BIN)/python -m pytest tests/chaos -m chaos -p tests.chaos.reporting --numprocesses 3 --dist loadscope --no-loadscope-reorder

scan: setup $(SCAN_STAMP) ## scanners over infra/snapshots (checkov) and the GitHub workflows (zizmor)
	@$(BIN)/python -m infra.scan $(SCAN)/bin

audit: setup $(SCAN_STAMP) ## scan, and what is known against the pinned packages; fails also when that cannot be asked
	@outcome=; failed=; \
	run() { local name=$$1; shift; if "$$@"; then outcome+="$$name: nothing found"$$'\n'; \
		else failed=1; outcome+="$$name: FAILED: something was found, or could not be asked: see above"$$'\n'; fi; }; \
	for file in requirements*.txt; do run "pip-audit $$file" \
		$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r $$file; done; \
	run "npm audit" npm --prefix local audit --package-lock-only; \
	run "scan" $(BIN)/python -m infra.scan $(SCAN)/bin; \
	printf '\naudit\n%s' "$$outcome"; [ -z "$$failed" ] || exit 1

UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

lock: setup ## write requirements*.txt anew from pyproject.toml; UPGRADE=--upgrade for the newest versions
	$(UV_COMPILE) $(UPGRADE) --group app --output-file requirements.txt
	$(UV_COMPILE) $(UPGRADE) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	$(UV_COMPILE) $(UPGRADE) --group bench --constraint requirements.txt --output-file requirements-bench.txt
	$(UV_COMPILE) $(UPGRADE) --group scan --output-file requirements-scan.txt

release-files: setup ## what a release consists of, into build/release; REPOSITORY=OWNER/NAME TAG=v0.1.0, and a Bicep compiler
	@$(BIN)/python -m infra.release --repository "$(REPOSITORY)" --tag "$(TAG)" build $(RELEASE)

clean: ## remove what setup and runs made
	rm -rf $(VENV) local/node_modules local/.state build
