/** Where in the stream of events a tab is. Every event is heard once, whichever way it comes. */
export class Place {
  /** The id of the last event that was heard. */
  last: string | undefined;

  /** Whether an event of this id is news here. An id is the process that told it, a hyphen and its number there. */
  moveTo(id: string): boolean {
    if (this.last !== undefined && source(id) === source(this.last) && number(id) <= number(this.last)) {
      return false;
    }
    this.last = id;
    return true;
  }
}

const source = (id: string) => id.slice(0, id.lastIndexOf("-"));
const number = (id: string) => Number(id.slice(id.lastIndexOf("-") + 1));
