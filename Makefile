# make run: everything, from a clean clone to a running service. The rest is for developers.
.DEFAULT_GOAL := help
.PHONY: help setup run test coverage check bench format lock clean

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
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(PYTEST_ARGS)

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

format: ## write the code as ruff would
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: ## newest allowed versions into the lock files
	@bash scripts/lock.sh

clean: ## remove the environments and caches; never the data under var/
	@rm -rf .venv .venv-rasa .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage *.egg-info
