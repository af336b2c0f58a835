// SPDX-License-Identifier: AGPL-3.0-or-later
// usage: java -cp itext.jar DrawIText.java RUNS.tsv OUT.pdf   (runs as in draw.py)
import com.lowagie.text.Document;
import com.lowagie.text.PageSize;
import com.lowagie.text.pdf.BaseFont;
import com.lowagie.text.pdf.PdfContentByte;
import com.lowagie.text.pdf.PdfWriter;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.HashMap;
import java.util.Map;

public class DrawIText {
	public static void main(String[] args) throws Exception {
		Map<String, String> face = Map.of("", "Regular", "b", "Bold", "i", "Italic", "bi", "BoldItalic");
		Map<String, BaseFont> fonts = new HashMap<>();
		Document document = new Document(PageSize.A4);
		PdfWriter writer = PdfWriter.getInstance(document, new FileOutputStream(args[1]));
		int page = 0;
		document.open();
		for (String row : Files.readAllLines(Paths.get(args[0]))) {
			String[] f = row.split("\t");
			PdfContentByte out = writer.getDirectContent();
			if (Integer.parseInt(f[0]) > page) {
				document.newPage();
				page++;
			}
			if (!fonts.containsKey(f[4]))
				fonts.put(f[4], BaseFont.createFont("/usr/share/fonts/truetype/croscore/Tinos-" + face.get(f[4]) + ".ttf", BaseFont.IDENTITY_H, BaseFont.EMBEDDED));
			out.beginText();
			out.setFontAndSize(fonts.get(f[4]), Float.parseFloat(f[3]));
			out.setTextMatrix((float) (Double.parseDouble(f[1]) * 72 / 25.4), (float) (PageSize.A4.getHeight() - Double.parseDouble(f[2]) * 72 / 25.4));
			out.showText(f[5]);
			out.endText();
		}
		document.close();
	}
}
