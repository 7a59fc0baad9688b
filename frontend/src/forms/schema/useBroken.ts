import { useState } from "react";

/** The first part whose text is no JSON at the moment, or null; and what is told of each. */
export function useBroken(): [string | null, (path: string, isBroken: boolean) => void] {
  const [broken, setBroken] = useState<ReadonlySet<string>>(new Set());
  return [
    [...broken][0] ?? null,
    (path, isBroken) =>
      setBroken((now) => {
        const others = [...now].filter((each) => each !== path);
        return now.has(path) === isBroken ? now : new Set(isBroken ? [...others, path] : others);
      }),
  ];
}
