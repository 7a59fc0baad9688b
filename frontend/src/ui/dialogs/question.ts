/** What a person is asked before something that cannot be taken back. */
export type Question = {
  title: string;
  /** What happens then, and to whom. */
  what: string;
  /** What the button says that does it. */
  yes: string;
  /** It gives something rather than ending it. */
  isHarmless?: boolean;
};
