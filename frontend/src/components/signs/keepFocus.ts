/**
 * When what had the focus has gone (a row was removed, a version decided), the browser puts it on nothing, and a
 * keyboard begins again at the top: it goes to the page's heading instead, which says what is there now. Returns how
 * to stop.
 */
export function keepFocus(): () => void {
  const main = document.getElementById("main");
  if (!main) {
    return () => undefined;
  }
  let last: Element | null = null;
  function remember(event: FocusEvent) {
    last = event.target instanceof Element ? event.target : null;
  }
  /** Whoever points elsewhere has left it; a dialog that was asked for stands outside. */
  function forget() {
    last = null;
  }
  function look() {
    if (last && !last.isConnected && document.activeElement === document.body) {
      last = null;
      const heading = main?.querySelector("h1");
      heading?.setAttribute("tabindex", "-1");
      (heading ?? main)?.focus();
    }
  }
  const observer = new MutationObserver(look);
  main.addEventListener("pointerdown", forget);
  main.addEventListener("focusin", remember);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    main.removeEventListener("pointerdown", forget);
    main.removeEventListener("focusin", remember);
    observer.disconnect();
  };
}
