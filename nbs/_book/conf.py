"""The book: `make docs` turns the notebooks into chapters and lets Sphinx bind them, without the network."""

import ast
import importlib
import inspect
import os
import re
import shutil
from pathlib import Path

import nbformat
from docutils import nodes
from latex2mathml.converter import convert
from nbdev.config import get_config
from nbdev.showdoc import DocmentTbl

root = Path(__file__).resolve().parents[2]
os.chdir(root)
cfg = get_config()
project = cfg.title
author = cfg.author
copyright = cfg.copyright
extensions = ["myst_nb"]
html_theme = "furo"
html_title = cfg.title
html_static_path = ["."]
html_css_files = ["book.css"]
nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header", "myst.xref_missing", "mystnb.unknown_mime_type", "misc.highlighting_failure"]
html_show_sphinx = False
html_copy_source = False
exclude_patterns = ["_book"]


def defined(source):
    "Public functions and classes of a cell, methods that `@patch` adds as (class, name)."
    for node in ast.parse(source).body:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
            continue
        patched = isinstance(node, ast.FunctionDef) and any(ast.unparse(d) == "patch" for d in node.decorator_list)
        yield (ast.unparse(node.args.args[0].annotation), node.name) if patched else (node.name,)


def table_of(module, path):
    "An object's name, promise and arguments, as nbdev documents them."
    thing = module
    for name in path:
        thing = getattr(thing, name)
    promise, table = inspect.getdoc(thing) or "", str(DocmentTbl(thing))
    return f"**`{'.'.join(path)}`** {promise}\n\n{re.sub('<br>', ' ', table)}"


def directives_of(cell):
    "nbdev's directives of a cell: name to words, empty for prose."
    if cell.cell_type != "code":
        return {}
    lines = re.findall(r"^#\s*\|\s*(.+)$", cell.source, re.M)
    return {words[0]: words[1:] for words in map(str.split, lines)}


def prose(source, number=None):
    "A prose cell; the first of a chapter gets its number, links out of nbs lead to the repository."
    if number:
        source = re.sub(r"^# (.+)$", rf"# {number} · \1", source, count=1, flags=re.M)
    return source.replace("](../", f"]({cfg.git_url}/blob/{cfg.branch}/")


def only_imports(source):
    "Is there nothing but imports in a cell?"
    return all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.parse(source).body)


def code_cells(cell, exported, module):
    "A code cell as the reader gets it: an exported one folded behind the table of what it defines; imports not at all."
    cell.source = re.sub(r"^#\s*\|.*\n?", "", cell.source, flags=re.M).strip()
    if exported and only_imports(cell.source):
        return []
    tables = []
    if exported:
        tables = [nbformat.v4.new_markdown_cell(table_of(module, path)) for path in defined(cell.source)]
        cell.metadata["tags"] = ["hide-input"]
    return tables + [cell] if cell.source else tables


def chapter(path):
    "A notebook as a reader wants it."
    notebook = nbformat.read(path, 4)
    cells = []
    module = None
    for cell in notebook.cells:
        directives = directives_of(cell)
        if "default_exp" in directives:
            module = importlib.import_module(f"{cfg.lib_path.name}.{directives['default_exp'][0]}")
        if {"hide", "default_exp"} & set(directives):
            continue
        if cell.cell_type == "markdown":
            cell.source = prose(cell.source, path.stem.split("_")[0] if cell is notebook.cells[0] else None)
            cells.append(cell)
        else:
            cells += code_cells(cell, "export" in directives and module is not None, module)
    notebook.cells = cells
    return notebook


def parts_of(index):
    "The parts of the book as the front page lists them: number and name, such as ('1', 'network')."
    return re.findall(r"^\| (\d) · ([^|]+?) \|", "\n".join(c.source for c in index.cells), re.M)


def contents(part, files):
    "The chapters of a part in the sidebar, under the part's name."
    number, name = part
    chapters = "\n".join(f.stem for f in files if f.stem[0] == number)
    return f"```{{toctree}}\n:hidden:\n:caption: {number} · {name}\n\n{chapters}\n```"


def prepare(app):
    "Write the chapters where Sphinx reads them."
    source = Path(app.srcdir)
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    files = sorted((root / "nbs").glob("[0-9]*.ipynb"))
    for f in [*files, root / "nbs" / "index.ipynb"]:
        nbformat.write(chapter(f), source / f.name)
    shutil.copytree(root / "nbs" / "images", source / "images")
    index = nbformat.read(source / "index.ipynb", 4)
    index.cells += [nbformat.v4.new_markdown_cell(contents(part, files)) for part in parts_of(index)]
    nbformat.write(index, source / "index.ipynb")


def math_of(writer, node):
    "Formulas as MathML, which browsers draw by themselves."
    writer.body.append(convert(node.astext(), display="block" if isinstance(node, nodes.math_block) else "inline"))
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (math_of, None), (math_of, None))
    prepare(app)


html_math_renderer = "mathml"
