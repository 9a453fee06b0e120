# `make demo` and `make test` do all the set-up they need; nothing else has to be installed by hand.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

.PHONY: demo test test-models lint format docs clean help

help:
	@echo "make demo         the main job on a throwaway repository, with whichever model there is"
	@echo "make test         the tests, with the 0.5B model"
	@echo "make test-models  the longer tests, with the 0.5B, the 1.5B and Gemma 3 270M"
	@echo "make lint         ruff and mypy"

# With uv where it is installed, else venv and pip. The stamps live in the environment, so that removing it is enough.
$(BIN)/python:
ifeq ($(UV),)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade pip
else
	$(UV) venv -q --seed --python $(PYTHON) $(VENV)
endif

define install
	@echo "installing $(1) …"
	$(if $(UV),$(UV) pip install -q --python $(BIN)/python -e '$(1)',$(BIN)/python -m pip install -q -e '$(1)')
endef

$(VENV)/.demo: $(BIN)/python pyproject.toml
	$(call install,.[embedded])
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml
	$(call install,.[embedded$(,)dev])
	@touch $@ $(VENV)/.demo

, := ,

demo: $(VENV)/.demo
	$(BIN)/agent demo

test: $(VENV)/.dev
	$(BIN)/agent models pull qwen2.5-coder:0.5b
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not models"

test-models: $(VENV)/.dev
	$(BIN)/agent models pull qwen2.5-coder:0.5b
	$(BIN)/agent models pull qwen2.5-coder:1.5b
	$(BIN)/agent models pull gemma3:270m
	$(BIN)/python -m pytest -m models

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis dist build
