import { NotFoundError } from "./errors.js";

/** Lists that come page by page, as one; a page is asked for when it is come to. */
export async function* pages<P, T>(first: (after: P | undefined) => Promise<P>,
  items: (page: P) => T[], isLast: (page: P) => boolean): AsyncGenerator<T, void> {
  let page: P | undefined;
  do {
    page = await first(page);
    yield* items(page);
  } while (!isLast(page));
}

/** Undefined where the call answers NOT_FOUND. */
export async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (failure) {
    if (failure instanceof NotFoundError) return undefined;
    throw failure;
  }
}
