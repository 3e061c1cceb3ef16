# One command for people and CI. `make help` lists them.
PYTHON ?= python3
PORT ?= 8501
# Test files run beside each other; one app and one browser each.
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
# pip and its warnings are quiet; what is happening is said in one line before it.
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: app test qgis check bench clean help
# A recipe that fails half-way leaves no stamp behind.
.DELETE_ON_ERROR:

app: $(STAMPS)/runtime ## run the app on http://localhost:PORT (8501)
	@echo "Yuantu on http://localhost:$(PORT) (stop with Ctrl+C)"
	@$(BIN)/streamlit run app.py --server.port $(PORT)

test: $(STAMPS)/dev ## run every test, the browser's included
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m tests.postgres
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile

qgis: $(STAMPS)/dev ## open every kind of file in QGIS itself (installs QGIS, some 600 MB)
	@$(BIN)/python -m tests.qgis.qgis_python
	@$(BIN)/python -m pytest tests/qgis

check: $(STAMPS)/dev ## lint, format, types, architecture, documentation
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest --quiet tests/test_architecture.py $(wildcard tests/docs)

bench: $(STAMPS)/bench ## measure every claim against the plain way, into docs/benchmarks.md
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m bench $(SUITE)

clean: ## remove the environment and every cache
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .browser
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Removed the environment and the caches."

help: ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "make %-7s %s\n", $$1, $$2}'

$(STAMPS)/venv:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Yuantu needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Name a newer one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "No virtual environment: on Debian or Ubuntu install python3-venv." >&2; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: requirements.txt $(STAMPS)/venv
	@echo "Installing what the app needs ..."
	@$(PIP) install -r requirements.txt
	@touch $@

$(STAMPS)/bench: requirements-bench.txt $(STAMPS)/dev
	@echo "Installing what the benchmark compares with ..."
	@$(PIP) install -r requirements-bench.txt
	@touch $@

$(STAMPS)/dev: requirements-dev.txt $(STAMPS)/runtime
	@echo "Installing what the tests need ..."
	@$(PIP) install -r requirements-dev.txt
	@touch $@
