#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Alters a signed PDF in every way that has been published or comes to mind; none of the results may be accepted as unmodified.

mutate.py make SIGNED.pdf OUTDIR [OTHER.pdf]   writes the mutants; each name begins with its family
mutate.py check REPORTS.jsonl                  every report refuses every signature that was there before
mutate.py attack SIGNED.pdf OUTDIR             EAA and SSA: increments with annotations and signature fields
"""
import json
import os
import random
import re
import sys

RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def ranges(data):
    return [(m, tuple(int(x) for x in m.groups())) for m in RANGE.finditer(data)]


def replace(data, start, end, new):
    return data[:start] + new + data[end:]


def same_length(text, length):
    return text + b" " * (length - len(text)) if len(text) <= length else None


def trailer_of(data):
    found = data.rfind(b"trailer")
    return data[found:] if found >= 0 else b""


def increment(data, new, root=None, prev=None, trailer=None):
    """A well-formed update with the objects of `new` (number -> bytes)."""
    if trailer is None:
        trailer = trailer_of(data)
    root = root or re.search(rb"/Root\s+(\d+ \d+ R)", trailer).group(1)
    size = max([int(re.findall(rb"/Size\s+(\d+)", trailer)[-1])] + [n + 1 for n in new])
    prev = prev if prev is not None else int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    body = data if data.endswith(b"\n") else data + b"\n"
    table = b"xref\n"
    for number in sorted(new):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(body))
        body += b"%d 0 obj\n" % number + new[number] + b"\nendobj\n"
    identity = re.search(rb"/ID\s*\[.*?\]", trailer, re.S)
    tail = b"trailer\n<</Size %d/Root %s/Prev %d" % (size, root, prev) + (identity.group(0) if identity else b"") + b">>\n"
    return body + table + tail + b"startxref\n%d\n%%%%EOF\n" % len(body)


def objects(data):
    """number -> (offset, body) of the last plain definition of each object."""
    found = {}
    for m in re.finditer(rb"(?s)(?:^|[\r\n])(\d+) 0 obj\b(.*?)endobj", data):
        found[int(m.group(1))] = m.group(2).strip()
    return found


def page_of(data):
    return [(n, b) for n, b in sorted(objects(data).items()) if re.search(rb"/Type\s*/Page\b", b)]


# ---- families ----


def flips(data, rng):
    m, (_, a, b, c) = ranges(data)[-1]
    places = [rng.randrange(0, a) for _ in range(60)] + [rng.randrange(b, b + c) for _ in range(30)]
    for i, at in enumerate(places):
        yield f"flip-{i:03}", replace(data, at, at + 1, bytes([data[at] ^ (1 << rng.randrange(8))]))


def contents_flips(data, rng):
    m, (_, a, b, _) = ranges(data)[-1]
    used = len(data[a + 1 : b - 1].rstrip(b"0"))
    # In the SignerInfo, which ends the CMS of a B-B signature and of a time-stamp token: certificates beside the signer's, and unsigned
    # attributes, are protected by nobody.
    for i in range(40):
        at = a + 1 + used - 1 - rng.randrange(480)
        digit = b"%x" % ((int(data[at : at + 1], 16) + 1 + rng.randrange(15)) % 16)
        yield f"contents-{i:03}", replace(data, at, at + 1, digit)
    yield "contents-trailing", replace(data, b - 9, b - 1, b"deadbeef")
    yield "contents-space", replace(data, b - 9, b - 1, b"        ")
    yield "contents-zero", replace(data, a + 1, b - 1, b"0" * (b - a - 2))


def range_texts(data, rng):
    m, (z, a, b, c) = ranges(data)[-1]
    length = m.end() - m.start()
    texts = {
        "gap-grown-left": [z, a - 16, b, c],
        "gap-grown-right": [z, a, b + 16, c - 16],
        "gap-moved": [z, a + 2, b + 2, c - 2],
        "gap-shrunk": [z, a + 2, b - 2, c + 2],
        "start-1": [1, a - 1, b, c],
        "short": [z, a, b, c - 1],
        "long": [z, a, b, c + 1],
        "zero": [0, 0, 0, 0],
        "empty": [],
        "two": [z, a],
        "six": [z, a, b, c, 0, 0],
        "overflow": [z, a, b, 2**63 - 1],
        "huge": [z, a, b, 10**25],
        "negative": [z, a, b, -c],
    }
    for name, numbers in texts.items():
        text = same_length(b"/ByteRange [" + b" ".join(b"%d" % n for n in numbers) + b"]", length)
        if text:
            yield f"range-{name}", replace(data, m.start(), m.end(), text)
    for name, text in {"real": b"/ByteRange [0.0 %d.0 %d %d]" % (a, b, c), "null": b"/ByteRange null", "name": b"/ByteRange /None",
                       "gone": b"/XyteRange []", "twice": b"/ByteRange []/ByteRange []"}.items():
        text = same_length(text, length)
        if text:
            yield f"range-{name}", replace(data, m.start(), m.end(), text)


def contents_types(data, rng):
    _, (_, a, b, _) = ranges(data)[-1]
    gap = b - a
    for name, text in {"null": b"null", "empty": b"<>", "string": b"()", "name": b"/X", "ref": b"1 0 R", "array": b"[]"}.items():
        yield f"contents-type-{name}", replace(data, a, b, same_length(text, gap))
    at = data.rfind(b"/Contents", 0, a)
    yield "contents-key-gone", replace(data, at, at + 9, b"/Xontents")


def tails(data, rng):
    yield "tail-garbage", data + b"garbage"
    yield "tail-object", data + b"999 0 obj\n<</Type/Catalog>>\nendobj\n"
    yield "tail-many-lines", data + b"\n" * 8 + b"x"
    yield "tail-comment", data + b"%hidden\n"
    yield "tail-eof-again", data + b"%%EOF\n"
    yield "tail-zero", data + b"\0" * 64 + b"1"
    yield "tail-script", data + b"<script>"
    yield "cut-1", data[:-7]
    yield "cut-xref", data[: data.rfind(b"startxref")]
    yield "cut-object", data[: data.rfind(b"endobj")]
    at = data.rfind(b"startxref")
    yield "tail-xref-only", data + b"xref\n0 0\ntrailer\n<<>>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    yield "tail-startxref-0", data + b"startxref\n0\n%%EOF\n"
    yield "tail-startxref-again", data + data[at:]


def updates(data, rng):
    for number, body in page_of(data)[:1]:
        new = 100000
        text = b"<</Length 40>>\nstream\nBT /F1 40 Tf 100 400 Td (Forged) Tj ET     \nendstream"
        changed = re.sub(rb"/Contents\s+\d+ \d+ R", b"/Contents %d 0 R" % new, body)
        yield "update-contents", increment(data, {number: changed, new: text})
        yield "update-rotate", increment(data, {number: body[:-2] + b"/Rotate 180>>"})
        yield "update-mediabox", increment(data, {number: re.sub(rb"/MediaBox\s*\[.*?\]", b"/MediaBox[0 0 10 10]", body)})
        yield "update-aa", increment(data, {number: body[:-2] + b"/AA<</O<</S/JavaScript/JS(app.alert(1))>>>>>>"})
        whole = increment(data, {number: changed, new: text})
        at = whole.rfind(b"xref\n", 0, whole.rfind(b"trailer"))
        yield "update-no-xref", whole[:at]
        yield "update-no-trailer", whole[: whole.rfind(b"trailer")]
        yield "update-no-eof", whole[: whole.rfind(b"%%EOF")]
        yield "update-extra-object", whole.replace(b"xref\n%d 1" % number, b"777 0 obj\nnull\nendobj\nxref\n%d 1" % number)
        yield "update-twice", increment(increment(data, {number: changed, new: text}), {number: body})
        own = len(data)
        yield "prev-self", increment(data, {new: b"null"}, prev=own + 30)
        later = increment(data, {new: b"null"})
        yield "prev-loop", increment(later, {new + 1: b"null"}, prev=len(later) + 40)
        yield "prev-zero", increment(data, {new: b"null"}, prev=0)
    for number, body in objects(data).items():
        if re.search(rb"/Type\s*/Catalog", body):
            yield "update-root", increment(data, {number: re.sub(rb"/Pages\s+\d+ 0 R", b"/Pages 3 0 R", body)})
            yield "update-openaction", increment(data, {number: body[:-2] + b"/OpenAction<</S/JavaScript/JS(x)>>>>"})
            yield "update-names", increment(data, {number: body[:-2] + b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>>>"})
            yield "update-oc", increment(data, {number: body[:-2] + b"/OCProperties<</OCGs[]/D<<>>>>>>"})
            yield "update-no-acroform", increment(data, {number: re.sub(rb"/AcroForm\s+\d+ \d+ R", b"", body)})
        if b"/ByteRange" in body:
            yield f"update-sig-{number}", increment(data, {number: re.sub(rb"/Reason\s*\(.*?\)", b"", body)[:-2] + b"/Reason(other)>>"})
            yield f"update-sig-null-{number}", increment(data, {number: b"null"})
        if re.search(rb"/FT\s*/Sig", body):
            yield f"update-field-v-{number}", increment(data, {number: re.sub(rb"/V\s+\d+ \d+ R", b"", body)})
            yield f"update-field-name-{number}", increment(data, {number: re.sub(rb"/T\s*\(", b"/T(x", body)})


def copies(data, rng, other):
    """Another file's CMS in this gap (a copied signature), and this one's in another revision."""
    _, (_, a, b, _) = ranges(data)[-1]
    _, (_, oa, ob, _) = ranges(other)[-1]
    theirs = other[oa + 1 : ob - 1].rstrip(b"0")
    theirs += b"0" * (len(theirs) % 2)
    if len(theirs) <= b - a - 2:
        yield "copied-cms", replace(data, a + 1, b - 1, theirs + b"0" * (b - a - 2 - len(theirs)))
    yield "copied-before", other + data
    yield "copied-after", data + other


def write_all(out, family):
    count = 0
    for name, data in family:
        open(os.path.join(out, name + ".pdf"), "wb").write(data)
        count += 1
    return count


def cmd_make(signed, out, other=None):
    data = open(signed, "rb").read()
    rng = random.Random(20261122)
    count = 0
    for family in (flips, contents_flips, range_texts, contents_types, tails, updates):
        count += write_all(out, family(data, rng))
    if other:
        count += write_all(out, copies(data, rng, open(other, "rb").read()))
    print(count)


# ---- attacks on certified documents ----

BIG = b"/Rect[50 300 500 600]"
ANNOTATIONS = {
    "freetext": b"<</Type/Annot/Subtype/FreeText" + BIG + b"/DA(/Helv 20 Tf)/Contents(1 000 000 000)/F 4/P %d 0 R>>",
    "stamp": b"<</Type/Annot/Subtype/Stamp" + BIG + b"/Name/Approved/F 4/P %d 0 R>>",
    "redact": b"<</Type/Annot/Subtype/Redact" + BIG + b"/F 4/P %d 0 R>>",
    "square": b"<</Type/Annot/Subtype/Square" + BIG + b"/IC[1 1 1]/F 4/P %d 0 R>>",
    "widget": b"<</Type/Annot/Subtype/Widget/FT/Tx/T(new)/V(x)" + BIG + b"/F 4/P %d 0 R>>",
}


def annots_with(body, ref):
    if re.search(rb"/Annots\s*\[", body):
        return re.sub(rb"/Annots\s*\[", b"/Annots[" + ref + b" ", body)
    if b"/Annots" in body:
        return None
    return body[:-2] + b"/Annots[" + ref + b"]>>"


def cmd_attack(signed, out):
    data = open(signed, "rb").read()
    number, body = page_of(data)[0]
    for name, annotation in ANNOTATIONS.items():
        page = annots_with(body, b"100000 0 R")
        if page:
            write_all(out, [(f"eaa-{name}", increment(data, {number: page, 100000: annotation % number}))])
    catalog = next((n, b) for n, b in objects(data).items() if re.search(rb"/Type\s*/Catalog", b))
    form = re.search(rb"/AcroForm\s+(\d+) 0 R", catalog[1])
    holder = (int(form.group(1)), objects(data)[int(form.group(1))]) if form else catalog
    new = {
        holder[0]: re.sub(rb"/Fields\s*\[", b"/Fields[100000 0 R ", holder[1]),
        number: annots_with(body, b"100000 0 R"),
        100000: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Evil)" + BIG + b"/F 4/P %d 0 R>>" % number,
    }
    if new[number]:
        write_all(out, [("ssa-empty", increment(data, new))])


# ---- judgement ----


def accepted(sig):
    return sig["integrity"] == "intact" and sig["coverage"] != "uncovered" and sig["changes"]["verdict"] in ("none", "allowed")


def cmd_check(reports):
    bad = count = 0
    for line in open(reports):
        report = json.loads(line)
        count += 1
        if report["indication"] == "TOTAL-PASSED" or (report["signatures"] and all(accepted(s) for s in report["signatures"])):
            bad += 1
            print("accepted:", report["file"])
        if not report["signatures"] and report["indication"] == "NOT-SIGNED":
            print("no signature seen:", report["file"])
            bad += 1
    print(f"{count} mutants, {bad} wrong")
    sys.exit(1 if bad or not count else 0)


if __name__ == "__main__":
    globals()["cmd_" + sys.argv[1]](*sys.argv[2:])
