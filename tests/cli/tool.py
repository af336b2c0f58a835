#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the end-to-end tests measure with, written without kyso's own code.

usage: tool.py cms FILE N CMS CONTENT     the N-th signature's CMS and the bytes of its range
       tool.py revisions FILE PREFIX      every revision, cut off at its end, as PREFIX-I.pdf; prints how many
       tool.py seal PLAN SEAL [PAGE_W H]  the seal's rectangle over the picture's, as the decree says
       tool.py free FILE PAGE TEXT        the line stands at the top right and meets no other word
       tool.py field IN OUT ENTRIES       an increment (classic xref) with a form of one field without value on page 1
       tool.py bad LETTER FOLDER          broken and hostile files, bad-*.pdf
       tool.py large OUT MEGABYTES        a file of that size, most of it in streams of noise
       tool.py get JSON PATH              one value, e.g. marks.0.page
"""
import html
import json
import re
import subprocess
import sys

PT_MM = 25.4 / 72


def ranges(data):
    """Byte ranges in the order of the file, each with the hexadecimal string in its gap."""
    found = []
    for m in re.finditer(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data):
        a, b, c, d = (int(x) for x in m.groups())
        gap = data[b:c]
        if a != 0 or gap[:1] != b"<" or gap[-1:] != b">":
            sys.exit(f"byte range {a} {b} {c} {d} leaves no hexadecimal string")
        found.append((a, b, c, d, bytes.fromhex(gap[1:-1].decode())))
    return sorted(found, key=lambda r: r[2])


def der(data):
    """The first DER value, without the zeros behind it."""
    first = data[1]
    if first < 0x80:
        return data[: 2 + first]
    n = first & 0x7F
    return data[: 2 + n + int.from_bytes(data[2 : 2 + n], "big")]


def cmd_cms(file, number, cms, content):
    data = open(file, "rb").read()
    a, b, c, d, value = ranges(data)[int(number) - 1]
    value_der = der(value)
    if any(value[len(value_der) :]):
        sys.exit("the padding after the CMS is not zero")
    open(cms, "wb").write(value_der)
    open(content, "wb").write(data[a:b] + data[c : c + d])


def cmd_revisions(file, prefix):
    data = open(file, "rb").read()
    ends = [m.end() for m in re.finditer(rb"startxref\s+\d+\s+%%EOF(?:\r\n|\n|\r)?", data)]
    linearized = b"/Linearized" in data[:1024]
    ends = ends[1:] if linearized else ends
    if ends[-1] != len(data):
        sys.exit("bytes after the last end-of-file mark")
    for i, end in enumerate(ends, 1):
        open(f"{prefix}-{i}.pdf", "wb").write(data[:end])
    print(len(ends))


def mark(path):
    return json.load(open(path))["marks"][0]


def cmd_seal(plan, seal, width=None, height=None):
    """NĐ 30/2020 PL I II.8.a: over the left third of the signature, here: right edge at one third, vertical centres equal."""
    person, agency = mark(plan), mark(seal)
    px, py, pw, ph = person["rect_mm"]
    sx, sy, sw, sh = agency["rect_mm"]
    if person["page"] != agency["page"]:
        sys.exit("another page")
    if abs(sw - sh) > 0.05:
        sys.exit("the seal is not round")
    if abs(sw - float(width or 36)) > 0.2:
        sys.exit(f"the seal is {sw} mm wide")
    right = abs(sx + sw - (px + pw / 3))
    middle = abs(sy + sh / 2 - (py + ph / 2))
    if right > 0.5 and sx > 0.01:
        sys.exit(f"right edge is {right:.2f} mm off")
    if middle > 0.5 and sy > 0.01:
        sys.exit(f"middle is {middle:.2f} mm off")


def words(file, page):
    out = subprocess.run(["pdftotext", "-cropbox", "-bbox", "-f", page, "-l", page, file, "-"], check=True, capture_output=True, text=True).stdout
    info = subprocess.run(["pdfinfo", "-f", page, "-l", page, "-box", file], check=True, capture_output=True, text=True).stdout
    left, bottom, right, top = map(float, re.search(r"CropBox:\s+([\d.-]+)\s+([\d.-]+)\s+([\d.-]+)\s+([\d.-]+)", info).groups())
    size = [right - left, top - bottom]
    if re.search(r"rot:\s+(90|270)", info):
        size.reverse()
    rows = re.findall(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', out)
    return size, [(*map(float, r[:4]), html.unescape(r[4])) for r in rows]


def cmd_free(file, page, text):
    (width, height), all_words = words(file, page)
    wanted = text.split()
    for i in range(len(all_words)):
        if [w[4] for w in all_words[i : i + len(wanted)]] == wanted:
            break
    else:
        sys.exit(f"the line is not on the page: {text}")
    line = all_words[i : i + len(wanted)]
    others = all_words[:i] + all_words[i + len(wanted) :]
    x0, y0 = min(w[0] for w in line), min(w[1] for w in line)
    x1, y1 = max(w[2] for w in line), max(w[3] for w in line)
    if x1 < width * 0.6 or y1 > height / 2 or width - x1 > 30 / PT_MM:
        sys.exit(f"not at the top right: {x0:.0f} {y0:.0f} {x1:.0f} {y1:.0f} of {width:.0f} x {height:.0f}")
    for w in others:
        if w[0] < x1 and x0 < w[2] and w[1] < y1 and y0 < w[3]:
            sys.exit(f"it meets {w[4]}")


def cmd_field(file, out, entries):
    data = open(file, "rb").read()
    trailer = data[data.rindex(b"trailer") :]
    root = int(re.search(rb"/Root\s+(\d+) 0 R", trailer).group(1))
    size = int(re.search(rb"/Size\s+(\d+)", trailer).group(1))
    catalog = re.search(rb"(?s)\b%d 0 obj\s*<<(.*?)>>\s*endobj" % root, data).group(1)
    new = {
        root: b"<<" + catalog + b"/AcroForm<</Fields[%d 0 R]>>>>" % size,
        size: b"<<" + entries.encode() + b">>",
    }
    if "/Rect" in entries:  # visible: page 1 lists it
        for m in re.finditer(rb"(?s)\b(\d+) 0 obj\s*<<(.*?)>>\s*endobj", data):
            if re.search(rb"/Type\s*/Page\b", m.group(2)):
                new[int(m.group(1))] = b"<<" + re.sub(rb"/Annots\s*\[[^\]]*\]", b"", m.group(2)) + b"/Annots[%d 0 R]>>" % size
                break
    write_increment(data, out, new, root, size + 1, trailer)


def write_increment(data, out, new, root, size, trailer):
    prev = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    identity = re.search(rb"/ID\s*\[.*?\]", trailer, re.S)
    body, table = data, b"xref\n"
    for number in sorted(new):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(body))
        body += b"%d 0 obj\n" % number + new[number] + b"\nendobj\n"
    tail = b"trailer\n<</Size %d/Root %d 0 R/Prev %d" % (size, root, prev) + (identity.group(0) if identity else b"") + b">>\n"
    open(out, "wb").write(body + table + tail + b"startxref\n%d\n%%%%EOF\n" % len(body))


def simple(objects=None, trailer=b"/Root 1 0 R", header=b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", extra=None, shift=0, prev=None):
    """A file of one page with a classic cross-reference table; objects replace or add, extra(number, offset) makes odd entries."""
    all_objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents 4 0 R>>",
        4: b"<</Length 3>>\nstream\nq Q\nendstream",
    }
    all_objects.update(objects or {})
    out, offsets = header, {}
    for number, body in sorted(all_objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (max(all_objects) + 1)
    for number in range(1, max(all_objects) + 1):
        line = b"%010d 00000 n \n" % (offsets[number] + shift) if number in offsets else b"0000000000 65535 f \n"
        out += extra(number, line) if extra else line
    if prev is not None:
        trailer += b"/Prev %d" % (at if prev == "self" else prev)
    return out + b"trailer\n<</Size %d" % (max(all_objects) + 1) + trailer + b">>\nstartxref\n%d\n%%%%EOF\n" % at


def bomb():
    import zlib

    inner = zlib.compress(bytes(300 * 1024 * 1024), 6)  # an object stream, so that it has to be inflated to be read
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    stream = head + b"4 0 obj\n<</Type/ObjStm/N 3/First 15/Filter/FlateDecode/Length %d>>\nstream\n" % len(inner) + inner + b"\nendstream\nendobj\n"
    at = len(stream)
    rows = b"".join(
        bytes([k]) + a.to_bytes(4, "big") + b.to_bytes(2, "big")
        for k, a, b in [(0, 0, 65535), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, len(head), 0), (1, at, 0)]
    )
    packed = zlib.compress(rows)
    stream += b"5 0 obj\n<</Type/XRef/W[1 4 2]/Size 6/Root 1 0 R/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
    return stream + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def hybrid():
    base = simple({5: b"<</Type/XRef/W[1 2 1]/Size 6/Root 1 0 R/Length 0>>\nstream\n\nendstream"})
    at = base.index(b"5 0 obj")
    return base.replace(b"/Root 1 0 R>>\nstartxref", b"/Root 1 0 R/XRefStm %d>>\nstartxref" % at)


def cmd_bad(letter, folder):
    data = open(letter, "rb").read()
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    page = lambda kids: b"<</Type/Pages/Kids[%s]/Count 1>>" % kids
    files = {
        "half": data[: len(data) // 2],
        "end": data[:-20],
        "head": data[20:],
        "text": "Số: 12/BC-STTTT\nKính gửi: ...\n".encode() * 50,
        "empty": b"",
        "xref-by-one": data.replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + 1)),
        "offset-by-one": simple(shift=1),
        "cyclic-pages": simple({2: page(b"5 0 R"), 5: b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 1>>"}),
        "cyclic-prev": simple(prev="self"),
        "arrays": simple({4: b"[" * 1000000 + b"]" * 1000000}),
        "stream": simple({4: b"<</Length 99999999>>\nstream\nq Q\nendstream"}),
        "duplicate": simple({1: b"<</Type/Catalog/Pages 2 0 R/Pages 3 0 R>>"}),
        "object-0": simple().replace(b"0000000000 65535 f \n", b"0000000015 00000 n \n", 1),
        "object-2-31": simple().replace(b"xref\n0 5\n", b"xref\n2147483648 1\n0000000015 00000 n \n0 5\n"),
        "no-root": simple(trailer=b""),
        "root-int": simple(trailer=b"/Root 12"),
        "bomb": bomb(),
        "hybrid": hybrid(),
        "trailing": data + b"\n" + b"x" * 200,
        "lzw": bomb().replace(b"/N 3/First 15/Filter/FlateDecode", b"/N 3/First 15/Filter/NoSuchDecode"),
    }
    for name, content in files.items():
        open(f"{folder}/bad-{name}.pdf", "wb").write(content)
    open(f"{folder}/good-junk.pdf", "wb").write(b"junk before\n" * 5 + simple())


def cmd_large(out, megabytes):
    import os

    block = os.urandom(1 << 20)
    count = int(megabytes)
    with open(out, "wb") as f:
        offsets = {}

        def put(number, body):
            offsets[number] = f.tell()
            f.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")

        f.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        put(1, b"<</Type/Catalog/Pages 2 0 R/Attachments[" + b" ".join(b"%d 0 R" % (5 + i) for i in range(count)) + b"]>>")
        put(2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
        put(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents 4 0 R>>")
        put(4, b"<</Length 3>>\nstream\nq Q\nendstream")
        for i in range(count):
            put(5 + i, b"<</Length %d>>\nstream\n" % len(block) + block + b"\nendstream")
        at = f.tell()
        f.write(b"xref\n0 %d\n0000000000 65535 f \n" % (count + 5))
        f.write(b"".join(b"%010d 00000 n \n" % offsets[i] for i in range(1, count + 5)))
        f.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count + 5, at))


def cmd_get(file, path):
    value = json.load(open(file))
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    print(json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list, bool)) else value)


if __name__ == "__main__":
    globals()["cmd_" + sys.argv[1]](*sys.argv[2:])
