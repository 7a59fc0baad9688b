import { useEffect, useRef, useState } from "react";

/** What a box gets that scrolls when it is too small: only then the keyboard stops at it, and it says what it is. */
export function useScrolling<Box extends HTMLElement>(label: string) {
  const ref = useRef<Box>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const box = ref.current;
    if (!box) {
      return;
    }
    const look = () => setScrolls(box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight);
    const sizes = new ResizeObserver(look);
    for (const one of [box, ...box.children]) {
      sizes.observe(one);
    }
    // Other words may stand in a box of the same size.
    const words = new MutationObserver(look);
    words.observe(box, { childList: true, characterData: true, subtree: true });
    return () => {
      sizes.disconnect();
      words.disconnect();
    };
  }, []);
  return { ref, ...(scrolls ? { role: "group", tabIndex: 0, "aria-label": label } : {}) };
}
