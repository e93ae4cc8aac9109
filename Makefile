# The one entry. `make help` lists the targets; CI calls nothing else.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
PACKAGES := servicekit siptypes switchlink sip_config edge_agent call_router health_monitor phone_sources door harness keepline_client
SOURCES := conftest.py services libs tests proto clients
PYTEST := $(BIN)/pytest -q
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help setup web web-client demo call env token test ci calls check check-web rules-and-edge beside-services unit contract integration e2e e2e-web screenshots load proto baseline client settings openapi lint-openapi codes format clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## */\1\t/; s/\$$\$$/$$/g' | expand -t 14

setup: ## install what is missing: Debian packages, Python, the web application, Kafka's jars
	@infra/setup.sh

web: web/dist/index.html ## build the web application, which the door serves

WEB_SOURCES := $(shell git ls-files --cached --others --exclude-standard web)
web/dist/index.html: web/node_modules $(WEB_SOURCES)
	npm run --silent build --prefix web

web-client: web/node_modules ## write the web application's client of docs/openapi.json
	npm run --silent api --prefix web

demo: setup ## start everything and watch a real call; ONCE=1 leaves after the call
	@exec $(BIN)/python -m harness demo

call: ## dial the running demo (NUMBER=+1..., FROM=+1...)
	@exec $(BIN)/python -m harness call $(if $(NUMBER),--number '$(NUMBER)') $(if $(FROM),--caller '$(FROM)')

env: ## print the running demo's addresses and a token, for eval "$$(make -s env)"
	@$(BIN)/python -m harness env

token: ## print a token of the running demo's tenant
	@$(BIN)/python -m harness token

test: setup check ## everything that must pass
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target rules-and-edge beside-services
	$(MAKE) --no-print-directory e2e

# each suite once; calls and browser have a world each, and both wait more than they work
ci: setup check ## what CI runs: test, and every screen in a browser
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target rules-and-edge beside-services
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target calls e2e-web

# together what unit, contract and integration are, in two halves of about the same length
NEAR_THE_EDGE := tests/integration/edge tests/integration/door
rules-and-edge:
	$(MAKE) --no-print-directory unit
	$(MAKE) --no-print-directory contract
	$(PYTEST) $(NEAR_THE_EDGE)

beside-services: # waits more than it works
	$(PYTEST) tests/integration $(addprefix --ignore=,$(NEAR_THE_EDGE))

check: proto/asyncapi/node_modules infra/openapi/node_modules ## style, types, architecture, messages, Kamailio's and nginx's configuration
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy $(addprefix -p ,$(PACKAGES))
	$(BIN)/mypy clients/python/examples
	$(BIN)/python clients/python/write_sync.py --check
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m harness check
	$(BIN)/python -m harness settings --check
	$(BIN)/python -m harness codes --check
	$(BIN)/python -m harness openapi --check
	$(MAKE) --no-print-directory proto && git diff --exit-code --stat -- proto/gen docs/asyncapi.yaml
	node proto/asyncapi/validate.mjs docs/asyncapi.yaml
	$(if $(wildcard proto/baseline.binpb),$(BIN)/buf breaking proto --against proto/baseline.binpb)
	$(MAKE) --no-print-directory lint-openapi
	$(MAKE) --no-print-directory check-web

check-web: web/dist/index.html # its client is that of docs/openapi.json, its types and style, what a browser loads first
	$(MAKE) --no-print-directory web-client && test -z "$$(git status --porcelain -- web/src/api/generated)"
	npm run --silent check --prefix web

unit: web/node_modules ## rules, without any real component
	$(PYTEST) $(wildcard services/*/tests libs/*/tests clients/*/tests tests/harness/tests)
	npm run --silent test --prefix web

contract: ## one suite over every implementation of a port
	$(PYTEST) tests/contract

integration: ## real Kafka, database and Kamailio, part by part
	$(PYTEST) tests/integration

e2e: ## calls through the whole world, listened to, and the shortest story in a browser
	$(PYTEST) tests/e2e tests/web/test_story.py

calls:
	$(PYTEST) tests/e2e

e2e-web: web/dist/index.html ## each screen of the web application in Debian's Chromium
	$(PYTEST) tests/web

screenshots: web/dist/index.html ## pictures of each screen, in .run/screenshots
	mkdir -p .run/screenshots
	SCREENSHOTS=.run/screenshots $(PYTEST) tests/web/test_screens.py tests/web/test_connect.py tests/web/test_live.py

load: ## figures and ratios (minutes; not part of test)
	$(BIN)/python -m harness load

proto: ## lint the messages, generate their code and the AsyncAPI document
	$(BIN)/buf lint proto
	$(BIN)/python proto/generate.py
	$(BIN)/python proto/asyncapi/generate.py

baseline: ## from now on others rely on the messages as they are: check refuses what breaks them
	$(BIN)/buf build proto --exclude-source-info -o proto/baseline.binpb

%/node_modules: %/package-lock.json
	npm ci --silent --prefix $* && touch $@

client: ## write the Python client's code that waits from its code that awaits
	$(BIN)/python clients/python/write_sync.py

settings: ## write docs/settings.md, docs/metrics.md and the list of known settings
	$(BIN)/python -m harness settings

openapi: ## write docs/openapi.json, the description of all services' REST API together
	$(BIN)/python -m harness openapi

lint-openapi: infra/openapi/node_modules
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true infra/openapi/node_modules/.bin/redocly lint \
		--config infra/openapi/redocly.yaml --format stylish docs/openapi.json

codes: ## write docs/problems and the services' catalogue of codes
	$(BIN)/python -m harness codes

format: ## rewrite sources to the house style
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

clean: ## remove what was made here, .venv and jars too
	rm -rf .venv .tools .run infra/kafka/lib .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
