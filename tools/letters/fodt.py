# SPDX-License-Identifier: AGPL-3.0-or-later
"""A letter as flat OpenDocument text, for LibreOffice Writer (and AbiWord): page and paragraph styles of NĐ 30/2020, Phụ lục I."""
from xml.sax.saxutils import escape

from content import body, dashed

NS = " ".join(f'xmlns:{k}="urn:oasis:names:tc:opendocument:xmlns:{v}:1.0"' for k, v in {
    "office": "office", "style": "style", "text": "text", "table": "table", "fo": "xsl-fo-compatible", "draw": "drawing", "svg": "svg-compatible"}.items())


def pstyle(name, size, align="left", bold=False, italic=False, extra="", master=None, last=None):
    weight = ' fo:font-weight="bold"' if bold else ""
    slant = ' fo:font-style="italic"' if italic else ""
    master = f' style:master-page-name="{master}"' if master is not None else ""
    last = f' fo:text-align-last="{last}" style:justify-single-word="true"' if last else ""
    return (f'<style:style style:name="{name}" style:family="paragraph" style:parent-style-name="Standard"{master}>'
            f'<style:paragraph-properties fo:text-align="{align}"{last} {extra}/>'
            f'<style:text-properties fo:font-size="{size}pt"{weight}{slant}/></style:style>')


def page(name, header, footer, landscape, number):
    w, h = ("297mm", "210mm") if landscape else ("210mm", "297mm")
    hstyle = '<style:header-style><style:header-footer-properties fo:min-height="6mm" fo:margin-bottom="3mm"/></style:header-style>'
    fstyle = '<style:footer-style><style:header-footer-properties fo:min-height="5mm" fo:margin-top="2mm"/></style:footer-style>' if footer else ""
    layout = (f'<style:page-layout style:name="L{name}"><style:page-layout-properties fo:page-width="{w}" fo:page-height="{h}" '
              f'style:print-orientation="{"landscape" if landscape else "portrait"}" fo:margin-top="12mm" fo:margin-bottom="20mm" '
              f'fo:margin-left="30mm" fo:margin-right="15mm"/>{hstyle}{fstyle}</style:page-layout>')
    text = ("<text:page-number/>" if number else "") + (" " + escape(header) if header else "")
    master = (f'<style:master-page style:name="{name}" style:page-layout-name="L{name}"{" style:next-style-name=" + chr(34) + "Standard" + chr(34) if name == "First" else ""}>'
              f'<style:header><text:p text:style-name="Center">{text}</text:p></style:header>'
              + (f'<style:footer><text:p text:style-name="Foot">{escape(footer)}</text:p></style:footer>' if footer else "") + "</style:master-page>")
    return layout, master


def p(style, text, **_):
    inner = []
    for i, part in enumerate(text.split("\n")):
        inner.append(("<text:line-break/>" if i else "") + spaces(part))
    return f'<text:p text:style-name="{style}">{"".join(inner)}</text:p>'


def spaces(text):
    out, run = "", 0
    for c in text + "\0":
        if c == " ":
            run += 1
            continue
        if run:
            out += " " + (f'<text:s text:c="{run - 1}"/>' if run > 1 else "")
        run = 0
        out += "" if c == "\0" else escape(c)
    return out


def table(name, rows, widths, border=False, splits=True):
    cell = "CellB" if border else "Cell"
    first = ' style:master-page-name="First"' if name == "Head" else ""
    cols = "".join(f'<table:table-column table:style-name="{name}C{i}"/>' for i in range(len(widths)))
    out = "".join(f'<table:table-row table:style-name="{"Row" if splits else "RowWhole"}">' + "".join(f'<table:table-cell table:style-name="{cell}" office:value-type="string">{c}</table:table-cell>' for c in row)
                  + "</table:table-row>" for row in rows)
    styles = "".join(f'<style:style style:name="{name}C{i}" style:family="table-column"><style:table-column-properties style:column-width="{w}mm"/></style:style>'
                     for i, w in enumerate(widths))
    styles += f'<style:style style:name="{name}" style:family="table"{first}><style:table-properties style:width="{sum(widths)}mm" table:align="left" fo:margin-left="0mm"/></style:style>'
    return f'<table:table table:name="{name}" table:style-name="{name}">{cols}{out}</table:table>', styles


