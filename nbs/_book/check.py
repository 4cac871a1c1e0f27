"""Is the book whole? Every chapter bound, nothing of nbdev's left, no picture missing. Run by `make docs`."""

import re
import sys
from html import unescape
from pathlib import Path

root = Path(__file__).resolve().parents[2]
book = root / "_docs"
chapters, problems = [p.stem for p in sorted((root / "nbs").glob("[0-9]*.ipynb"))], []
front = (book / "index.html").read_text()
for name in ["index", *chapters]:
    if not (book / f"{name}.html").is_file():
        problems.append(f"{name}: no page")
        continue
    page = (book / f"{name}.html").read_text()
    words = unescape(re.sub(r"<[^>]+>", "", re.sub(r"<code.*?</code>", "", page)))  # prose may speak of directives
    if f'href="{name}.html"' not in front and name != "index":
        problems.append(f"{name}: not in the contents")
    for left in re.findall(r"#\s?\| ?(?:export|hide|slow|cuda|default_exp)\b", words):
        problems.append(f"{name}: a directive is left, {left!r}")
    for src in re.findall(r'<img[^>]+src="([^"]+)"', page):
        if not src.startswith("data:") and not (book / src.split("?")[0]).is_file():
            problems.append(f"{name}: picture {src} is missing")
    for away in re.findall(r'<(?:script|link)[^>]+(?:src|href)="(https?://[^"]+)"', page):
        problems.append(f"{name}: needs the network for {away}")
    for link in re.findall(r'href="([^":#?]+\.(?:html|ipynb))', page):
        if not (book / link).is_file():
            problems.append(f"{name}: link to {link} leads nowhere")
index = book / "searchindex.js"
if not index.is_file() or not all(f'"{c}"' in index.read_text() for c in chapters):
    problems.append("the search index does not cover every chapter")
print("\n".join(problems) or f"the book is whole: {len(chapters)} chapters in {book.relative_to(root)}")
sys.exit(bool(problems))
