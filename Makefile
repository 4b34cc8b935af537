# One verb per intent; bare `make` checks and tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: all setup demo test check bench figures truth postgres restate as-of detect agree gaps budgets timetable faults tidy-faults pages serve-docs clean lock
all: check test

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Tapehouse needs Python 3.11 to 3.13: make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked packages into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check
	@touch $(READY)

demo: setup
	@$(BIN)/tapehouse demo

# A file at a time to each worker: what the tests of a file share is made once. The house rules are
# a part of `make check`.
test: setup
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --ignore tests/house

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONWARNINGS=ignore $(BIN)/sqlfluff lint --disable-progress-bar --processes 2 dbt_project
	@$(BIN)/python -m pytest tests/house

bench: setup
	@$(BIN)/python -m bench

# A day of 150 instruments, a loop of 30-second cycles, two years of slots with outages and kills
# (an hour): the last line is the verdict.
figures: setup
	@$(BIN)/python -m bench.figures

# Every indicator against TA-Lib on random series: the last line is the verdict.
truth: setup
	@$(BIN)/python -m bench.indicators.truth

# The indicators of a PostgreSQL server, started for this, against DuckDB's.
postgres: setup
	@$(BIN)/python -m bench.engines.postgres

# Corrections among a million jittered re-reads: the last line is the verdict.
restate: setup
	@$(BIN)/python -m bench.restate

# A quarter full of holes and outages: the last line is the verdict.
gaps: setup
	@$(BIN)/python -m bench.gaps

# Six processes, one ledger, exchanges that ban, a day in minutes: the last line is the verdict.
budgets: setup
	@$(BIN)/python -m bench.budgets

# Two years of every schedule, slot by slot, on a virtual clock: the last line is the verdict.
timetable: setup
	@$(BIN)/python -m bench.timetable

# Labelled mistakes in three simulated years: the last line is the verdict.
detect: setup
	@$(BIN)/python -m bench.detect

# Labelled disagreements among up to five providers: the last line is the verdict.
agree: setup
	@$(BIN)/python -m bench.agreement

# What was known when, against what was shown then.
as-of: setup
	@$(BIN)/python -m bench.as_of

faults: setup
	@$(BIN)/python -m tests.faults.kill_runs
	@$(BIN)/python -m tests.faults.disk_full
	@$(BIN)/python -m tests.faults.tidy_kills

# Compaction and retention alone, killed at each of their moments.
tidy-faults: setup
	@$(BIN)/python -m tests.faults.tidy_kills

# Pages that are written from descriptions in the project.
pages: setup
	@$(BIN)/python -m warehouse.series.page

serve-docs: setup
	@$(BIN)/tapehouse docs
	@echo "open http://127.0.0.1:8080/index.html (Ctrl-C stops it)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory data_extracts/docs 8080

clean:
	rm -rf $(VENV) target build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# Needs uv, which only the maintainers of the lock need.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --strip-extras --custom-compile-command "make lock" --quiet \
		--exclude-newer 2026-09-15 --exclude-newer-package duckdb=2026-11-20 -o requirements.lock
