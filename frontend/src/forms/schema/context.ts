import { type ReactNode, createContext, use } from "react";
import type { Problem } from "./problems";

/** One part of a value in a form: where it stands, what may stand there, and what does. */
export type PartProps = {
  label: string;
  /** A JSON pointer within the whole value. */
  path: string;
  schema: unknown;
  value: unknown;
  isRequired: boolean;
  /** Undefined leaves the part out. */
  onChange: (next: unknown) => void;
};

export type Form = {
  root: unknown;
  problems: Problem[];
  /** Told each part whose text is no JSON while it is being typed, and again when it is. */
  onBroken: (path: string, isBroken: boolean) => void;
  draw: (part: PartProps) => ReactNode;
  special?: ((part: PartProps) => ReactNode) | undefined;
  onlyNamed?: boolean | undefined;
};

export const FormContext = createContext<Form | null>(null);

export function useForm(): Form {
  const form = use(FormContext);
  if (!form) {
    throw new Error("A part of a form stands outside of one.");
  }
  return form;
}

/** What is wrong with just this part; what is wrong within it stands at its own parts. */
export const problemAt = ({ problems }: Form, path: string) =>
  problems.find((problem) => problem.path === path)?.message;

/** What is wrong with this part or anywhere in it, for a field that shows all of it as one text. */
export function problemWithin({ problems }: Form, path: string): string | undefined {
  const found = problems.find((problem) => problem.path === path || problem.path.startsWith(`${path}/`));
  const inside = found?.path.slice(path.length + 1);
  return found && (inside ? `${inside}: ${found.message}` : found.message);
}
