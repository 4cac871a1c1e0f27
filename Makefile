# Two commands: `make demo` and `make test`. Each makes the environment first, if there is none. The rest is for those who change something.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test slow install format check outputs weights readme docs browser screenshots supply

demo: install
	$(BIN)/elite_refiner demo

test: install
	$(BIN)/nbdev_test --n_workers 2

# the cells that take longer: kills and resumes, a real Slurm, Ray, exports, fuzzing
slow: install
	$(BIN)/nbdev_test --n_workers 1 --flags slow --file_re '^([0-8]|9[4-9]).*'

install: .venv/.installed

# torch goes first, by the constraints: unpinned, pip would fetch gigabytes of CUDA for a machine without a GPU
.venv/.installed: settings.ini setup.py constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt torch
	$(BIN)/pip install -q -c constraints.txt -e '.[dev,all]'
	touch $@

# the formatter decides how code looks, the linter what is likely wrong (.ruff.toml)
format: install
	$(BIN)/ruff check --fix -q nbs
	$(BIN)/ruff format nbs

# notebooks formatted, clean, package exported from them, README made from the index: nothing may differ from what is committed
check: install
	$(BIN)/ruff format --check nbs
	$(BIN)/ruff check nbs
	$(BIN)/nbdev_clean
	$(BIN)/nbdev_export
	$(MAKE) readme
	git diff --exit-code
	test -z "$$(git status --porcelain)"

# run the notebooks and keep their outputs, progress bars excepted, e.g. `make outputs NB=nbs/010_color.ipynb`
NB ?= $(wildcard nbs/[0-9]*.ipynb) nbs/index.ipynb
outputs: install
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace --ExecutePreprocessor.timeout=3000 $(NB)
	$(BIN)/python nbs/_book/tidy_outputs.py $(NB)
	$(BIN)/nbdev_clean

# the weights of `--init pretrained`, learned again
weights: install
	ELITE_WEIGHTS=$(CURDIR)/elite_refiner/weights/small.safetensors $(MAKE) outputs NB=nbs/695_pretraining.ipynb

readme: install
	$(BIN)/jupyter nbconvert --to markdown --log-level WARN --TagRemovePreprocessor.remove_cell_tags hide --TagRemovePreprocessor.remove_input_tags hide-input --RegexRemovePreprocessor.patterns '^#\s*\|\s*hide' --stdout nbs/index.ipynb \
	  | sed -e '/^#| /d' -e 's#](\([0-9a-z][0-9_a-z]*\.ipynb\))#](nbs/\1)#g' -e 's#](images/#](nbs/images/#g' -e 's#](\.\./#](#g' | cat -s > README.md

# the book in _docs, without the network
docs: install readme
	mkdir -p _proc
	$(BIN)/sphinx-build -q -c nbs/_book _proc _docs
	rm -rf jupyter_execute
	$(BIN)/python nbs/_book/check.py

# the service's page, the panels and the training's live plot in a real Chromium
browser: install
	$(BIN)/python nbs/page_walk.py
	$(BIN)/python nbs/browser_test.py

# pictures of the service's page and of two panels for the book and the README, with rendered rooms, into nbs/images
screenshots: install
	$(BIN)/python nbs/page_walk.py screenshots
	$(BIN)/python nbs/page_walk.py panels

# what stands under the product: does it fit together, whose is it, does it build; known holes where the network allows
supply: install
	$(BIN)/pip check
	$(BIN)/pip-licenses --order=license
	$(BIN)/python -m build
	@if $(BIN)/python -c "import urllib.request as u; u.urlopen('https://pypi.org/pypi/pip/json', timeout=10)" 2>/dev/null; then $(BIN)/pip-audit -r constraints.txt --no-deps --disable-pip; else echo "pip-audit skipped: pypi.org cannot be reached"; fi
