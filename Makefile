# `make help` is the whole manual: it prints the line after each `##` below.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
# Processes of the tests.
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
# Times as many examples of every property: make test EXAMPLES=10
export EXAMPLES ?= 1
# A test that starts Python must not compile the package each time.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

.PHONY: help
help:  ## Print this list.
	@echo "make TARGET    (another Python: make TARGET PYTHON=python3.12)"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 16

# --- use

.PHONY: plan
plan: install  ## Plan the repairs of the invented sample town and say where to look.
	$(BIN)/norwalk run data/sample --out out/sample
	@echo
	@echo "Open out/sample/index.html in a browser, or out/sample/work_plan.xlsx in a spreadsheet."
	@echo "For your own city: $(BIN)/norwalk new my-city"

.PHONY: install
install: $(VENV)/.run.stamp  ## Make .venv with the locked packages that the program needs.

.PHONY: sample
sample: install  ## Make data/sample again (invented data, the same every time).
	$(BIN)/norwalk new data/sample --synthetic --force

.PHONY: lab
lab: install-dev  ## Open the notebooks in JupyterLab.
	$(BIN)/jupyter lab notebooks

.PHONY: figures
figures: install-dev  ## Write the figures of the example cities anew (Syracuse needs the real data).
	$(BIN)/norwalk run data/sample --out out/sample --quiet
	rm -rf out/syracuse && mkdir -p out && cp -r docs/examples/syracuse out/syracuse
	$(BIN)/norwalk import ../shared/data/syracuse/streets_ratings2015.geojson \
		--map out/syracuse/streets.toml --city out/syracuse --quiet
	$(BIN)/norwalk run out/syracuse --quiet
	$(BIN)/python tools/figures.py docs/examples/README.md sample=out/sample/summary.json \
		syracuse=out/syracuse/out/summary.json

# --- check

.PHONY: test
test: install-dev system lint  ## Run every check and every test, doctests included.
	$(BIN)/pytest -n $(JOBS) --dist worksteal --doctest-modules tests norwalk_geo

.PHONY: quick
quick: EXAMPLES = 0.2
quick: install-dev  ## Run the tests that together take less than two minutes on two cores.
	$(BIN)/pytest -q -n $(JOBS) --dist worksteal -m "not slow and not command and not browser and not real" tests

.PHONY: lint
lint: install-dev  ## Check style, layout and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: bench
bench: install-dev  ## Measure time and memory, and compare with what was promised.
	$(BIN)/python -m benchmarks run

# --- maintain

.PHONY: install-dev
install-dev: $(VENV)/.dev.stamp  ## Make .venv with what tests, notebooks and documents need, too.

.PHONY: docs
docs: install-dev  ## Write the documents that are made from tables and code, and pair the notebooks.
	$(BIN)/python tools/nomenclature.py docs/nomenclature.md
	$(BIN)/python tools/api.py docs/api.md
	$(BIN)/jupytext --quiet --sync notebooks/*.ipynb
	$(BIN)/nbstripout notebooks/*.ipynb

.PHONY: lock
lock: install-dev  ## Choose package versions anew and lock them with their hashes.
	$(LOCK) --upgrade pyproject.toml requirements/build.in -o requirements/run.txt
	$(LOCK) --upgrade --all-extras -c requirements/run.txt \
		pyproject.toml requirements/build.in -o requirements/dev.txt

.PHONY: system
system:  ## Install the browser, office programs and database that some tests use, or name what is missing.
	@bash tools/system.sh

.PHONY: clean
clean:  ## Remove outputs and caches. The packages in .venv stay.
	rm -rf out build maps/site .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage *.egg-info
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# --- the environment; a stamp says which lock it was made from

$(VENV)/.made:
	@command -v $(PYTHON) > /dev/null || \
		{ echo "$(PYTHON) was not found. Install Python 3.11 or newer, or say where: PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Say which: PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || \
		{ echo "$(PYTHON) has no venv. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@touch $@

# numba compiles once here, not while somebody waits for a plan.
define install_locked
	$(PIP) --require-hashes -r $(1)
	$(PIP) --no-deps --no-build-isolation -e .
	$(BIN)/python tools/warm.py
endef

# An environment with the packages for tests has those of the program, too.
$(VENV)/.run.stamp: requirements/run.txt pyproject.toml | $(VENV)/.made
	@if test $(VENV)/.dev.stamp -nt requirements/run.txt && test $(VENV)/.dev.stamp -nt pyproject.toml; \
	then touch $@; else $(MAKE) $(VENV)/.run.fresh; touch $@; fi

.PHONY: $(VENV)/.run.fresh
$(VENV)/.run.fresh:
	$(call install_locked,requirements/run.txt)

$(VENV)/.dev.stamp: requirements/dev.txt pyproject.toml | $(VENV)/.made
	$(call install_locked,requirements/dev.txt)
	@touch $@
