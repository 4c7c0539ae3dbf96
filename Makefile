# `make demo` shows the main job; `make test` runs every check. Both set everything up by themselves.
VENV := .venv
BIN := $(VENV)/bin

# Tests start processes by the hundred: each would compile all that it imports
export PYTHONDONTWRITEBYTECODE :=
# Pictures are made and dropped by the thousand: to ask the system for the memory of each anew is a twentieth of it
export MALLOC_MMAP_THRESHOLD_ := 33554432
export MALLOC_TRIM_THRESHOLD_ := 1000000000

.PHONY: setup setup-tests demo test coverage quick lint clean lock supply

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml scripts/setup
	scripts/setup $(VENV)
	touch $@

demo: setup
	$(BIN)/massicot demo $(if $(SEASON),--season) $(if $(KEEP),--keep) $(if $(DATA),--data $(DATA))

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -n 2
	$(BIN)/lint-imports

quick: setup
	$(BIN)/pytest -m "not slow" -n 2

test: setup
	$(MAKE) -j 2 lint setup-tests # which waits for the network, if for anything
	$(BIN)/pytest -m "not slow" -n 2 --cov --cov-report=term
	$(BIN)/pytest -m slow -n 4 --dist loadgroup --durations=40 # more than processors: one waits, mostly

setup-tests: setup
	scripts/setup-tests

coverage: setup-tests
	$(BIN)/pytest -n 4 --dist loadgroup --cov --cov-report=term

# Left out: what a validator of the bill of materials wants, nobody uses here, and every process that imports
# jsonschema, each run of a flow among them, spends half of its start on.
lock:
	python3 -m venv build/lock
	build/lock/bin/pip install -q uv
	build/lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra dev \
		--no-emit-package rfc3987-syntax --no-emit-package lark pyproject.toml -o requirements.lock

supply: setup
	$(BIN)/python scripts/supply

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build *.egg-info
