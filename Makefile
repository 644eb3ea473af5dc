# Everything this project can be asked to do. `make help` lists it.
PORT    ?= 8501
WORKERS ?= 2
BIN     := .venv/bin
PYTEST  := $(BIN)/python -m pytest
# Each worker begins with a stretch of its own, so that few fixtures are made twice.
SPREAD  := -n $(WORKERS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run demo build docs test test-slow proof lint fix bench lock clean setup setup-dev

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: setup  ## Start the explorer (first time: set up, make the demo warehouse, build); PORT=8501
	@$(BIN)/metrics run --port $(PORT)

demo: setup  ## Make the demo warehouse only
	@$(BIN)/metrics demo

build: setup  ## Compute the metrics and publish the models
	@$(BIN)/metrics build

test: lint  ## Check style and types, then run the tests; WORKERS=2
	@$(PYTEST) $(SPREAD)

test-slow: setup-dev  ## Run the long tests too: full demo scale, fault walks, every screen
	@$(PYTEST) $(SPREAD) -m "not bench"

proof: setup-dev  ## Recompute every metric from raw rows on both engines and record it
	@$(BIN)/python -m tests.proof --engine both --random 8 --record metrics/proofs.json

lint: setup-dev  ## ruff check, ruff format --check, mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

fix: setup-dev  ## Let ruff repair and format what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: setup-dev  ## Write the reference of metrics and models anew from the definitions
	@$(BIN)/python -m metrics.reference

bench: setup-dev  ## Measure build and query times and print them
	@$(PYTEST) -m bench -s

COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --quiet --group build

lock:  ## Pin the dependencies again (needs uv); UPGRADE=1 takes newer releases
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(COMPILE) $(if $(UPGRADE),--upgrade) -o requirements.lock
	$(COMPILE) $(if $(UPGRADE),--upgrade) -c requirements.lock --all-extras -o requirements-dev.lock

clean:  ## Remove .venv and caches; what was computed stays in .metrics
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@scripts/setup run

setup-dev:
	@scripts/setup dev
