/** Results of one or more test runs. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The counts in a JUnit report of `deno test`; undefined where the report was not written to its end. */
export function countResults(xml: string): Counts | undefined {
  if (!xml.trimEnd().endsWith("</testsuites>")) return undefined;
  const cases = xml.split(/<testcase\b/).slice(1).map((text) => text.split("</testcase>")[0]); // markup in names is escaped
  const failed = cases.filter((text) => /<(failure|error)\b/.test(text)).length;
  const skipped = cases.filter((text) => /<skipped\b/.test(text)).length;
  return { passed: cases.length - failed - skipped, failed, skipped };
}

/** What a run of `deno test` counts for, from its report and exit code. A run that broke off, or ran nothing, is a failure. */
export function judge(report: string | undefined, exit: number): Counts {
  const counts = report === undefined ? undefined : countResults(report);
  if (!counts) return { passed: 0, failed: 1, skipped: 0 };
  const broken = exit !== 0 && counts.failed === 0 || counts.passed + counts.failed + counts.skipped === 0;
  return broken ? { ...counts, failed: 1 } : counts;
}

export function addCounts(all: readonly Counts[]): Counts {
  const sum = (key: keyof Counts) => all.reduce((total, counts) => total + counts[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** The closing line. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
