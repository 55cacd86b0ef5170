.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
export UV_PYTHON_DOWNLOADS := never
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1

.PHONY: help run test check bench kills docs format clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 12

run:  ## start everything with a demonstration province (Ctrl-C stops it)
	@sh bootstrap.sh run
	@exec .venv/bin/motcua up --demo

test:  ## all tests
	@sh bootstrap.sh dev
	@$(PY) -m pytest

check:  ## the fast part: format, lint, types, floors, quick tests
	@sh bootstrap.sh dev
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/motcua check
	@$(PY) -m pytest -q -m "not slow" tests/unit tests/law tests/golden tests/structure tests/property

bench:  ## measure the budgets, beside a peer or floor in the same run
	@sh bootstrap.sh dev
	@$(PY) -m bench

kills:  ## kill -9 worker, Prefect server and web application at fail-points during the demonstration
	@sh bootstrap.sh dev
	@$(PY) -m bench.kills

docs:  ## write the generated documents again
	@sh bootstrap.sh dev
	@$(PY) -m docs.generate

format:  ## put the code into its form
	@sh bootstrap.sh dev
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

clean:  ## remove the environment (not the data in .motcua)
	@rm -rf .venv .tools
