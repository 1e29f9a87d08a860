"""The chain of seals: anyone verifies it offline, and whatever is changed, removed, added, moved or cut is named."""

import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import AuditEntry
from billing import collecting, seal_keys, seals, signatures, verifier
from billing.correcting import credit_invoice
from billing.models import Allocation, ChainHead, Invoice, InvoiceLine, Payment, Seal
from billing.triggers import GUARDS
from crm import triggers
from crm.models import Customer
from lib import clock
from lib.errors import Refusal
from lib.public_ids import drawn_from
from tests.billing.house import issued, open_firm, settle

TODAY = clock.today()


@pytest.fixture
def keys(tmp_path, settings):
    """A folder of its own for the keys and the head."""
    settings.DATA_DIR = tmp_path
    return tmp_path / "seals"


@pytest.fixture
def chain(keys, database, diallo, django_capture_on_commit_callbacks):
    """Three invoices, a payment, a credit note: eight links; the head is kept as after a commit."""
    open_firm()
    settle(diallo)
    with django_capture_on_commit_callbacks(execute=True):
        first, second, _third = (issued(diallo, note="Ça, c’est « l’été » — <b>{{ x }}</b>") for _number in range(3))
        collecting.record_payment(
            customer=diallo, amount=Decimal("500.00"), method="cheque", paid_on=TODAY, by=None, invoices=[first, second]
        )
        credit_invoice(second, lines=[{"position": 1, "amount": "10"}], reason="Geste", by=None, on=TODAY)
    return list(Seal.objects.order_by("position"))


def found():
    return [(position, words) for position, _label, words in seals.verify()]


def positions():
    return {position for position, _words in found()}


def test_the_chain_of_a_few_facts_is_whole(chain, diallo):
    assert [link.kind for link in chain] == ["invoice"] * 3 + ["payment", "allocation", "allocation", "credit_note", "allocation"]
    assert found() == []
    said = json.loads(chain[0].payload)
    assert (said["record"]["customer"], said["record"]["total_incl_tax"]) == (diallo.reference, "461.25")
    assert "id" not in said["record"]


FIELDS = "kind about_ref about_label format_version salt payload commitment previous digest signature sealed_at".split()


# Every field of a link, by one byte.
@pytest.mark.parametrize("name", FIELDS)
def test_one_byte_of_any_field_is_found_at_its_row(chain, name):
    triggers.remove(connection, GUARDS)
    value = getattr(chain[3], name)
    if name == "sealed_at":
        changed = value.replace(microsecond=(value.microsecond + 1) % 1_000_000)
    elif name == "format_version":
        changed = value + 1
    else:
        changed = value[:-1] + ("1" if value[-1] != "1" else "2")
    Seal.objects.filter(pk=chain[3].pk).update(**{name: changed})
    assert 4 in positions()
    assert positions() <= {0, 4, 5}  # the next link may no longer follow; 0: what nothing seals any more


@pytest.mark.parametrize(
    ("rows", "change"),
    [
        (Invoice, {"note": "x"}), (Invoice, {"total_incl_tax": Decimal("461.26")}), (Invoice, {"issued_on": date(2026, 1, 1)}),
        (InvoiceLine, {"description": "x"}), (InvoiceLine, {"quantity": Decimal("2.0001")}), (Payment, {"amount": Decimal("500.01")}),
        (Payment, {"method": "cash"}), (Payment, {"paid_on": date(2026, 1, 1)}), (Allocation, {"amount": Decimal("1")}),
    ],
)  # fmt: skip
def test_a_row_that_no_longer_says_what_was_sealed(chain, rows, change):
    triggers.remove(connection, GUARDS)
    row = rows.objects.order_by("pk").first()
    if change == {"note": "x"}:  # everything printed is in the snapshot
        change = {"snapshot": {**row.snapshot, "note": "x"}}
    rows.objects.filter(pk=row.pk).update(**change)
    place = {Invoice: 1, InvoiceLine: 1, Payment: 4, Allocation: 5}[rows]
    assert positions() == {place}


def test_a_middle_link_removed_a_tail_cut_a_link_added_two_moved(chain):
    triggers.remove(connection, GUARDS)
    with transaction.atomic():
        Seal.objects.filter(position=3).delete()
        assert (4, "le scellé 3 manque") in found()
        transaction.set_rollback(True)
    with transaction.atomic():
        Seal.objects.filter(position__gt=3).delete()
        ChainHead.objects.update(position=3, digest=chain[2].digest)
        assert (8, "la fin de la chaîne manque : elle allait jusqu’au scellé 8, elle s’arrête au 3") in found()
        transaction.set_rollback(True)
    with transaction.atomic():
        added, _same = Seal.objects.get(position=4), ("id", "position", "digest", "about_ref")
        told = {field.name: getattr(added, field.name) for field in Seal._meta.fields if field.name not in _same}
        Seal.objects.create(**told, position=9, digest="0" * 64, about_ref="x")
        assert {position for position, _words in found() if position} == {9}
        transaction.set_rollback(True)
    with transaction.atomic():
        for position, other in ((2, 20), (3, 2), (20, 3)):
            Seal.objects.filter(position=position).update(position=other)
        assert {2, 3} <= positions()
        transaction.set_rollback(True)
    assert found() == []


