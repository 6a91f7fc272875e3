import jsQr from "jsqr";
import type { Page } from "playwright-core";

/** What a phone's camera reads in the picture. */
export async function scan(png: Buffer, page: Page): Promise<string | undefined> {
  const { pixels, width, height } = await page.evaluate(async (base64) => {
    const picture = await fetch(`data:image/png;base64,${base64}`);
    const bitmap = await createImageBitmap(await picture.blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("no canvas");
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    return { pixels: [...data], width: bitmap.width, height: bitmap.height };
  }, png.toString("base64"));
  return jsQr.default(new Uint8ClampedArray(pixels), width, height)?.data;
}
