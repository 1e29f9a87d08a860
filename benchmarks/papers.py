"""What a document costs: our Factur-X (page, XML, PDF/A-3A tagged) beside the plain WeasyPrint invoice of the floor, in the
same run, one after the other; then many at once, the first one after a start, and one read again from the store.

    python benchmarks/papers.py --papers 40 --batch 1000 --floor DIR

`--floor` is the folder of the floor's own benchmarks (`pdf_bench.py`); without it the least invoice below is drawn. Bars, of
the issue: P10 processor at most 1.30 × the floor’s, an issued document from the store at most a tenth; P11 two processes at
least 1.7 × one and 0.8 × the floor’s batch, at most 200 MiB each and flat; P12 first document at most 3 × a warm one, and no
WeasyPrint in the process that asks.
"""

import argparse
import hashlib
import io
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
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


def resident(pid: int) -> int:
    """The most memory that a process or one of its children has held, in MiB."""
    most = 0
    for one in (pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())):
        lines = Path(f"/proc/{one}/status").read_text().splitlines()
        most = max(most, int(next(line.split()[1] for line in lines if "VmHWM" in line)) // 1024)
    return most


def start() -> None:
    """Django, in this process."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


def drawer() -> Callable[[str], bytes]:
    """What draws our document of a number, from its composing to its last byte."""
    from billing import rendering
    from billing.facturx import NAME, make_xml
    from billing.paper import html_of
    from tests.harness.papers import say

    lines = [{"description": one, "unit_price": f"{40 + place * 31}.50", "quantity": str(place + 1), "vat_rate": "20"}
             for place, one in enumerate(ITEMS)]  # fmt: skip

    def draw(number: str) -> bytes:
        document = replace(say(lines=lines, number=number), specimen=False)  # as a real house issues it
        file = rendering.Attached(NAME, make_xml(document).decode(), "Factur-X")
        page = html_of(document)
        return rendering.render_pdf(page, title=number, at=datetime.now(UTC), identifier=number, attached=file, paper=True)

    return draw


def plain(folder: str) -> Callable[[int], object]:
    """What draws the floor's invoice as it does by default; the least one without a floor."""
    if folder:
        sys.path.insert(0, folder)
        import pdf_bench

        return lambda place: pdf_bench.wp(pdf_bench.data(place))
    from weasyprint import HTML

    rows = "".join(f"<tr><td>{one}</td><td class=n>3</td><td class=n>41,50 €</td><td class=n>20 %</td><td class=n>124,50 €</td></tr>"
                   for one in ITEMS)  # fmt: skip
    return lambda place: HTML(string=LEAST.format(place, rows)).write_pdf(io.BytesIO())


def _rests(pid: int, used: float) -> bool:
    """Whether a process has nothing to do any more: it has used no processor for three seconds."""
    time.sleep(3)
    return spent(pid) == used


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=40)
    parser.add_argument("--batch", type=int, default=0)
    parser.add_argument("--floor", default="")
    asked = parser.parse_args()
    start()
    print("load", " ".join(f"{one:.1f}" for one in os.getloadavg()))
    from billing import documents, rendering

    draw, began = drawer(), time.perf_counter()
    documents.make_ready()  # as the worker does when it starts, while it has nothing to draw
    process = rendering._renderer()._process
    while (used := spent(process.pid)) == 0 or not _rests(process.pid, used):
        pass
    ready, began = time.perf_counter() - began, time.perf_counter()
    draw("F2026-000000")
    first, imported = time.perf_counter() - began, "weasyprint" in sys.modules
    warm = one_by_one(asked.papers, draw, plain(asked.floor), rendering._renderer()._process)
    print(f"P12 first one: {first * 1000:.0f} ms, ×{first / warm:.2f} a warm one (bar ×3), {ready:.1f} s after the start")
    print(f"P12 WeasyPrint in the asking process: {imported} (bar False)")
    from_store(draw, warm)
    rendering.close()
    if asked.batch:
        batches(asked.batch, asked.floor)