def test_a_chain_written_again_whole_is_betrayed_by_its_signatures_and_its_head(chain):
    """All rights on the database, and none on the key: every link computed again after a change."""
    triggers.remove(connection, GUARDS)
    thief, previous = Ed25519PrivateKey.generate(), verifier.beginning_of(ChainHead.objects.get().chain)
    for link in chain:
        link.payload = link.payload.replace("461.25", "1.25")
        link.commitment = verifier.commitment_of(link.salt, link.payload)
        link.previous, link.digest = previous, verifier.digest_of(previous, link.commitment)
        link.signature = thief.sign(bytes.fromhex(link.digest)).hex()
        previous = link.digest
        link.save()
    ChainHead.objects.update(digest=previous)
    assert {(position, "sa signature n’est pas la bonne") for position in range(1, 9)} <= set(found())
    assert (8, "le scellé 8 n’est plus celui dont on avait gardé la trace") in found()


@pytest.fixture
def house_with_helpers(committing, request):
    """The chain in a database of its own: helpers are processes, which no transaction may start."""
    return request.getfixturevalue("chain")


def test_helpers_change_nothing_of_the_answer(house_with_helpers):
    """Words, digest or signature of each link by one byte: the same findings in the same order, whoever checks."""
    triggers.remove(connection, GUARDS)
    assert seals.verify(helpers=2) == []
    for link in house_with_helpers:
        for name in ("payload", "digest", "signature"):
            value = getattr(link, name)
            Seal.objects.filter(pk=link.pk).update(**{name: value[:-1] + ("1" if value[-1] != "1" else "2")})
            answer = seals.verify(helpers=2)
            assert answer == seals.verify(helpers=0)
            assert link.position in {position for position, _label, _words in answer}
            Seal.objects.filter(pk=link.pk).update(**{name: value})
    Seal.objects.filter(position=3).update(signature="zz", digest="é")
    assert seals.verify(helpers=1) == seals.verify(helpers=0) != []


def test_a_signature_of_a_former_key_and_of_none_among_helpers():
    thief, former, present = (Ed25519PrivateKey.generate() for _one in range(3))
    keys = [one.public_key().public_bytes_raw().hex() for one in (former, present)]
    rows = [
        (bytes([number]) * 32, one.sign(bytes([number]) * 32).hex())
        for number, one in enumerate((former, present, thief, former, present))
    ]
    rows += [(b"short", former.sign(b"short").hex()), (b"x" * 32, "zz"), (b"x" * 32, "")]
    for helpers in (0, 1, 2):
        team, said = signatures.Team(keys, helpers), []
        for batch in team.ahead([rows[:2], rows[2:4], [], rows[4:]], lambda row: row):
            said += [[team.check(key, *row) for key in keys] for row in batch]
        team.close()
        right, second, wrong = [True, False], [False, True], [False, False]
        assert said == [right, second, wrong, right, second, right, wrong, wrong]


def test_a_helper_that_dies_costs_time_and_no_answer():
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw().hex()
    rows = [(number.to_bytes(32), key.sign(number.to_bytes(32)).hex()) for number in range(40)]
    rows[17] = (rows[17][0], rows[18][1])
    team, wrong = signatures.Team([public], 2), []
    for batch in team.ahead([rows[place : place + 4] for place in range(0, 40, 4)], lambda row: row):
        wrong += [row for row in batch if not team.check(public, *row)]
        team._helpers[0].kill()
        team._helpers[0].wait()
    team.close()
    assert wrong == [rows[17]]


def test_a_long_chain_is_never_held_whole():
    """Two batches a helper and the one being read, whatever the length."""
    key = Ed25519PrivateKey.generate()
    row = (b"x" * 32, key.sign(b"x" * 32).hex())
    read, most = [], 0
    team = signatures.Team([key.public_key().public_bytes_raw().hex()], 2)
    for given, _batch in enumerate(team.ahead((read.append(1) or [row] for _turn in range(50)), lambda row: row)):
        most = max(most, len(read) - given)
    team.close()
    assert (len(read), most) == (50, 2 * signatures.AHEAD + 1)


