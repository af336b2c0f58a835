// SPDX-License-Identifier: AGPL-3.0-or-later
// usage: node draw.js pdf-lib|pdfkit|jspdf RUNS.tsv OUT.pdf   (runs: page, x mm, y mm, size pt, style, text; see draw.py)
'use strict';
const fs = require('fs');
const FOLDER = '/usr/share/fonts/truetype/croscore/Tinos-';
const FACE = { '': 'Regular', b: 'Bold', i: 'Italic', bi: 'BoldItalic' };
const PT = 72 / 25.4;
const [, , how, input, output] = process.argv;
const runs = fs.readFileSync(input, 'utf8').split('\n').filter(Boolean).map((row) => {
  const [page, x, y, size, style, text] = row.split('\t');
  return { page: +page, x: +x * PT, y: +y * PT, size: +size, style, text };
});
const pageCount = Math.max(...runs.map((r) => r.page)) + 1;
const ttf = (style) => fs.readFileSync(`${FOLDER}${FACE[style]}.ttf`);
const styles = [...new Set(runs.map((r) => r.style))];

async function pdfLib() {
  const { PDFDocument } = require('pdf-lib');
  const doc = await PDFDocument.create();
  doc.registerFontkit(require('@pdf-lib/fontkit'));
  const fonts = {};
  for (const s of styles) fonts[s] = await doc.embedFont(ttf(s), { subset: true });
  const pages = Array.from({ length: pageCount }, () => doc.addPage([595.28, 841.89]));
  for (const r of runs) pages[r.page].drawText(r.text, { x: r.x, y: 841.89 - r.y, size: r.size, font: fonts[r.style] });
  fs.writeFileSync(output, await doc.save());
}

function pdfKit() {
  const PDFDocument = require('pdfkit');
  const doc = new PDFDocument({ size: 'A4', margin: 0, autoFirstPage: false });
  doc.pipe(fs.createWriteStream(output));
  for (const s of styles) doc.registerFont('f' + s, ttf(s));
  for (let page = 0; page < pageCount; page++) {
    doc.addPage();
    for (const r of runs.filter((run) => run.page === page)) doc.font('f' + r.style).fontSize(r.size).text(r.text, r.x, r.y, { baseline: 'alphabetic', lineBreak: false });
  }
  doc.end();
}

function jsPdf() {
  const { jsPDF } = require('jspdf');
  const doc = new jsPDF({ unit: 'pt', format: 'a4', compress: true });
  for (const s of styles) {
    doc.addFileToVFS(`f${s}.ttf`, ttf(s).toString('base64'));
    doc.addFont(`f${s}.ttf`, 'f' + s, 'normal');
  }
  for (let page = 0; page < pageCount; page++) {
    if (page) doc.addPage();
    for (const r of runs.filter((run) => run.page === page)) {
      doc.setFont('f' + r.style, 'normal');
      doc.setFontSize(r.size);
      doc.text(r.text, r.x, r.y);
    }
  }
  fs.writeFileSync(output, Buffer.from(doc.output('arraybuffer')));
}

({ 'pdf-lib': pdfLib, pdfkit: pdfKit, jspdf: jsPdf })[how]();
