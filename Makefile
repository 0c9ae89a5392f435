# One way to do each job. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LINKS := .cache/links
OUT ?= report
PYTEST_ARGS ?=
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -q
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

# Two processes share the machine's cores: a numerical library that starts threads of its own
# in each of them only gets in its own way.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
# Container images set this to stay small; here dozens of processes import what one has compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install report test test-slow lint types layers docs calibrate calibrate-patients bench lock clean

help: ## list the jobs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- environment ---------------------------------------------------------------------------

$(STAMP): requirements.lock pyproject.toml
	@if ! $(BIN)/python -c 'import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 15))' \
	    >/dev/null 2>&1; then \
	  python=$$(bash .ci/find-python $(PYTHON)); \
	  echo "make: creating $(VENV) with $$python"; \
	  "$$python" -m venv --clear $(VENV); \
	fi
	@echo "make: installing what requirements.lock names"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

install: $(STAMP) ## create .venv and install everything into it

# ---- what the project makes ----------------------------------------------------------------

report: $(STAMP) ## reanalyse the tacrolimus trial into report/ (OUT=folder)
	@status=0; $(BIN)/bayes-rsa report --out $(OUT) || status=$$?; \
	if [ $$status -eq 0 ]; then echo "make: the report is in $(OUT)/index.html"; \
	elif [ $$status -eq 3 ]; then echo "make: the diagnostics gate failed; $(OUT)/index.html says why" >&2; fi; \
	exit $$status

docs: $(STAMP) ## build the documentation, running every page, into docs/_build/html
	@$(BIN)/python -m sphinx -W -q -E -a -j auto -b html -d docs/_build/doctrees docs docs/_build/html
	@echo "make: the documentation is in docs/_build/html/index.html"

calibrate: $(STAMP) ## the long calibration runs, whose ranks are stored
	@$(BIN)/bayes-rsa calibrate

calibrate-patients: $(STAMP) ## 200 simulations of patient-level markers, ranked among 99 draws
	@$(BIN)/bayes-rsa calibrate patient_level --simulations 200 --draws 99 --quiet \
	    --out .cache/calibration

bench: $(STAMP) ## the benchmarks: ratios measured in one run
	@$(BIN)/python -m pytest -o python_files='bench_*.py' -s -q tests/bench $(PYTEST_ARGS)

# ---- checks --------------------------------------------------------------------------------

test: $(STAMP) ## the test suite, but for the few tests that take longest
	@$(PYTEST) -m 'not slow' $(PYTEST_ARGS)

test-slow: $(STAMP) ## the tests that take longest: fits, calibrations and reports at length
	@$(PYTEST) -m slow $(PYTEST_ARGS)

lint: $(STAMP) types ## ruff, its formatter as a check, and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q . || { $(BIN)/ruff format --diff -q .; exit 1; }

# mypy finds modules by folders alone, so it gets a folder in which models/ is where it is imported.
types: $(STAMP) ## mypy --strict on bayes_rsa and models
	@rm -rf $(LINKS) && mkdir -p $(LINKS)/bayes_rsa
	@ln -s $(CURDIR)/bayes_rsa/* $(LINKS)/bayes_rsa/
	@ln -s $(CURDIR)/models $(LINKS)/bayes_rsa/models
	@cd $(LINKS) && $(CURDIR)/$(BIN)/python -m mypy --config-file $(CURDIR)/pyproject.toml \
	    --cache-dir $(CURDIR)/.mypy_cache

layers: $(STAMP) ## who may import whom, on the built and installed package
	@$(BIN)/python -m pytest -q tests/test_layers.py

# ---- housekeeping --------------------------------------------------------------------------

# Universal: one lock for every platform and Python. Nothing in it names a registry.
lock: $(STAMP) ## write requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.12 \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	    --extra elicitation --group test --group lint --group docs --group dev \
	    pyproject.toml -o requirements.lock

clean: ## remove what was built; .venv and report/ stay
	rm -rf build dist *.egg-info .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	    .import_linter_cache docs/_build docs/_generated docs/jupyter_execute
	find bayes_rsa models tests docs -name __pycache__ -type d -prune -exec rm -rf {} +
