# Two commands on a fresh machine: `make train` and `make test`. Both set up .venv first.
PYTHON ?= python3
BIN = .venv/bin
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: setup train test lint types contract fast slow bounds bench clean

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Tengen needs Python 3.11 or newer, not " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[openvino,atari,box2d,pettingzoo,dev]'
	touch .venv/ready

train: setup
	$(BIN)/tengen train go5 --minutes 5 --exam

test: setup lint types contract fast

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

contract:
	$(BIN)/lint-imports

fast:
	$(BIN)/pytest -n 2

slow: setup
	$(BIN)/pytest -m 'slow or engine_long' --durations=0

bounds: setup
	NUMBA_BOUNDSCHECK=1 $(BIN)/pytest -n 2

# The peers live in an environment of their own, so that what they need constrains nothing here.
bench: setup .venv-peers/ready
	$(BIN)/python -m benchmarks --peer-python .venv-peers/bin/python $(BENCH)

.venv-peers/ready: constraints-peers.txt
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install -q --disable-pip-version-check --no-deps -r constraints-peers.txt
	touch .venv-peers/ready

clean:
	rm -rf .venv .venv-peers build *.egg-info .mypy_cache .ruff_cache .pytest_cache
