# Schouw: everything starts from `make help`. Needs Python 3.11 or 3.12 and make; the rest comes from requirements.lock.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first of these that runs and is 3.11 or 3.12; `make setup PYTHON=/path/to/python` wins.
PYTHON ?= $(shell for python in python3.11 python3.12 python3 python; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null && { echo "$$python"; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
SPARKED := $(VENV)/.spark
READY := $(VENV)/.ready
QUIETLY := --quiet --no-input --disable-pip-version-check --no-compile --no-deps
MUNICIPALITY ?= municipalities/zaanwijk
PYTEST_ARGS ?=
SPARK ?= 1
CASES ?= 1500

# The switches that schouw.py sets too: no tool of this repo tells anyone that it ran.
export MLFLOW_DISABLE_TELEMETRY := true
export BENTOML_DO_NOT_TRACK := True
export DO_NOT_TRACK := true

.PHONY: help setup demo spark test check format fuzz bench clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo "  Options: PYTHON=python3.12  VENV=.venv312  SERVE=0 (demo)  PYTEST_ARGS='-k sentence' SPARK=0 (test)"

setup: $(READY)  ## Make the environment in .venv (once: two to five minutes, 1.8 GB)

# What comes from outside, only when the lock changes.
$(LOCKED): requirements.lock
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or 3.12 was found. Install one, or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || \
		{ echo "$(PYTHON) is not Python 3.11 or 3.12, or does not run. Name another: make setup PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make an environment: ensurepip is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@"$(BIN)/python" -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear "$(VENV)"
	@echo "Installing requirements.lock into $(VENV) with $$("$(BIN)/python" --version): two to five minutes, 1.8 GB"
	@"$(BIN)/python" -m pip install $(QUIETLY) --require-hashes -r requirements.lock
	@# Compiled once here, or every start compiles again. A few packages carry templates that are no Python: not our fault, hence `|| true`.
	@"$(BIN)/python" -W ignore -m compileall -qq -j 0 "$(VENV)/lib" || true
	@touch "$@"

# What is ours: a link to this folder and the command `schouw`.
$(READY): $(LOCKED) pyproject.toml
	@"$(BIN)/python" -m pip install $(QUIETLY) --no-build-isolation --editable .
	@touch "$@"

demo: $(READY)  ## The whole loop on a made-up town; SERVE=0 ends by itself
	@"$(BIN)"/schouw demo --municipality "$(MUNICIPALITY)" $(if $(filter 0,$(SERVE)),--no-serve)

# Spark is an extra that only a region needs, so neither setup nor demo waits for it. --no-build-isolation: it comes as source and is
# packed with the setuptools of requirements.lock.
$(SPARKED): requirements-spark.lock $(LOCKED)
	@echo "Installing requirements-spark.lock into $(VENV): half a minute to two minutes, 500 MB"
	@"$(BIN)/python" -m pip install $(QUIETLY) --no-build-isolation --require-hashes -r requirements-spark.lock
	@"$(BIN)/python" -W ignore -m compileall -qq -j 0 "$(VENV)/lib" || true
	@touch "$@"

spark: $(READY) $(SPARKED)  ## Add Spark to the environment (500 MB); it needs Java 17 or 21

test: $(READY) $(if $(filter 0,$(SPARK)),,$(SPARKED))  ## Run the tests; SPARK=0 does not install Spark for them
	@"$(BIN)"/python -m pytest $(PYTEST_ARGS)

check: $(READY)  ## Format, lint, types, import directions, dependencies, the indicator page
	@"$(BIN)"/ruff format --check .
	@"$(BIN)"/ruff check .
	@"$(BIN)"/mypy
	@"$(BIN)"/lint-imports
	@"$(BIN)"/deptry .
	@"$(BIN)"/python -m features.indicator_page docs/indicators.md --check

format: $(READY)  ## Put the code in the house format
	@"$(BIN)"/ruff format .
	@"$(BIN)"/ruff check --fix .

fuzz: $(READY)  ## Ask the API 10,000 generated requests and more, with every check of Schemathesis
	@SCHOUW_FUZZ_CASES="$(CASES)" "$(BIN)"/python -m pytest -s tests/serving/test_fuzz.py

bench: $(READY)  ## Run every benchmark in experiments/benchmarks
	@found=0; for script in experiments/benchmarks/*.py; do \
		case "$$script" in */__init__.py|*'*'*) continue;; esac; \
		name=$$(basename "$$script" .py); \
		found=1; echo "== $$name"; "$(BIN)"/python -m "experiments.benchmarks.$$name" || exit 1; done; \
	test $$found = 1 || echo "There is no benchmark in experiments/benchmarks yet."

clean:  ## Remove the environment, what tools cached and what the demo made
	@rm -rf "$(VENV)" .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage *.egg-info municipalities/*/var
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
