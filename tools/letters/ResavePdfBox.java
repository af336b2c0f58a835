// SPDX-License-Identifier: AGPL-3.0-or-later
// usage: java -cp pdfbox.jar:commons-logging.jar:fontbox.jar ResavePdfBox.java IN.pdf OUT.pdf   (rewritten by PDFBox)
import org.apache.pdfbox.pdmodel.PDDocument;

public class ResavePdfBox {
	public static void main(String[] args) throws Exception {
		PDDocument document = PDDocument.load(args[0]);
		document.getDocumentInformation().setProducer("Apache PDFBox");
		document.save(args[1]);
		document.close();
	}
}
