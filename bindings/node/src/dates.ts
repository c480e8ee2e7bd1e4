/** 20240621 is "2024-06-21"; undefined unless all of the day is known. */
export function day(number: number): string | undefined {
  const text = String(number).padStart(8, "0");
  const written = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
  const date = new Date(`${written}T00:00:00Z`);
  const isDay = text.length === 8 && number > 0 && !Number.isNaN(date.getTime())
    && date.toISOString().startsWith(written);
  return isDay ? written : undefined;
}

/** "2024-06-21" is 20240621. Throws RangeError for what is no day. */
export function dayNumber(text: string): number {
  const number = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Number(text.replaceAll("-", "")) : 0;
  if (day(number) !== text) throw new RangeError(`not a day: ${text}`);
  return number;
}

/** A time, in seconds since 1970; 0n is not stated. */
export function instant(seconds: bigint): Date | undefined {
  return seconds === 0n ? undefined : new Date(Number(seconds) * 1000);
}