def test_helpers_are_for_long_chains(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert [signatures.helpers_for(number) for number in (0, signatures.MANY - 1, signatures.MANY)] == [0, 0, signatures.MOST]
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert signatures.helpers_for(10**6) == 0


def test_a_head_that_the_database_cannot_write(chain, keys):
    head = ChainHead.objects.get()
    assert seal_keys.kept_head(head.chain) == (8, head.digest)
    seal_keys.keep_head(head.chain, 5, "x")  # a slower process tells an older one
    assert seal_keys.kept_head(head.chain) == (8, head.digest)
    next(keys.glob("*.head")).unlink()
    assert (0, "aucune trace de la tête n’est gardée hors de la base") in found()


def test_an_invented_firm_built_again_is_another_chain(keys, db, diallo):
    names = set()
    for _time in range(2):
        with transaction.atomic(), drawn_from("Menuiserie Duval"):
            open_firm()
            issued(settle(diallo))
            names.add(ChainHead.objects.get().chain)
            transaction.set_rollback(True)
    assert len(names) == 2


def test_a_lawful_erasure_leaves_the_link(chain):
    Seal.objects.filter(position=2).update(salt="", payload="")
    assert found() == []


def test_the_key_is_the_account_s_alone_and_a_lost_one_stops_everything(chain, keys, diallo):
    (key,) = keys.glob("*.key")
    assert (key.stat().st_mode & 0o777, keys.stat().st_mode & 0o777) == (0o600, 0o700)
    key.unlink()
    with pytest.raises(Refusal, match="La clé qui signe les scellés manque"), transaction.atomic():
        issued(diallo)
    assert Invoice.objects.issued().count() == 4
    out = StringIO()
    call_command("seal_key", replace=True, stdout=out)
    assert len(out.getvalue().split()) == 2
    assert AuditEntry.objects.get(event="seals.key_replaced").data == {"key": out.getvalue().split()[1]}
    assert issued(diallo).number.endswith("-000004")
    assert found() == []  # the former public key still verifies what it signed


def archive_of(tmp_path, name="scelles.zip"):
    path = tmp_path / name
    call_command("seal_archive", str(path), stdout=StringIO())
    return path


def verify_alone(path, read=None):
    """The verifier of the archive itself, by another Python with nothing installed and nothing of ours; on `read` instead."""
    with zipfile.ZipFile(path) as archive:
        program = path.with_suffix(".py")
        program.write_bytes(archive.read("verifier.py"))
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), str(read or path)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.environ["PATH"]},
    )
    return done.returncode, done.stdout


def test_the_archive_verifies_with_python_alone(committing, request):
    keys_chain = request.getfixturevalue("chain")
    path = archive_of(request.getfixturevalue("tmp_path"))
    code, said = verify_alone(path)
    assert (code, said.splitlines()[-1]) == (0, "8 scellés, intacts.")
    assert len(keys_chain) == 8
    with zipfile.ZipFile(path) as archive:
        archive.extract("archive.jsonl", folder := path.parent / "opened")
    assert verify_alone(path, folder) == (code, said)
    assert verify_alone(path, path.parent / "none.zip") == (2, "")
    path.with_name("cut.zip").write_bytes(b"PK\x05\x06" + bytes(18) + b"x")
    assert verify_alone(path, path.with_name("cut.zip"))[0] != 0


def test_an_archive_of_nothing_is_an_archive(keys, db, tmp_path):
    assert of_archive(archive_of(tmp_path)) == set()


def test_what_the_first_version_sealed_verifies_for_ever():
    lines = (Path(__file__).parent.parent / "files" / "seals_version_1.jsonl").read_text(encoding="utf-8").splitlines()
    count, wrong, known = verifier.verify_archive(lines)
    assert (count, wrong, known) == (8, [], ["2e87e6b62cda9cb6956af8a09c41f30805f606daa308d48b8b00e6f5234f4ec9"])


