# SPDX-License-Identifier: AGPL-3.0-or-later
"""A letter as TeX (XeTeX, LuaTeX, pdfTeX with vntex) and as groff input."""
from content import body, dashed

PREAMBLE = {
    "xelatex": r"\usepackage{fontspec}\setmainfont{Tinos}",
    "lualatex": r"\usepackage{fontspec}\setmainfont{Tinos}",
    "pdflatex": r"\usepackage{cmap}\usepackage[utf8]{inputenc}\usepackage[T5]{fontenc}\input{glyphtounicode}\pdfgentounicode=1",
}


def tex_line(text):
    for a, b in (("&", r"\&"), ("%", r"\%"), ("_", r"\_"), ("―", "--")):
        text = text.replace(a, b)
    while "  " in text:
        text = text.replace("  ", "~~")
    return text


def tex(l, engine):
    b = l["blocks"][0][0]
    left = [*([l["parent"]] if l["parent"] else []), *[r"\textbf{%s}" % t for t in l["agency"].split("\n")], "-----------", l["number"], l["about"]]
    right = [r"\textbf{CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM}", r"\textbf{Độc lập - Tự do - Hạnh phúc}", "----------------------", r"\textit{%s}" % l["place"]]

    def box(width, rows, align=r"\centering"):
        return r"\begin{minipage}[t]{%s}%s %s\end{minipage}" % (width, align, r"\\".join(tex_line(r) for r in rows if r))

    name = [r"\textbf{%s}" % t for t in b["titles"]] + [r"\vspace{24mm}", r"\textbf{%s}" % b["name"]]
    signing = r"\\".join(tex_line(r) for r in name[:-2]) + r"\par\vspace{24mm}" + tex_line(name[-1])
    recipients = [r"\textbf{\textit{Nơi nhận:}}"] + [r"\small " + dashed(t) for t in l["recipients"]]
    return "\n".join([
        r"\documentclass[12pt,a4paper]{article}", PREAMBLE[engine],
        r"\usepackage[top=20mm,bottom=20mm,left=30mm,right=15mm]{geometry}\pagestyle{empty}\setlength{\parindent}{12.7mm}\setlength{\parskip}{6pt}",
        r"\begin{document}\noindent", box(r"0.42\textwidth", left), r"\hfill", box(r"0.56\textwidth", right), r"\par\vspace{6mm}",
        r"\hspace*{30mm}Kính gửi:\par", *[r"\hspace*{45mm}%s\par" % tex_line("- " + t) for t in l["to"]],
        *[tex_line(t) + r"\par" for t in body(l)], r"\vspace{6mm}\noindent", box(r"0.45\textwidth", recipients, r"\raggedright"), r"\hfill",
        r"\begin{minipage}[t]{0.5\textwidth}\centering %s\end{minipage}" % signing, r"\end{document}"])


def groff(l):
    """-Tps -k input; the fonts R, B, I, BI are Tinos, see groff_fonts in ../make-letters."""
    b = l["blocks"][0][0]

    def column(x, width, rows):
        out = [f".po {x}c", f".ll {width}c"]
        for face, text in rows:
            out += [f".ft {face}", ".ce 1", r"\&" + (text or r"\ ")]
        return out

    left = ([("R", l["parent"])] if l["parent"] else []) + [("B", l["agency"]), ("R", "----------"), ("R", l["number"]), ("R", "V/v rà soát chứng thư chữ ký số")]
    right = [("B", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), ("B", "Độc lập - Tự do - Hạnh phúc"), ("R", "-----------------"), ("I", l["place"])]
    signing = [("B", t) for t in b["titles"]] + [("R", "")] * 4 + [("B", b["name"])]
    out = [".pl 29.7c", ".fp 1 R", ".fp 2 I", ".fp 3 B", ".fp 4 BI", ".ps 13", ".vs 16", ".nh", ".nf", ".sp |2c", *column(3, 7, left), ".sp |2c", *column(10.2, 9.3, right), ".sp |7c", ".po 3c",
           ".ll 16.5c", ".ft R", ".in 4c", "Kính gửi:", *["- " + t for t in l["to"]], ".in 0", ".fi", ".ad b"]
    for text in body(l):
        out += [".sp 6p", ".ti 1.27c", text]
    out += [".sp 10p", ".nf", ".mk b", ".ft BI", "Nơi nhận:", ".ft R", ".ps 11", *[dashed(t) for t in l["recipients"]], ".ps 13", r".sp |\nbu", *column(11.5, 8, signing)]
    return "\n".join(out) + "\n"
