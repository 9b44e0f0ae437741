# `make` alone says what there is. Everything stays in this folder.
PYTHON ?= $(firstword $(shell for p in python3.13 python3.12 python3.11 python3; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p; done))
RUN := .venv/bin/
export PYTHONPATH := scripts
export DO_NOT_TRACK := 1
export DBT_COLIBRI_NO_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup validators mart test lint docs bench audit test-faults test-fuzz test-city test-lake subject

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: .venv/.installed ## the virtual environment, from the pinned and hashed requirements.lock

.venv/.installed: requirements.lock
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed and was not found" >&2; exit 1; }
	@echo "installing into .venv …"; $(PYTHON) -m venv .venv && $(RUN)pip install -q --disable-pip-version-check \
	  --no-deps --require-hashes -r requirements.lock && touch $@

validators: .venv-validators/.installed ## checkers of the exports' standards, by others, in an environment of their own

.venv-%/.installed: requirements-%.lock
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed and was not found" >&2; exit 1; }
	@echo "installing into $(@D) …"; $(PYTHON) -m venv $(@D)
	@$(@D)/bin/pip install -q --disable-pip-version-check --no-deps --require-hashes -r $< && touch $@

mart: setup ## make the pilot's five boroughs, load them and the sample, build, test, publish; says what to ask
	@echo "Five invented boroughs are made, loaded, built and tested: some five minutes on two cores."; ./citymart sample --boroughs pilot --scale 0.01 --boundaries sample/demo/geography/2021-03-21.csv --seed 7 --as-of 2026-10-01 warehouse/city
	@echo "What is held, refused or rejected below is part of the invented city: such things come."; ./citymart load sample warehouse/city || test $$? -eq 1
	@./citymart publish

lint: setup ## ruff, sqlfluff and dbt-bouncer
	@$(RUN)ruff check scripts tests && $(RUN)ruff format --check -q scripts tests
	@PYTHONWARNINGS=ignore::UserWarning $(RUN)sqlfluff lint --nocolor -q models tests analyses
	@$(RUN)dbt -q parse --no-partial-parse && $(RUN)dbt-bouncer

audit: .venv-audit/.installed ## known faults of the locked packages (asks the package index, so not in `make test`)
	@for lock in requirements*.lock; do .venv-audit/bin/pip-audit --strict --disable-pip --require-hashes -r $$lock || exit 1; done

test: lint validators ## every test: style, Python, and dbt's own on the sample
	@$(RUN)pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

docs: setup .venv-docs/.installed ## the catalogue site of the current release, and dbt's documentation of models and columns beside it
	@test -e "$${CITYMART_HOME:-warehouse}/published/current" || $(MAKE) mart
	@./citymart build && $(RUN)dbt -q docs generate --static && rm -rf target/columns
	@.venv-docs/bin/colibri generate --light --disable-telemetry --output-dir target/columns && ./citymart site

bench: setup ## landing beside a yardstick of this machine; addresses of a city; a whole city at SCALE=0.1
	@$(RUN)python -m citymart.bench

test-faults: setup ## the tests that kill, fill disks and corrupt, at every step; every fault of a file in every subject (an hour)
	@FAULTS=40 $(RUN)pytest -k "(kill or killed or disk or fault) and not faults"
	@FAULTS=1 $(RUN)pytest -s tests/python/faults

test-fuzz: setup ## ten million spoilt values and twenty thousand spoilt files, against parsers and loader (half an hour)
	@FUZZ=550000 $(RUN)pytest tests/python/parse/test_parse_fuzzed.py
	@FUZZ=20000 $(RUN)pytest tests/python/formats/test_fuzzed_files.py

test-city: setup ## the truth of a city of all boroughs against the mart, every system of every subject (minutes)
	@CITY_BOROUGHS=all CITY_SCALE=0.001 $(RUN)pytest tests/python/sample_city/test_city_in_the_mart.py

test-lake: setup ## the sample on DuckLake, catalogue in a file and in PostgreSQL, beside the default engine (minutes)
	@LAKE=1 $(RUN)pytest -rs tests/python/lake

subject: setup ## start a new subject: make subject NAME=licences
	@./citymart subject "$(NAME)"
