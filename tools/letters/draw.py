# SPDX-License-Identifier: AGPL-3.0-or-later
"""A letter laid out by hand into text runs, for libraries that only draw: [page][{x, y, size, style, text}], mm from the top left,
y the baseline; style is one of "", "b", "i", "bi"."""
from fontTools.ttLib import TTFont

from content import body, dashed

FONTS = {"": "Regular", "b": "Bold", "i": "Italic", "bi": "BoldItalic"}
FOLDER = "/usr/share/fonts/truetype/croscore/"
MM = 25.4 / 72


def font_path(style):
    return f"{FOLDER}Tinos-{FONTS[style]}.ttf"


class Metrics:
    def __init__(self):
        self.fonts = {s: TTFont(font_path(s)) for s in FONTS}
        self.maps = {s: (f.getBestCmap(), f["hmtx"].metrics, f["head"].unitsPerEm) for s, f in self.fonts.items()}

    def width(self, text, size, style):
        cmap, hmtx, em = self.maps[style]
        return sum(hmtx[cmap.get(ord(c), ".notdef")][0] for c in text) * size / em * MM


class Layout:
    def __init__(self, split_runs=False):
        self.m, self.pages, self.y, self.split = Metrics(), [[]], 0.0, split_runs
        self.top, self.bottom, self.left, self.right = 20.0, 275.0, 30.0, 195.0
        self.y = self.top

    def put(self, x, y, text, size=13, style=""):
        if self.split:  # one run a word, as many generators write
            for word in text.split(" "):
                if word:
                    self.pages[-1].append({"x": x, "y": y, "size": size, "style": style, "text": word})
                x += self.m.width(word + " ", size, style)
        elif text.strip():
            self.pages[-1].append({"x": x, "y": y, "size": size, "style": style, "text": text})

    def center(self, x0, x1, y, text, size=13, style=""):
        self.put((x0 + x1 - self.m.width(text, size, style)) / 2, y, text, size, style)

    def feed(self, mm):
        self.y += mm
        if self.y > self.bottom:
            self.new_page()

    def new_page(self):
        self.pages.append([])
        self.y = self.top + 6
        self.center(self.left, self.right, 14, str(len(self.pages)))

    def paragraph(self, text, size=13, style="", indent=12.7, gap=2.0):
        words, line, x = text.split(), "", self.left + indent
        for word in words:
            longer = (line + " " + word).strip()
            if x + self.m.width(longer, size, style) > self.right:
                self.put(x, self.y, line, size, style)
                self.feed(6)
                line, x = word, self.left
            else:
                line = longer
        self.put(x, self.y, line, size, style)
        self.feed(6 + gap)

    def head(self, l):
        y = self.y
        rows = ([(l["parent"], "")] if l["parent"] else []) + [(t, "b") for t in l["agency"].split("\n")] + [("―――――", "")]
        rows += [(l["number"] or "", "")] + ([] if l["kind"] else [(t, "") for t in wrap(l["about"], 30)])
        for i, (text, style) in enumerate(rows):
            self.center(30, 100, y + i * 6, text, 12 if i < 4 else 12, style)
        for i, (text, style) in enumerate([("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "b"), ("Độc lập - Tự do - Hạnh phúc", "b"), ("――――――――――", ""), (l["place"], "i")]):
            self.center(102, 195, y + i * 6, text, 12.5, style)
        self.y = y + max(len(rows), 4) * 6 + 6

    def foot(self, l):
        row = l["blocks"][0]
        columns = len(row) + (1 if l["recipients"] and len(row) == 1 else 0)
        need = max(len(b["titles"]) + b["gap"] + 2 for b in row) * 6
        if self.y + need > self.bottom:
            self.new_page()
        width, y = (self.right - self.left) / columns, self.y + 4
        if columns > len(row):
            self.put(self.left, y, "Nơi nhận:", 12, "bi")
            for i, text in enumerate(l["recipients"]):
                self.put(self.left, y + 6 + i * 5, dashed(text), 11)
        for i, b in enumerate(row, columns - len(row)):
            x0, x1, at = self.left + i * width, self.left + (i + 1) * width, y
            for title in b["titles"] + ([b["note"]] if b["note"] else []):
                self.center(x0, x1, at, title, 13, "i" if title == b["note"] else "b")
                at += 6
            at += b["gap"] * 6
            self.center(x0, x1, at, (b["rank"] + " " if b["rank"] else "") + b["name"], 13, "b")

    def letter(self, l):
        self.head(l)
        if l["kind"]:
            self.center(self.left, self.right, self.y, l["kind"], 14, "b")
            self.feed(6)
            self.center(self.left, self.right, self.y, l["about"], 13, "b")
            self.feed(9)
        if l["to"]:
            self.put(70, self.y, "Kính gửi:")
            for text in l["to"]:
                self.feed(6)
                self.put(85, self.y, "- " + text)
            self.feed(9)
        for text in body(l) + l["extra"]:
            self.paragraph(text)
        self.foot(l)
        return self.pages


def wrap(text, room):
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= room:
            lines.append("")
        lines[-1] = (lines[-1] + " " + word).strip()
    return lines
