"""What a run leaves in a notebook and a reader does not want: run by `make outputs` on the notebooks it is given.

Widgets go, since a page cannot draw them; so does stderr, which holds progress bars and the paths of one machine.
Names of temporary folders become an ellipsis."""

import re
import sys
import tempfile

import nbformat

WIDGET = "application/vnd.jupyter.widget-view+json"
TEMPORARY = re.compile(rf"{re.escape(tempfile.gettempdir())}/tmp\w+")


def tidy(cell):
    "Tidy the outputs of a code cell in place."
    cell.outputs = [o for o in cell.outputs if WIDGET not in o.get("data", {}) and o.get("name") != "stderr"]
    for output in cell.outputs:
        if "text" in output:
            output.text = TEMPORARY.sub("…", output.text)


for path in sys.argv[1:]:
    notebook = nbformat.read(path, 4)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tidy(cell)
    nbformat.write(notebook, path)
