import {
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
  createTheme,
  defaultVariantColorsResolver,
} from "@mantine/core";

/** Verdigris: the colour of an old bronze seal. It is the only accent, and it means "proved and sealed". */
const verdigris: MantineColorsTuple = [
  "#e6f2ef",
  "#cfe6e1",
  "#a3d0c7",
  "#79bdb0",
  "#58b3a3",
  "#389484",
  "#257c6d",
  "#17695c",
  "#0f574c",
  "#08443b",
];
const slate: MantineColorsTuple = [
  "#f5f6f4",
  "#eceeeb",
  "#dfe3e0",
  "#c9d0cc",
  "#a6b0ab",
  "#84908b",
  "#64716c",
  "#4a5753",
  "#2e3936",
  "#17201d",
];
const night: MantineColorsTuple = [
  "#e6ebe8",
  "#a9b5b0",
  "#8d9a95",
  "#5b6863",
  "#3a4541",
  "#29322f",
  "#1c2321",
  "#151b19",
  "#0f1312",
  "#0a0d0c",
];

// Mantine chooses the text on a filled control for the light scheme only; our tokens know both.
const fills: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant !== "filled") {
    return colors;
  }
  if (input.color === "red") {
    const hover = "color-mix(in srgb, var(--bad) 88%, var(--ink))";
    return { ...colors, background: "var(--bad)", hover, color: "var(--panel)" };
  }
  return { ...colors, color: "var(--on-accent)" };
};

export const theme = createTheme({
  primaryColor: "verdigris",
  primaryShade: { light: 7, dark: 4 },
  variantColorResolver: fills,
  colors: { verdigris, gray: slate, dark: night },
  black: "#17201d",
  fontFamily: "var(--font-text)",
  fontFamilyMonospace: "var(--font-code)",
  headings: { fontFamily: "var(--font-text)", fontWeight: "620" },
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  defaultRadius: 3,
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "xs", variant: "default" } },
    TextInput: { defaultProps: { size: "sm" } },
    PasswordInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", allowDeselect: false, checkIconPosition: "right" } },
    Modal: {
      defaultProps: {
        centered: true,
        padding: "lg",
        overlayProps: { backgroundOpacity: 0.4 },
        closeButtonProps: { "aria-label": "Close" },
      },
    },
    // A placeholder that can have the focus is no item of a menu.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // As a <header> it would be a second banner of the page, to whoever goes by landmarks.
    ModalHeader: { defaultProps: { component: "div" } },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Tooltip: { defaultProps: { openDelay: 150, withArrow: true, multiline: true, maw: 320 } },
  },
});

/** Hands our tokens to Mantine, so that its surfaces and ours are the same surfaces. */
export const variables: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--panel)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-placeholder": "var(--ink-3)",
    "--mantine-color-dimmed": "var(--ink-3)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-color-default": "var(--panel)",
    "--mantine-color-default-hover": "var(--wash)",
    "--mantine-color-error": "var(--bad)",
    "--mantine-color-anchor": "var(--accent)",
  };
  return { variables: {}, light: shared, dark: shared };
};
