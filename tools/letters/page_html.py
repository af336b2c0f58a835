# SPDX-License-Identifier: AGPL-3.0-or-later
"""A letter as HTML, for Chromium, WeasyPrint and wkhtmltopdf."""
from html import escape

from content import body, dashed

CSS = """
@page { size: A4; margin: 20mm 15mm 20mm 30mm }
body { font: 13pt/1.2 Tinos, "Times New Roman", serif; margin: 0 } p { margin: 0 }
table { width: 100%; border-collapse: collapse } td { vertical-align: top; padding: 0 1mm }
.c { text-align: center } .b { font-weight: bold } .i { font-style: italic } .s { font-size: 11pt } .to { font: italic bold 12pt Tinos }
.body p { text-align: justify; text-indent: 12.7mm; margin: 6pt 0 } .data td { border: 1px solid #000; font-size: 11pt }
.kind { font-size: 14pt; font-weight: bold; text-align: center; margin-top: 5mm } .new { page-break-before: always }
.spread { word-spacing: 10mm } hr { width: 35mm; border: 0; border-top: 1px solid #000; margin: 1mm auto }
"""


def lines(text):
    return escape(text).replace("\n", "<br>").replace("  ", "&nbsp; ")


def cell(b):
    out = [f'<p class="b">{lines(t)}</p>' for t in b["titles"]]
    if b["note"]:
        out.append(f'<p class="i">{lines(b["note"])}</p>')
    out.append(f'<div style="height: {b["gap"] * 6}mm"></div>')
    if b["name"]:
        out.append(f'<p class="b {"spread" if b["spread"] else ""}">{lines((b["rank"] + " " if b["rank"] else "") + b["name"])}</p>')
    return f'<td class="c" style="width: 50%">{"".join(out)}</td>'


def html(l):
    left = (f"<p style=\"font-size: 12pt\">{lines(l['parent'])}</p>" if l["parent"] else "") + f'<p class="b" style="font-size: 12pt">{lines(l["agency"])}</p><hr>'
    left += f"<p>{lines(l['number'] or '')}</p>" + ("" if l["kind"] else f'<p style="font-size: 12pt; margin-top: 6pt">{lines(l["about"])}</p>')
    right = f'<p class="b" style="font-size: 12pt; white-space: nowrap">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</p><p class="b">Độc lập - Tự do - Hạnh phúc</p><hr><p class="i">{lines(l["place"])}</p>'
    out = [f'<table><tr><td class="c" style="width: 42%">{left}</td><td class="c">{right}</td></tr></table>']
    if l["kind"]:
        out.append(f'<p class="kind">{l["kind"]}</p><p class="b c">{lines(l["about"])}</p>')
    if l["to"]:
        out.append('<div style="margin: 5mm 0 2mm 40mm"><p>Kính gửi:</p>' + "".join(f"<p>&nbsp;&nbsp;- {lines(t)}</p>" for t in l["to"]) + "</div>")
    out.append('<div class="body">' + "".join(f"<p>{lines(t)}</p>" for t in body(l) + l["extra"]) + "</div>")
    if l["rows"]:
        out.append('<table class="data">' + "".join("<tr>" + "".join(f"<td>{lines(c)}</td>" for c in r) + "</tr>" for r in l["rows"]) + "</table>")
    row = "".join(cell(b) for b in l["blocks"][0])
    if l["recipients"] and len(l["blocks"][0]) == 1:
        row = '<td style="width: 50%"><p class="to">Nơi nhận:</p>' + "".join(f'<p class="s">{lines(dashed(t))}</p>' for t in l["recipients"]) + "</td>" + row
    out.append(f'<table style="margin-top: 4mm; page-break-inside: avoid"><tr>{row}</tr></table>')
    if l["recipients"] and len(l["blocks"][0]) > 1:
        out.append('<p class="to" style="margin-top: 4mm">Nơi nhận:</p>' + "".join(f'<p class="s">{lines(dashed(t))}</p>' for t in l["recipients"]))
    for label, title, rows in l["annex"]:
        out.append(f'<p class="kind new">{label}</p><p class="b c">{title}</p><p class="i c">(Kèm theo văn bản số      /SKHCN-CĐS)</p>')
        out.append('<table class="data">' + "".join("<tr>" + "".join(f"<td>{lines(c)}</td>" for c in r) + "</tr>" for r in rows) + "</table>")
    return f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{escape(l["file"])}</title><style>{CSS}</style></head><body>{"".join(out)}</body></html>'