def head(l, width):
    left = (p("Head", l["parent"]) if l["parent"] else "") + p("HeadBold", l["agency"]) + p("CenterPlain", "―――――")
    if l["number"]:
        left += p("CenterPlain", l["number"])
    if not l["kind"]:
        left += p("About", l["about"])
    right = p("HeadBold", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") + p("CenterBold", "Độc lập - Tự do - Hạnh phúc") + p("CenterPlain", "――――――――――――――")
    right += p("CenterItalic", l["place"])
    return table("Head", [[left, right]], [width * 0.41, width * 0.59])


def block_cells(b, picture):
    out = "".join(p("CenterBold", t) for t in b["titles"])
    if b["note"]:
        out += p("CenterItalic", b["note"])
    if b["picture"]:
        out += f'<text:p text:style-name="CenterPlain"><draw:frame text:anchor-type="as-char" svg:width="42mm" svg:height="18mm"><draw:image><office:binary-data>{picture}</office:binary-data></draw:image></draw:frame></text:p>'
    else:
        out += p("CenterPlain", "") * b["gap"]
    if b["rank"]:
        name = f'{b["rank"]} {b["name"]}'
    else:
        name = b["name"]
    return out + (p("Spread" if b["spread"] else "CenterBold", name) if name else "")


def foot(l, width, picture):
    rows = l["blocks"]
    n = max(len(r) for r in rows) + (1 if l["recipients"] and len(rows[0]) == 1 else 0)
    cells = []
    for r in rows:
        row = [block_cells(b, picture) for b in r]
        if l["recipients"] and len(r) == 1:
            row.insert(0, p("To", "Nơi nhận:") + "".join(p("Small", dashed(t)) for t in l["recipients"]))
        cells.append(row + [""] * (n - len(row)))
    return table("Foot", cells, [width / n] * n, splits=l["splits"])


def fodt(l, picture=""):
    width = 252 if l["landscape"] else 165
    styles, parts = [], []

    def put(made):
        parts.append(made[0])
        styles.append(made[1])

    put(head(l, width))
    if l["kind"]:
        parts += [p("Kind", l["kind"]), p("Subject", l["about"])]
    if len(l["to"]) == 1:
        parts.append(p("Center", "Kính gửi: " + l["to"][0]))
    elif l["to"]:
        parts += [p("Indent", "Kính gửi:")] + [p("Indent2", "- " + t) for t in l["to"]]
    parts += [p("BodyItalic", t) for t in l["intro"]] + [p("Body", t) for t in body(l) + l["extra"]]
    if l["rows"]:
        n = len(l["rows"][0])
        put(table("Data", [[p("Tiny" if l["landscape"] else "Small", c) for c in r] for r in l["rows"]], [width / n] * n, border=True))
    parts.append(p("BreakBefore" if l["break_before_foot"] else "Gap", ""))
    put(foot(l, width, picture))
    if l["recipients"] and len(l["blocks"][0]) > 1:
        parts += [p("To", "Nơi nhận:")] + [p("Small", dashed(t)) for t in l["recipients"]]
    parts += [p("Small", t) for t in l["notes"]]
    for i, (label, title, rows) in enumerate(l["annex"]):
        parts += [p("BreakBefore", ""), p("Kind", label), p("Subject", title), p("CenterItalic", "(Kèm theo văn bản số      /SKHCN-CĐS)")]
        n = len(rows[0])
        put(table(f"Annex{i}", [[p("Small", c) for c in r] for r in rows], [width / n] * n, border=True))
    l1, m1 = page("Standard", l["header"], l["footer"], l["landscape"], True)
    l2, m2 = page("First", l["header"], l["footer"], l["landscape"], False)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {NS} office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:font-face-decls><style:font-face style:name="Tinos" svg:font-family="Tinos"/></office:font-face-decls>
<office:styles><style:default-style style:family="paragraph"><style:text-properties style:font-name="Tinos" fo:font-size="13pt" fo:language="vi" fo:country="VN"/></style:default-style>
<style:style style:name="Standard" style:family="paragraph"/></office:styles>
<office:automatic-styles>{l1}{l2}{"".join(styles)}
{pstyle("CenterPlain", 13, "center")}{pstyle("Center", 13, "center", extra='fo:margin-top="4mm" fo:margin-bottom="3mm"')}
{pstyle("Head", 12, "center")}{pstyle("HeadBold", 12, "center", bold=True)}{pstyle("CenterBold", 13, "center", bold=True)}{pstyle("CenterItalic", 13, "center", italic=True)}{pstyle("About", 12, "center", extra='fo:margin-top="2mm"')}
{pstyle("Kind", 14, "center", bold=True, extra='fo:margin-top="6mm"')}{pstyle("Subject", 14, "center", bold=True, extra='fo:margin-bottom="4mm"')}
{pstyle("Indent", 13, extra='fo:margin-left="40mm" fo:margin-top="4mm"')}{pstyle("Indent2", 13, extra='fo:margin-left="52mm"')}
{pstyle("Body", 13, "justify", extra='fo:text-indent="12.7mm" fo:margin-top="2mm" fo:margin-bottom="1mm" fo:line-height="120%"')}
{pstyle("BodyItalic", 13, "justify", italic=True, extra='fo:text-indent="12.7mm" fo:margin-top="2mm"')}
{pstyle("To", 12, bold=True, italic=True)}{pstyle("Small", 11)}{pstyle("Tiny", 10)}{pstyle("Gap", 8)}{pstyle("Foot", 11, "right")}
{pstyle("BreakBefore", 8, extra='fo:break-before="page"')}{pstyle("Spread", 13, "justify", bold=True, last="justify", extra='fo:margin-left="8mm" fo:margin-right="8mm"')}
<style:style style:name="Row" style:family="table-row"/>
<style:style style:name="RowWhole" style:family="table-row"><style:table-row-properties fo:keep-together="always"/></style:style>
<style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties fo:padding="0.5mm" fo:border="none"/></style:style>
<style:style style:name="CellB" style:family="table-cell"><style:table-cell-properties fo:padding="0.7mm" fo:border="0.5pt solid #000000"/></style:style>
</office:automatic-styles><office:master-styles>{m1}{m2}</office:master-styles>
<office:body><office:text>{"".join(parts)}</office:text></office:body></office:document>"""
