# One door for everything: `make demo`, `make test`, `make check`, `make serve`.
# Needs Python 3.11 to 3.13, git and make; the environment it builds is .venv/ in this folder.
# What make itself has to say goes to stderr: stdout belongs to the command that was asked for.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PY := .venv/bin/python
# A stamp is named after its lock's contents: unchanged means there is nothing to do.
hash = $(shell cksum < $(1) | cut -d' ' -f1)
RUNTIME := .venv/.installed-$(call hash,requirements.lock)
DEV := .venv/.installed-dev-$(call hash,requirements-dev.lock)
# A .venv whose interpreter is gone (moved, or the system's was replaced) is made anew.
BROKEN := $(shell .venv/bin/python -c pass 2>/dev/null || echo broken)
MESSAGES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))

.PHONY: help demo serve test check format bench drill load docs lock messages env env-dev broken

help:
	@echo 'make demo [ONCE=1]     the demo district from nothing, then serves it'
	@echo 'make serve             serves what is there: web, worker, beat'
	@echo 'make test [ARGS=...]   the whole suite, on real PostgreSQL, Redis and Chromium'
	@echo 'make check             format, lint, types, floors, migrations, translations'
	@echo 'make format            formats the code and sorts its imports'
	@echo 'make bench [BENCH=x]   benchmarks    make drill   fault drills'
	@echo 'make load              load run      make docs    the handbook'
	@echo 'make lock              compiles the *.lock files from the *.in files (needs uv)'

demo: $(RUNTIME) $(MESSAGES)
	@DEMO=1 $(PY) manage.py demo $(if $(ONCE),--once)

serve: $(RUNTIME) $(MESSAGES)
	@$(PY) manage.py serve

test: $(RUNTIME) $(DEV) $(MESSAGES)
	@$(PY) -m tools.ensure_programs
	@$(PY) -m tools.run_tests $(ARGS)

check: $(RUNTIME) $(DEV) $(MESSAGES)
	@$(PY) -m tools.check $(ARGS)

format: $(RUNTIME) $(DEV)
	@$(PY) -m ruff check --select I --fix --quiet
	@$(PY) -m ruff format

bench: $(RUNTIME) $(DEV) $(MESSAGES)
	@$(PY) -m tools.run_part bench $(BENCH)

drill: $(RUNTIME) $(DEV) $(MESSAGES)
	@$(PY) -m tools.ensure_programs
	@$(PY) -m tools.run_part drill $(ARGS)

load: $(RUNTIME) $(DEV) $(MESSAGES)
	@$(PY) -m tools.ensure_programs
	@$(PY) -m tools.run_part load $(ARGS)

docs: $(RUNTIME) $(DEV) $(MESSAGES)
	@$(PY) -m tools.ensure_programs
	@$(PY) -m tools.run_part docs $(ARGS)

lock:
	@sh tools/lock.sh

messages: $(MESSAGES)
env: $(RUNTIME)
env-dev: $(RUNTIME) $(DEV)

$(RUNTIME): $(BROKEN)
	@sh tools/environment.sh requirements.lock $@ >&2

$(DEV): $(RUNTIME)
	@sh tools/environment.sh requirements-dev.lock $@ >&2

%.mo: %.po | $(RUNTIME)
	@$(PY) tools/compile_messages.py $< $@ >&2
