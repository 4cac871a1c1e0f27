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
project, author, copyright = cfg.title, cfg.author, cfg.copyright
extensions, html_theme, html_title, html_static_path, html_css_files = (
    ["myst_nb"],
    "furo",
    cfg.title,
    ["."],
    ["book.css"],
)
nb_execution_mode, nb_merge_streams, nb_code_prompt_show, nb_code_prompt_hide = (
    "off",
    True,
    "Show the code",
    "Hide the code",
)
myst_enable_extensions, myst_heading_anchors = ["dollarmath", "amsmath"], 3
suppress_warnings = ["myst.header", "myst.xref_missing", "mystnb.unknown_mime_type", "misc.highlighting_failure"]
html_show_sphinx, html_copy_source, exclude_patterns = False, False, ["_book"]


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


def chapter(path):
    "A notebook as a reader wants it."
    nb, cells, module = nbformat.read(path, 4), [], None
    for c in nb.cells:
        directives = (
            {d.split()[0]: d.split()[1:] for d in re.findall(r"^#\s*\|\s*(.+)$", c.source, re.M)}
            if c.cell_type == "code"
            else {}
        )
        if "default_exp" in directives:
            module = importlib.import_module(f"{cfg.lib_path.name}.{directives['default_exp'][0]}")
        if {"hide", "default_exp"} & set(directives):
            continue
        if c.cell_type == "markdown":
            c.source = (
                re.sub(r"^# (\w+)$", lambda m: f"# {path.stem[:2]} · {m[1]}", c.source, count=1, flags=re.M)
                if c is nb.cells[0]
                else c.source
            )
        else:
            c.source = re.sub(r"^#\s*\|.*\n?", "", c.source, flags=re.M).strip()
            exported = "export" in directives and module
            if exported and all(isinstance(n, (ast.Import, ast.ImportFrom)) for n in ast.parse(c.source).body):
                continue
            if exported:
                cells += [nbformat.v4.new_markdown_cell(table_of(module, p)) for p in defined(c.source)]
                c.metadata["tags"] = ["hide-input"]
            if not c.source:
                continue
        cells.append(c)
    nb.cells = cells
    return nb


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
    index.cells.append(
        nbformat.v4.new_markdown_cell("```{toctree}\n:hidden:\n\n" + "\n".join(f.stem for f in files) + "\n```")
    )
    nbformat.write(index, source / "index.ipynb")


def math_of(writer, node):
    "Formulas as MathML, which browsers draw by themselves."
    writer.body.append(convert(node.astext(), display="block" if isinstance(node, nodes.math_block) else "inline"))
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (math_of, None), (math_of, None))
    prepare(app)


html_math_renderer = "mathml"
