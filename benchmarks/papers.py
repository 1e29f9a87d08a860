"""What a document costs: our Factur-X (page, XML, PDF/A-3A tagged) beside the least WeasyPrint invoice, in the same run.

    python benchmarks/papers.py --papers 40

Bars: processor at most 1.3 × the least one; from store at most a tenth; nothing drawn by the process that asks.
"""

import argparse
import io
import os
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ITEMS = (
    "Prestation de conseil", "Entretien annuel de la chaudière", "Pièce détachée réf. É-42", "Main-d’œuvre qualifiée",
    "Forfait déplacement", "Abonnement trimestriel", "Fourniture de bureau", "Installation et mise en service",
)  # fmt: skip
LEAST = """<!doctype html><html lang=fr><head><meta charset=utf-8><title>Facture {0}</title><style>@page{{size:A4;
margin:18mm 16mm 22mm;@bottom-center{{content:"Société Bench SARL, SIREN 123 456 789, page " counter(page) " / " counter(pages);font-size:8pt}}}}
body{{font-family:"Source Serif Pro";font-size:10pt;color:#222}}h1{{font-size:18pt;margin:0 0 4mm}}.p{{display:flex;justify-content:space-between}}
table{{width:100%;border-collapse:collapse;margin:8mm 0}}th{{background:#234;color:#fff;text-align:left;padding:2mm}}
td{{padding:2mm;border-bottom:.2mm solid #ccc}}td.n,th.n{{text-align:right}}.tot{{margin-left:auto;width:45%}}.m{{font-size:8pt;color:#555}}</style>
</head><body><div class=p><div><b>Société Bench SARL</b><br>1 rue de la Paix<br>75002 Paris<br>TVA FR32123456789</div><div><b>Ateliers
Bénédicte &amp; Fils</b><br>22 rue Rivière<br>33000 Bordeaux<br>SIREN 300 000 001</div></div><h1>Facture {0}</h1><p>Date : 21 novembre 2026,
échéance : 21 décembre 2026, opération : prestation de services</p><table><thead><tr><th>Désignation</th><th class=n>Qté</th><th class=n>PU HT
</th><th class=n>TVA</th><th class=n>Total HT</th></tr></thead><tbody>{1}</tbody></table><table class=tot><tr><td>Total HT</td><td class=n>
1 240,00 €</td></tr><tr><td>TVA 20 %</td><td class=n>248,00 €</td></tr><tr><td><b>Total TTC</b></td><td class=n><b>1 488,00 €</b></td></tr>
</table><p class=m>Pénalités de retard : trois fois le taux d’intérêt légal. Indemnité forfaitaire pour frais de recouvrement : 40 €. Pas
d’escompte pour règlement anticipé.</p></body></html>"""


def spent(pid: int) -> float:
    """Seconds of processor of a process and of its children, those that ended included."""
    total = 0
    for one in (pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())):
        total += sum(map(int, Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=40)
    papers = parser.parse_args().papers
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from billing import rendering
    from billing.document import Document
    from billing.facturx import NAME, make_xml
    from billing.paper import html_of
    from tests.harness.papers import say

    def ours(number: str) -> Document:
        lines = [{"description": one, "unit_price": f"{40 + place * 31}.50", "quantity": str(place + 1), "vat_rate": "20"}
                 for place, one in enumerate(ITEMS)]  # fmt: skip
        return say(lines=lines, number=number)

    def draw(number: str) -> bytes:
        document = ours(number)
        file = rendering.Attached(NAME, make_xml(document).decode(), "Factur-X")
        page = html_of(document)
        return rendering.render_pdf(page, title=number, at=datetime.now(UTC), identifier=number, attached=file, paper=True)

    began = time.perf_counter()
    draw("F2026-000000")
    first = time.perf_counter() - began
    imported = "weasyprint" in sys.modules
    measure(papers, draw, first, imported, rendering._renderer()._process)
    rendering.close()


def measure(papers: int, draw: Any, first: float, imported: bool, process: Any) -> None:
    """Interleaved: one of ours, one of the least."""
    from weasyprint import HTML

    rows = "".join(f"<tr><td>{one}</td><td class=n>3</td><td class=n>41,50 €</td><td class=n>20 %</td><td class=n>124,50 €</td></tr>"
                   for one in ITEMS)  # fmt: skip
    HTML(string=LEAST.format("x", rows)).write_pdf(io.BytesIO())
    clocks: dict[str, list[float]] = {"ours": [], "least": []}
    cpu = {"ours": 0.0, "least": 0.0}
    size = 0
    for place in range(papers):
        before, own, began = spent(process.pid), time.process_time(), time.perf_counter()
        size = len(draw(f"F2026-{place:06}"))
        clocks["ours"].append(time.perf_counter() - began)
        cpu["ours"] += spent(process.pid) - before + time.process_time() - own
        own, began = time.process_time(), time.perf_counter()
        HTML(string=LEAST.format(place, rows)).write_pdf(io.BytesIO())
        clocks["least"].append(time.perf_counter() - began)
        cpu["least"] += time.process_time() - own
    told = {name: (statistics.median(times) * 1000, cpu[name] / papers * 1000) for name, times in clocks.items()}
    resident = next(line.split()[1] for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if "VmHWM" in line)
    print(f"ours (page, XML, PDF/A-3A and UA-1): {told['ours'][0]:.0f} ms, processor {told['ours'][1]:.0f} ms, {size} bytes")
    print(f"least WeasyPrint invoice:            {told['least'][0]:.0f} ms, processor {told['least'][1]:.0f} ms")
    print(
        f"ratio: clock ×{told['ours'][0] / told['least'][0]:.2f}, processor ×{told['ours'][1] / told['least'][1]:.2f} (bar ×1.30)"
    )
    print(
        f"first one: {first * 1000:.0f} ms; renderer at most {int(resident) // 1024} MiB; WeasyPrint in the asking process: {imported}"
    )


if __name__ == "__main__":
    main()
