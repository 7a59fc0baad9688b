/** RFC 3339, as JSON has a moment, of what a browser's field says: without a zone, by the clock here. */
export function momentOf(local: string): string {
  const moment = new Date(local);
  return local === "" || Number.isNaN(moment.valueOf()) ? "" : moment.toISOString().replace(".000Z", "Z");
}

const two = (number: number) => String(number).padStart(2, "0");

/** The other way; empty where the text is no moment. */
export function localOf(text: string): string {
  const moment = new Date(text);
  if (text === "" || Number.isNaN(moment.valueOf())) {
    return "";
  }
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("-");
  return `${day}T${[moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":")}`;
}

/** A file in base64. */
export function bytesIn(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("error", () => reject(new Error("This file cannot be read.")));
    reader.addEventListener("load", () => {
      const told = typeof reader.result === "string" ? reader.result : "";
      resolve(told.slice(told.indexOf(",") + 1));
    });
    reader.readAsDataURL(file);
  });
}
