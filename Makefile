# `make help` lists what there is. Everything is made inside this folder; nothing is installed on the machine.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The uv on the machine, or one of our own in .tools.
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
READY := $(VENV)/.ready
# A file stays together, since its tests may share a site that costs seconds to set up.
SHARED_OUT := -n auto --dist loadfile --no-loadscope-reorder
# Those that `make test` leaves out, and the one of each mechanism that it runs (docs/testing.md).
FAULTS := tests/processes/faults $(patsubst %,tests/processes/test_%.py,\
	connections_exhausted database_returns erasure held_rows mailings pgbouncer purge sending serving told_to_end upload \
	valkey_returns)
export PORT VAR_DIR EMAIL_URL
# Each start would compile everything anew where this is set, which takes five times what the start itself does.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-quick test-faults restore-drill check bench mutants screenshots jobs drawing messages
.PHONY: sbom audit requirements clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: $(READY) .env ## set up the environment alone

demo: setup ## load the demo company, run the nightly purge, and serve the site (PORT, VAR_DIR, EMAIL_URL)
	@exec $(BIN)/python manage.py demo

test: setup ## run all tests, and measure what they cover (ARGS="-k check_in")
	@exec $(BIN)/python -m pytest $(SHARED_OUT) --durations=20 --cov $(ARGS)

test-quick: setup ## run those that need no browser and start no process, with fewer examples
	@EXAMPLES=0.1 exec $(BIN)/python -m pytest $(SHARED_OUT) -m "not browser and not processes and not walk" \
		--ignore=tests/contacts/api/test_api_schema.py $(ARGS)

restore-drill: setup ## back up, erase, purge, object, freeze, restore, replay: nobody is back
	@exec $(BIN)/python -m pytest -n 0 tests/processes/test_restore_drill.py $(ARGS)

test-faults: setup ## run the whole matrix of faults: servers and processes that are killed, full, silent or late
	@exec $(BIN)/python -m pytest -n 0 -m "faults or processes" --durations=0 $(FAULTS) $(ARGS)

check: setup ## lint, types, import contracts, migrations, the data map, translations, Django's checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py lintmigrations --settings tests.linting
	$(BIN)/python manage.py data_map --check
	$(BIN)/python -m docs.messages --check
	$(BIN)/python manage.py check --fail-level WARNING --database default

bench: setup ## measure what must be fast against its floor (ARGS="--contacts 200000", "--only audience")
	@exec $(BIN)/python -m benchmarks $(ARGS)

mutants: setup ## break the rules of deletion and permission, and list what no test notices (ARGS="--only MODULE", "--sample 50")
	@exec $(BIN)/python -m mutants $(ARGS)

screenshots: setup ## take the pictures of docs/tour.md anew, with Chromium (ARGS="--only contact", "--site http://localhost:8000")
	@exec $(BIN)/python -m screenshots $(ARGS)

jobs: setup ## write docs/jobs.md anew, from the table of jobs
	@exec $(BIN)/python -m docs.jobs

messages: setup ## bring the translations in locale/ up to date with what the code says, and compile them (needs gettext)
	@exec $(BIN)/python -m docs.messages

drawing: setup ## draw the house in ARCHITECTURE.md anew, with the sentence for each room
	@exec $(BIN)/python -m docs.draw

sbom: setup ## list what the product is made of, with licences, in sbom.json (CycloneDX)
	$(UV) venv --quiet --clear --python $(BIN)/python .tools/production
	$(UV) pip sync --quiet --require-hashes --python .tools/production/bin/python requirements/production.txt
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible -o sbom.json .tools/production/bin/python
	@$(BIN)/python -m docs.licences sbom.json

audit: setup ## ask whether a package of production has a known vulnerability (needs PyPI's answers or OSV's)
	$(BIN)/pip-audit --requirement requirements/production.txt --require-hashes --disable-pip

requirements: $(UV) ## compile the pinned requirements from pyproject.toml
	$(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url \
		--no-header --upgrade pyproject.toml -o requirements/production.txt
	$(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url \
		--no-header --group dev -c requirements/production.txt pyproject.toml -o requirements/development.txt

clean: ## forget the demo and everything that was made here
	rm -rf $(VENV) .tools .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache staticfiles
	@# Only what is ours: VAR_DIR may hold other things.
	cd "$${VAR_DIR:-var}" 2>/dev/null && rm -rf servers demo mail journal celerybeat-schedule* || true
	rmdir "$${VAR_DIR:-var}" 2>/dev/null || true

$(READY): requirements/development.txt | $(UV)
	@echo "Setting up $(VENV) …"
	@test -x $(BIN)/python || $(UV) venv --quiet --python '>=3.12' $(VENV)
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements/development.txt
	@touch $@

# A Python without venv (Debian's) still has pip, or its user is told what to install.
.tools/bin/uv:
	@echo "Getting uv …"
	@{ $(PYTHON) -m venv .tools && .tools/bin/python -m pip install --quiet uv; } >/dev/null 2>&1 \
		|| $(PYTHON) -m pip install --quiet --target .tools uv \
		|| { echo "Setting up needs a Python from 3.9 with venv or pip (Debian: apt install python3-venv)" >&2; exit 1; }

.env:
	@umask 077 && $(PYTHON) -c "import secrets; print('DEBUG=on\nSECRET_KEY=' + secrets.token_urlsafe(50))" > $@
