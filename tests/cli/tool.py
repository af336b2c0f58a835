#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the end-to-end tests measure with, written without kyso's own code.

usage: tool.py cms FILE N CMS CONTENT     the N-th signature's CMS and the bytes of its range
       tool.py revisions FILE PREFIX      every revision, cut off at its end, as PREFIX-I.pdf; prints how many
       tool.py seal PLAN SEAL [PAGE_W H]  the seal's rectangle over the picture's, as the decree says
       tool.py free FILE PAGE TEXT        the line stands at the top right and meets no other word
       tool.py field IN OUT ENTRIES       an increment (classic xref) with a form of one field without value on page 1
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


def cmd_get(file, path):
    value = json.load(open(file))
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    print(json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list, bool)) else value)


if __name__ == "__main__":
    globals()["cmd_" + sys.argv[1]](*sys.argv[2:])
