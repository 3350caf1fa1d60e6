# What people do with a clone. Everything happens in .venv, which the first target that needs it makes.

PYTHON ?= python3
PROFILE ?= regular
HYPOTHESIS_PROFILE ?= dev
PYTEST_FLAGS ?=
MACHINE ?= local
HISTORY ?= 5
BASE ?= main
ONLY ?=
export HYPOTHESIS_PROFILE

VENV := .venv
RUN := $(VENV)/bin/python
ASV = $(VENV)/bin/asv run --launch-method forkserver --show-stderr --machine $(MACHINE) $(if $(ONLY),--bench '(?i)$(ONLY)')
TEX := latexmk texlive-latex-recommended texlive-latex-extra texlive-pictures lmodern cm-super
# no clock and no path gets into the file: the same results give the same bytes
PDF := SOURCE_DATE_EPOCH=0 FORCE_SOURCE_DATE=1 latexmk -pdf -interaction=nonstopmode -halt-on-error
INSTALL := $(RUN) -m pip install -qq --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help scaling article results paper test lint types format constraints clean \
	bench bench-history bench-compare bench-requests bench-html machine

help: ## this list
	@echo "make TARGET [PROFILE=smoke|regular|full] [PYTHON=python3.12]"
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1 \2/p' Makefile | while read -r target text; do \
		printf '  %-14s %s\n' "$$target" "$$text"; done
	@echo
	@echo "The first target also makes $(VENV) and installs into it: one to two minutes, once."

scaling: $(VENV)/installed ## what moves when a cluster changes size: a minute the first time, then 15 seconds
	@$(RUN) -m experiments.run scaling --profile $(PROFILE)

article: $(VENV)/installed ## every number of the article, ours beside the published one: a minute
	@$(RUN) -m experiments.run article --profile $(PROFILE)

results: $(VENV)/installed ## all that is committed, at PROFILE=full an hour; goes on where it was interrupted; ONLY=names
	@$(RUN) -m experiments.run all --profile $(PROFILE) $(if $(ONLY),--only '$(ONLY)')

paper: $(VENV)/installed ## the paper, paper/shardlab.pdf, from the stored results: half a minute; needs TeX
	@command -v latexmk > /dev/null && command -v pdflatex > /dev/null || { \
		echo "The paper needs TeX. On Debian: apt install --no-install-recommends $(TEX)" >&2; exit 1; }
	@$(RUN) -m paper.build
	@cd paper && $(PDF) shardlab.tex > shardlab.out.log 2>&1 || { grep -A3 '^!' shardlab.out.log >&2; exit 1; }
	@echo "paper/shardlab.pdf"

test: $(VENV)/installed-dev ## all tests and examples: some minutes; HYPOTHESIS_PROFILE=ci searches longer
	@$(RUN) -m pytest $(PYTEST_FLAGS)

lint: $(VENV)/installed-dev ## style and layout of the code: a second
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check

types: $(VENV)/installed-dev ## the types, strictly: half a minute, then seconds
	@$(RUN) -m mypy

format: $(VENV)/installed-dev ## lay out the code, and mend what can be mended: a second
	@$(RUN) -m ruff check --fix
	@$(RUN) -m ruff format

bench: machine ## the benchmarks of the last commit, kept in results/asv: 20 to 40 minutes; ONLY=pattern for some
	@$(RUN) -m experiments.benchmarks.collect '$(ONLY)'
	@$(ASV) 'HEAD^!'

bench-history: machine ## the same for the last HISTORY=5 commits, 20 to 40 minutes for each that has no results yet
	@$(RUN) -m experiments.benchmarks.collect '$(ONLY)'
	@$(ASV) --skip-existing-successful 'HEAD~$(HISTORY)..HEAD'

bench-compare: $(VENV)/installed ## what is slower here than in BASE=main, beyond noise: 20 to 40 minutes
	@$(RUN) -m experiments.benchmarks.compare --base '$(BASE)' --only '$(ONLY)'

bench-requests: $(VENV)/installed ## requests a second of balancers and caches, and ns of a single one: half a minute
	@$(RUN) -m experiments.benchmarks.rates --only '$(ONLY)'

bench-html: $(VENV)/installed-bench ## the history as a page in .asv/html that needs no network: half a minute
	@$(VENV)/bin/asv publish
	@$(RUN) -m experiments.benchmarks.offline

machine: $(VENV)/installed-bench
	@$(VENV)/bin/asv machine --yes --machine $(MACHINE) > /dev/null

constraints: ## write constraints.txt anew, from the newest versions that pyproject.toml allows: two minutes
	@rm -rf $(VENV)
	@$(MAKE) --no-print-directory $(RUN)
	@$(INSTALL) --editable '.[bench,database,dev,distributed,peers,plan,report]'
	@sed -n '/^#/p' constraints.txt > $(VENV)/constraints
	@$(RUN) -m pip freeze --disable-pip-version-check --exclude-editable >> $(VENV)/constraints
	@mv $(VENV)/constraints constraints.txt
	@touch $(VENV)/installed $(VENV)/installed-bench $(VENV)/installed-dev

clean: ## remove the environment and all caches, but no results: a second
	@rm -rf $(VENV) .venv-* .asv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find algorithms experiments examples tests -name __pycache__ -prune -exec rm -rf {} +

# The stamps are older than what decides the versions, or there is nothing to do and no network is touched.
$(VENV)/installed: pyproject.toml constraints.txt | $(RUN)
	@echo "Installing into $(VENV): about a minute, once" >&2
	@$(INSTALL) --constraint constraints.txt --editable '.[database,plan,report]'
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt | $(RUN)
	@echo "Installing into $(VENV), with what tests need: one to two minutes, once" >&2
	@$(INSTALL) --constraint constraints.txt --editable '.[database,dev,distributed,peers,plan,report]'
	@touch $(VENV)/installed $@

$(VENV)/installed-bench: pyproject.toml constraints.txt | $(RUN)
	@echo "Installing into $(VENV), with what the benchmark history needs: one to two minutes, once" >&2
	@$(INSTALL) --constraint constraints.txt --editable '.[bench]'
	@touch $(VENV)/installed $@

$(RUN):
	@command -v '$(PYTHON)' > /dev/null || { \
		echo "There is no '$(PYTHON)' here: give a Python of 3.11 or later, as in: make PYTHON=python3.12" >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Shardlab needs Python 3.11 or later, and '$(PYTHON)' is $$('$(PYTHON)' --version 2>&1):" \
			"give another, as in: make PYTHON=python3.12" >&2; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' 2> /dev/null || { \
		echo "'$(PYTHON)' cannot make environments: install its venv module (on Debian: apt install python3-venv)" >&2; \
		exit 1; }
	@'$(PYTHON)' -m venv --clear $(VENV)
