# Two commands: `make demo` and `make test`. Each makes the environment first, if there is none.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test install check outputs readme

demo: install
	$(BIN)/elite_refiner demo

test: install
	$(BIN)/nbdev_test --n_workers 2

install: .venv/.installed

# torch goes first, by the constraints: unpinned, pip would fetch gigabytes of CUDA for a machine without a GPU
.venv/.installed: settings.ini setup.py constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt torch
	$(BIN)/pip install -q -c constraints.txt -e '.[dev]'
	touch $@

# notebooks clean, package exported from them, README made from the index: nothing may differ from what is committed
check: install
	$(BIN)/nbdev_clean
	$(BIN)/nbdev_export
	$(MAKE) readme
	git diff --exit-code
	test -z "$$(git status --porcelain)"

# run the notebooks and keep their outputs, progress bars excepted, e.g. `make outputs NB=nbs/00_color.ipynb`
NB ?= $(wildcard nbs/[0-9]*.ipynb) nbs/index.ipynb
outputs: install
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace --ExecutePreprocessor.timeout=3000 $(NB)
	$(BIN)/python -c "import sys, nbformat as f; w = 'application/vnd.jupyter.widget-view+json'; \
	[(nb.metadata.pop('widgets', 0), [c.update(outputs=[o for o in c.outputs if w not in o.get('data', {})]) for c in nb.cells if 'outputs' in c], f.write(nb, p)) for p in sys.argv[1:] for nb in [f.read(p, 4)]]" $(NB)
	$(BIN)/nbdev_clean

readme: install
	$(BIN)/jupyter nbconvert --to markdown --log-level WARN --TagRemovePreprocessor.remove_cell_tags hide --RegexRemovePreprocessor.patterns '^#\s*\|\s*hide' --stdout nbs/index.ipynb \
	  | sed -e '/^#| /d' -e 's#](\([0-9][0-9_a-z]*\.ipynb\))#](nbs/\1)#g' -e 's#](images/#](nbs/images/#g' | cat -s > README.md