def rewritten(path, change):
    """The same archive with `change(lines)` for lines."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    lines = files["archive.jsonl"].decode().splitlines()
    files["archive.jsonl"] = "\n".join(change(lines)).encode()
    other = path.with_name(f"other-{len(list(path.parent.iterdir()))}.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return other


def of_archive(path):
    _count, wrong, _keys = verifier.verify_archive(verifier.read_archive(path))
    return {position for position, _label, _words in wrong}


def test_an_archive_touched_anywhere_says_where(chain, tmp_path):
    path = archive_of(tmp_path)
    assert of_archive(path) == set()
    for place in range(1, 9):
        for name in "kind about_ref about_label salt payload commitment previous digest signature sealed_at".split():

            def change(lines, place=place, name=name):
                row = json.loads(lines[place])
                value = row[name]
                row[name] = value[:-2] + ("3" if value[-2] != "3" else "4") + value[-1]
                return [*lines[:place], json.dumps(row), *lines[place + 1 :]]

            wrong = of_archive(rewritten(path, change))
            assert min(wrong) == place, (place, name, wrong)
            assert wrong <= {place, place + 1, 8}
    assert of_archive(rewritten(path, lambda lines: [*lines[:3], *lines[4:]])) == {4}
    assert of_archive(rewritten(path, lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]])) >= {3, 4}
    assert of_archive(rewritten(path, lambda lines: [*lines[:4], lines[3], *lines[4:]])) >= {3}
    assert of_archive(rewritten(path, lambda lines: [*lines[:5], lines[-1]])) == {8}
    assert of_archive(rewritten(path, lambda lines: lines[:-1])) == {0}
    assert of_archive(rewritten(path, lambda lines: lines[1:])) == {0}
    assert of_archive(rewritten(path, lambda lines: [*lines[:4], "{", *lines[5:]])) == {4}


def test_a_forged_end_and_a_foreign_key_are_found(chain, tmp_path):
    path = archive_of(tmp_path)

    def shorter(lines):
        end, last = json.loads(lines[-1]), json.loads(lines[4])
        return [*lines[:5], json.dumps({**end, "position": 4, "digest": last["digest"]})]

    assert of_archive(rewritten(path, shorter)) == {0}
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    _count, wrong, _keys = verifier.verify_archive(verifier.read_archive(path), key=stranger)
    assert {position for position, _label, _words in wrong} == set(range(9))


def test_the_command_reads_an_archive_too(chain, tmp_path):
    path, out = archive_of(tmp_path), StringIO()
    call_command("verify_seals", archive=path, stdout=out)
    assert out.getvalue().strip() == "8 scellés, intacts."
    other = rewritten(path, lambda lines: [*lines[:3], *lines[4:]])
    with pytest.raises(CommandError, match="anomalie"):
        call_command("verify_seals", archive=other, stdout=StringIO())
    with pytest.raises(CommandError, match="ne se lit pas"):
        call_command("verify_seals", archive=tmp_path / "none.zip", stdout=StringIO())
    with pytest.raises(CommandError, match="existe déjà"):
        call_command("seal_archive", str(path), stdout=StringIO())
    with pytest.raises(CommandError, match="ne peut pas être écrit"):
        call_command("seal_archive", str(tmp_path / "none" / "x.zip"), stdout=StringIO())
    call_command("verify_seals", stdout=out)
    triggers.remove(connection, GUARDS)
    Seal.objects.filter(position=2).delete()
    with pytest.raises(CommandError, match="anomalie"):
        call_command("verify_seals", stdout=StringIO())


def test_the_canonical_form():
    told = {
        "b": Decimal("10.500"),
        "a": ["e\u0301", date(2026, 11, 21), None, True, 3],
        "c": datetime(2026, 11, 21, 12, tzinfo=UTC),
    }
    assert verifier.canonical(told) == '{"a":["é","2026-11-21",null,true,3],"b":"10.5","c":"2026-11-21T12:00:00.000000Z"}'
    assert [verifier.canonical(Decimal(text)) for text in ("0.00", "-0", "100", "1E+2", "-1.10")] == [
        '"0"', '"0"', '"100"', '"100"', '"-1.1"',
    ]  # fmt: skip
    for strange in (1.5, {1, 2}, b"x", float("nan")):
        with pytest.raises(TypeError):
            verifier.canonical({"x": strange})


# RFC 8032 § 7.1, tests 1 to 3.
VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_ed25519_in_plain_python(key, message, signature):
    signed = bytes.fromhex(message)
    assert verifier.verify_ed25519(key, signed, signature)
    assert not verifier.verify_ed25519(key, signed + b"x", signature)
    for place in (0, 40, 64, 127):
        other = signature[:place] + ("0" if signature[place] != "0" else "1") + signature[place + 1 :]
        assert not verifier.verify_ed25519(key, signed, other)
    for nonsense in ("", "zz", signature[:-2], "f" * 128):
        assert not verifier.verify_ed25519(key, signed, nonsense)
        assert not verifier.verify_ed25519(nonsense, signed, signature)


def test_both_verifications_agree():
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw().hex()
    for number in range(20):
        signed = bytes([number]) * number
        mark = key.sign(signed).hex()
        for check in (verifier.verify_ed25519, signatures.verifies):
            assert check(public, signed, mark)
            assert not check(public, signed + b"!", mark)


def test_the_verifier_needs_nothing_of_ours():
    source = Path(verifier.__file__).read_text(encoding="utf-8")
    imported = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names
    assert Customer.__module__.split(".")[0] not in imported
