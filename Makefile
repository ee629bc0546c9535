# make run: everything, from a clean clone to a running service. The rest is for developers.
.DEFAULT_GOAL := help
.PHONY: help setup run test coverage check bench fuzz sbom audit format lock clean

BIN := .venv/bin

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: ## install both environments and train the conversation model; starts nothing
	@sh scripts/setup.sh

run: setup ## set up, then run the whole service on this machine
	@exec $(BIN)/policyline up

test: ## all tests, with what they need
	@sh scripts/test_packages.sh
	@sh scripts/setup.sh dev
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --maxfail 30 $(PYTEST_ARGS)

coverage: ## the same, and which lines no test reaches
	@sh scripts/test_packages.sh
	@sh scripts/setup.sh dev
	@$(BIN)/python -m pytest --cov --cov-report=term:skip-covered $(PYTEST_ARGS)

check: ## format, types, import arrows, conversation data
	@sh scripts/setup.sh dev
	@sh scripts/check.sh

bench: ## speed and quality beside stated peers, one table
	@sh scripts/setup.sh dev
	@$(BIN)/python -m tests.bench

fuzz: ## attack every parser and the API for FUZZ_S seconds (600); atheris must be installed
	@sh scripts/setup.sh dev
	@POLICYLINE_FUZZ_EXAMPLES=200 $(BIN)/python -m pytest tests/attack/test_openapi_fuzzed.py
	@$(BIN)/python -m tests.attack.fuzz $(or $(FUZZ_S),600)

sbom: ## what both environments are made of, as CycloneDX JSON, into var/sbom
	@sh scripts/setup.sh dev
	@sh scripts/sbom.sh

audit: ## known weaknesses of what is in the lock files
	@sh scripts/setup.sh dev
	@sh scripts/audit.sh

format: ## write the code as ruff would
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: ## newest allowed versions into the lock files
	@bash scripts/lock.sh

clean: ## remove the environments and caches; never the data under var/
	@rm -rf .venv .venv-rasa .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage *.egg-info
