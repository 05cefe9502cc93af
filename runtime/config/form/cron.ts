const FIELDS = [
  { name: "minute", low: 0, high: 59, names: [] },
  { name: "hour", low: 0, high: 23, names: [] },
  { name: "day of the month", low: 1, high: 31, names: ["l"] },
  {
    name: "month",
    low: 1,
    high: 12,
    names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { name: "day of the week", low: 0, high: 7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
] as const;

/** What is wrong with the five fields of a cron line; nothing when they are in order. */
export function cronFault(text: string): string | undefined {
  const fields = text.trim().split(/\s+/);
  if (/^@(yearly|annually|monthly|weekly|daily|hourly)$/.test(text)) return undefined;
  if (fields.length !== FIELDS.length) return "wanted five fields: minute hour day month weekday";
  for (const [at, { name, low, high, names }] of FIELDS.entries()) {
    const one = (value: string) =>
      value === "*" || names.some((n) => n === value.toLowerCase()) || inRange(value, [low, high]);
    const fits = fields[at].split(",").every((term) => {
      const [range, step, ...more] = term.split("/");
      const [from, to = from, ...rest] = range.split("-");
      return one(from) && one(to) && more.length + rest.length === 0 &&
        (step === undefined || inRange(step, [1, high]));
    });
    if (!fits) return `wanted a ${name} from ${low} to ${high} in place of ${fields[at]}`;
  }
}

function inRange(text: string, [low, high]: readonly [number, number]): boolean {
  return /^\d+$/.test(text) && Number(text) >= low && Number(text) <= high;
}