def one_by_one(papers: int, draw: Callable[[str], bytes], floor: Callable[[int], object], process: Any) -> float:
    """Interleaved: one of ours, one of the floor’s. Returns the seconds of a warm one."""
    floor(0)
    clocks: dict[str, list[float]] = {"ours": [], "floor": []}
    cpu: dict[str, list[float]] = {"ours": [], "floor": []}
    size = 0
    for place in range(papers):
        before, own, began = spent(process.pid), time.process_time(), time.perf_counter()
        size = len(draw(f"F2026-{place:06}"))
        clocks["ours"].append(time.perf_counter() - began)
        cpu["ours"].append(spent(process.pid) - before + time.process_time() - own)
        own, began = time.process_time(), time.perf_counter()
        floor(place)
        clocks["floor"].append(time.perf_counter() - began)
        cpu["floor"].append(time.process_time() - own)
    told = {name: (statistics.median(clocks[name]) * 1000, statistics.mean(cpu[name]) * 1000) for name in clocks}
    print(f"P10 ours (page, XML, PDF/A-3A and UA-1): {told['ours'][0]:.0f} ms, processor {told['ours'][1]:.0f} ms, {size} bytes")
    print(f"P10 the floor’s WeasyPrint invoice:      {told['floor'][0]:.0f} ms, processor {told['floor'][1]:.0f} ms")
    ratios = (told["ours"][0] / told["floor"][0], told["ours"][1] / told["floor"][1])
    print(
        f"P10 ratio: clock ×{ratios[0]:.2f}, processor ×{ratios[1]:.2f} (bar ×1.30); renderer at most {resident(process.pid)} MiB"
    )
    return told["ours"][0] / 1000


def from_store(draw: Callable[[str], bytes], warm: float) -> None:
    """An issued document asked for again: its bytes read and their hash compared, as `billing.documents.bytes_of` does."""
    from django.core.files.base import ContentFile
    from django.core.files.storage import FileSystemStorage

    content = draw("F2026-000001")
    with tempfile.TemporaryDirectory() as folder:
        store = FileSystemStorage(location=folder)
        name, digest, times = store.save("x.pdf", ContentFile(content)), hashlib.sha256(content).hexdigest(), []
        for _again in range(20):
            began = time.perf_counter()
            with store.open(name) as kept:
                assert hashlib.sha256(kept.read()).hexdigest() == digest
            times.append(time.perf_counter() - began)
    again = statistics.median(times)
    print(f"P10 from the store: {again * 1000:.2f} ms, 1/{warm / again:.0f} of a drawing (bar 1/10)")


def work(number: int, floor: str) -> tuple[int, int]:
    """In a process of its own: `number` documents; the memory after the fiftieth and at the end, in MiB."""
    start()
    flat = 0
    if floor == "ours":
        from billing import rendering

        draw = drawer()
        for place in range(number):
            draw(f"F2026-{place:06}")
            if place == min(49, number - 1):
                flat = max(resident(os.getpid()), resident(rendering._renderer()._process.pid))
        most = max(resident(os.getpid()), resident(rendering._renderer()._process.pid))
        rendering.close()
        return flat, most
    one = plain(floor)
    for place in range(number):
        one(place)
    return 0, resident(os.getpid())


def batches(number: int, floor: str) -> None:
    """`number` documents by one process, by two, and the floor’s by two."""
    speeds = {}
    for name, what, processes in (("ours", "ours", 1), ("ours", "ours", 2), ("floor", floor, 2)):
        many = number // 2 if processes == 1 else number
        began = time.perf_counter()
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            seen = pool.starmap(work, [(many // processes, what)] * processes, chunksize=1)
        speeds[name, processes] = many / (time.perf_counter() - began)
        memory = f"{max(one for one, _ in seen)} MiB after 50, {max(one for _, one in seen)} at the end"
        print(f"P11 {name}, {processes} process(es): {speeds[name, processes]:.1f} documents a second, {memory}")
    print(
        f"P11 ratio: ×{speeds['ours', 2] / speeds['ours', 1]:.2f} one process (bar ×1.7), "
        f"×{speeds['ours', 2] / speeds['floor', 2]:.2f} the floor’s batch (bar ×0.8); load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
