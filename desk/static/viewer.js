// The copy, page by page. Scripts in the PDF never run, and nothing of it is fetched from elsewhere.
import { GlobalWorkerOptions, getDocument } from "/static/vendor/pdfjs/pdf.min.mjs";

GlobalWorkerOptions.workerSrc = "/static/vendor/pdfjs/pdf.worker.min.mjs";
const viewer = document.querySelector("[data-pdf]");

try {
  const pdf = await getDocument({ url: viewer.dataset.pdf, isEvalSupported: false }).promise;
  viewer.replaceChildren();
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const { width } = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: 1600 / width });
    const canvas = document.createElement("canvas");
    canvas.width = viewport.width;
    canvas.height = viewport.height;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Page ${number} sur ${pdf.numPages}`);
    viewer.append(canvas);
    await page.render({ canvas, viewport }).promise;
  }
  viewer.dataset.ready = pdf.numPages;
} catch {
  viewer.textContent = "La copie ne s’ouvre pas ici : téléchargez-la, et signalez-la si elle ne s’ouvre pas non plus.";
}
