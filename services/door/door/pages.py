"""What people read at the door, as files: the documentation, and a page for each code.

Where the settings name no folder with the joined description, the page lists the services' own.
"""

import json
import shutil
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

from door.routes import GRPC, REST, SERVICES, title

_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ font: 1rem/1.5 sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse }} td, th {{ border: 1px solid #ccc; padding: .3rem .6rem }}</style>
</head><body>{body}</body></html>
"""
_SWAGGER = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css"><link rel="icon" href="/docs/assets/favicon.png">
</head><body><div id="ui"></div><script src="/docs/assets/swagger-ui-bundle.js"></script><script>
SwaggerUIBundle({{ url: {url}, dom_id: "#ui", deepLinking: true }});
</script></body></html>
"""


def write_pages(folder: Path, documents: Path | None) -> None:
    """Anew at each start: what was there is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "docs").mkdir(parents=True)
    for service in SERVICES:
        name = title(service)
        page = _swagger(name, f"/docs/{name}/openapi.json")
        (folder / "docs" / f"{name}.html").write_text(page)
    joined = documents / "openapi.json" if documents is not None else None
    if joined is not None and joined.exists():
        shutil.copyfile(joined, folder / "openapi.json")
        (folder / "index.html").write_text(_swagger("Keepline", "/openapi.json"))
    else:
        (folder / "index.html").write_text(_services())
    if documents is not None:
        _problems(documents / "problems", folder)


def _swagger(name: str, url: str) -> str:
    return _SWAGGER.format(title=escape(name), url=json.dumps(url))


def _services() -> str:
    rows = []
    for service in SERVICES:
        name = title(service)
        paths = ", ".join(f"<code>{path}</code>" for path, of in REST.items() if of == service)
        rpc = ", ".join(f"<code>{full}</code>" for full, of in GRPC.items() if of == service)
        rows.append(f'<tr><td><a href="/docs/{name}">{name}</a></td><td>{paths}</td><td>{rpc}</td></tr>')
    table = "<table><tr><th>service</th><th>REST</th><th>gRPC</th></tr>" + "".join(rows) + "</table>"
    return _HTML.format(title="Keepline", body=f"<h1>Keepline</h1>{table}")


def _problems(found: Path, folder: Path) -> None:
    """/problems lists the codes, /problems/<code> tells one."""
    reader = MarkdownIt("commonmark").enable("table")
    pages = {page.stem: page.read_text() for page in sorted(found.glob("*.md"))}
    if not pages:
        return
    (folder / "problems").mkdir()
    overview = pages.pop("README", None) or "# Codes\n\n" + "\n".join(
        f"- [{code}]({code}.md)" for code in pages
    )
    for name, text in {"index": overview, **pages}.items():
        body = reader.render(text).replace('.md"', '"').replace('href="', 'href="/problems/')
        (folder / "problems" / f"{name}.html").write_text(_HTML.format(title=escape(name), body=body))
