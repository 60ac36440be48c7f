# make serve   everything for a first look: http://127.0.0.1:8000
# make test    all checks and tests, browser and PostgreSQL included
# make bench   figures, also in docs/bench.json
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo -n)
DEBIAN := chromium chromium-l10n fonts-noto-cjk libreoffice-calc-nogui poppler-utils
PORT ?= 8000

.PHONY: serve test bench lint types floors unit install install-test debian clean requirements pictures

serve: $(VENV)/.installed
	@$(BIN)/zhunru init --sample --if-empty
	@$(BIN)/zhunru serve --port $(PORT)

# The checks, a minute of one core, run beside the tests.
test: $(VENV)/.installed-test debian
	@$(MAKE) --no-print-directory -j 4 lint types floors unit

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version). Set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "The venv module lacks: on Debian install python3-venv."; exit 1; }

$(VENV)/.installed: requirements/run.txt requirements/build.txt pyproject.toml $(shell find frontend -path frontend/node_modules -prune -o -type f -print) | $(VENV)/bin/python
	$(PIP) install -q --require-hashes -r requirements/build.txt
	$(PIP) install -q --require-hashes -r requirements/run.txt
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-test: requirements/test.txt $(VENV)/.installed
	$(PIP) install -q --require-hashes -r requirements/test.txt
	@touch $@

install: $(VENV)/.installed
install-test: $(VENV)/.installed-test

# Browser, fonts and LibreOffice for the tests; without the right to install, the tests that need them say so and are skipped.
debian:
	@missing=""; for p in $(DEBIAN); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if command -v soffice >/dev/null; then missing="$${missing/libreoffice-calc-nogui/}"; fi; \
	missing="$$(echo $$missing)"; \
	if [ -n "$$missing" ]; then \
	  echo "Installing Debian packages: $$missing"; \
	  if $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null; then :; \
	  elif [ "$$CI" = true ]; then echo "Debian packages could not be installed: $$missing"; exit 1; \
	  else echo "Debian packages that lack: $$missing. Tests that need them are skipped."; fi; fi

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

floors:
	$(BIN)/lint-imports

unit:
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadgroup --no-loadscope-reorder

bench: $(VENV)/.installed-test
	$(BIN)/python -m tests.bench

pictures: $(VENV)/.installed-test
	$(BIN)/python -m tests.pictures

# New pins after a change of dependencies; needs `pip install uv`.
requirements:
	printf 'hatchling>=1.27\nnodejs-wheel-binaries>=22\neditables>=0.5\n' > requirements/build.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra test -c requirements/run.txt -o requirements/test.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/build.in -o requirements/build.txt

clean:
	rm -rf $(VENV) var webapp/static/dist frontend/node_modules .mypy_cache .ruff_cache .pytest_cache
