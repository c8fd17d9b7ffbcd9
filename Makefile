# Every command of this repository; `make` alone lists them. CI runs the same ones.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup dev load run test test-long check format docs lock demo backup clean needs

# PYTHON may be given by the user; otherwise the first one that is new enough.
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

help: ## list every command
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { sub(/%/, "NAME", $$1); printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.run-installed ## make .venv and install the locked packages Cordiale runs with

load: setup ## set up, bring the database up to date, load packs/nato if it is absent
	@$(BIN)/cordiale load --pack packs/nato

run: load ## load, then serve on 127.0.0.1:8000
	@$(BIN)/cordiale serve --invite-first

test: dev ## run the tests: SQLite, then PostgreSQL and the browser where installed
	@$(BIN)/python -m tools.run_tests

test-long: dev ## run the tests, the long ones too
	@$(BIN)/python -m tools.run_tests --long

check: dev ## run every check of code, templates, migrations, vendored files and documents
	@$(BIN)/python -m tools.check

format: dev ## format the code and mend what can be mended by itself
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench-%: .venv/.bench-installed ## run one benchmark, bench/NAME.py
	@[ -f bench/$*.py ] || { echo "There is no bench/$*.py; there are: $(notdir $(basename $(wildcard bench/*.py)))" >&2; exit 2; }
	@$(BIN)/python -m bench.$*

docs: dev ## print the reference pages that come from the code
	@$(BIN)/python -m tools.print_reference

lock: dev ## solve the four locks anew; they keep their versions unless UPGRADE=1
	@$(LOCK) pyproject.toml --output-file locks/run.txt
	@$(LOCK) pyproject.toml --constraints locks/run.txt --extra dev --output-file locks/dev.txt
	@$(LOCK) pyproject.toml --constraints locks/dev.txt --extra bench --output-file locks/bench.txt
	@$(LOCK) --group fairpyx --output-file locks/fairpyx.txt
	@! grep -n http locks/*.txt || { echo "A lock must hold no address." >&2; exit 2; }

demo: ## (not yet) load invented demonstration data
	@echo "Invented demonstration data arrive with the yearly menu; until then: make run" >&2; exit 2

backup: setup ## copy the installation's data to a file: make backup FILE=cordiale.backup
	@[ -n "$(FILE)" ] || { echo "Say where to: make backup FILE=cordiale.backup" >&2; exit 2; }
	@$(BIN)/cordiale backup "$(FILE)"

clean: ## remove .venv and every cache; never the data in var/
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

dev: .venv/.dev-installed

needs:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is missing: apt-get install python3 python3-venv" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "$(PYTHON) is not Python 3.11 or newer: apt-get install python3 python3-venv" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 2; }
	@command -v git >/dev/null || { echo "git is missing: apt-get install git" >&2; exit 2; }

# a lock names every package with its hashes, so pip has nothing to solve: it would look for newer ones of those with extras
.venv/.run-installed: locks/run.txt pyproject.toml | needs
	@echo "Installing the locked packages into .venv (a minute the first time) ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) --no-deps --require-hashes --requirement locks/run.txt
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

.venv/.dev-installed: locks/dev.txt .venv/.run-installed
	@echo "Installing the locked development tools into .venv (a minute the first time) ..."
	@$(PIP) --no-deps --require-hashes --requirement locks/dev.txt
	@touch $@

.venv/.bench-installed: locks/bench.txt .venv/.dev-installed
	@echo "Installing the locked benchmark packages into .venv ..."
	@$(PIP) --no-deps --require-hashes --requirement locks/bench.txt
	@touch $@
