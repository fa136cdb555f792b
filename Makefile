# Minsheng (民声): the commands of everyday work. `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VAR ?= ./var
PORT ?= 8000
DEMO ?= 1
PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
PROJECTS := shared deploy/local services/intake services/routing services/supervision services/satisfaction services/sync-municipal
EDITABLE := $(addprefix -e ,$(PROJECTS))
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
SOURCES := constraints.txt $(addsuffix /pyproject.toml,$(PROJECTS))
PYTEST := $(BIN)/python -m pytest

export VAR PORT DEMO

.PHONY: help run run-real demo test test-fast test-faults bench lint contract contract-update format clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

run: $(INSTALLED) ## Start everything in one process on PORT=8000, data in VAR=./var (DEMO=0: no samples)
	@exec $(BIN)/python -m shared.embedded

run-real: $(INSTALLED) ## The same system as separate processes on private RabbitMQ and PostgreSQL
	@deploy/local/install-system-packages rabbitmq-server postgresql
	@exec $(BIN)/python -m local.run_real

demo: $(INSTALLED) ## Play MESSAGES=file.csv (or the samples) and print a report; REAL=1: on run-real; JSON=file: report as JSON
	@$(if $(REAL),deploy/local/install-system-packages rabbitmq-server postgresql)
	@exec $(BIN)/python -m local.demo $(if $(REAL),--real) $(if $(MESSAGES),--messages $(MESSAGES)) $(if $(JSON),--json $(JSON))

test: $(INSTALLED_DEV) ## Every test, on private RabbitMQ and PostgreSQL servers (what CI runs)
	@deploy/local/install-system-packages rabbitmq-server postgresql
	$(PYTEST) -m "not faults"

test-fast: $(INSTALLED_DEV) ## The tests that need no server
	$(PYTEST) -m "not servers and not faults"

test-faults: $(INSTALLED_DEV) ## Each fault alone, over 5,000 petitions each (long; not in CI)
	@deploy/local/install-system-packages rabbitmq-server postgresql
	$(PYTEST) -m faults tests/system

bench: $(INSTALLED) ## Measure speed, each figure beside its limit (ONLY=accept,relay SIZES=0,100000 SPIKES=10 SCALE=1 JSON=file)
	@deploy/local/install-system-packages rabbitmq-server postgresql
	@exec $(BIN)/python -m bench

lint: $(INSTALLED_DEV) ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

contract: $(INSTALLED_DEV) ## Event schemas, examples, reads and HTTP contracts, checked for drift
	$(PYTEST) tests/contract

contract-update: $(INSTALLED_DEV) ## Write the golden files of tests/contract anew
	$(BIN)/python tests/contract/generate.py

format: $(INSTALLED_DEV) ## Put the code into the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove the virtual environment and caches; VAR stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@deploy/local/make-venv $(PYTHON) $(VENV)

$(INSTALLED): $(BIN)/python $(SOURCES)
	@echo "Installing the pinned dependencies into $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt setuptools
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt --no-build-isolation $(EDITABLE)
	@touch $@

$(INSTALLED_DEV): $(INSTALLED) requirements-dev.txt
	@echo "Installing the tools for tests and checks ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -r requirements-dev.txt
	@touch $@
