import assert from "node:assert/strict";
import { addCounts, closingLine, countResults, judge } from "./junit.ts";

const head = `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="deno test">\n<testsuite name="./a_test.ts">\n`;
const tail = `</testsuite>\n</testsuites>\n`;
const passed = `<testcase name="a &lt;testcase&gt; &lt;failure">\n</testcase>\n`;
const failed = `<testcase name="b"><failure message="x">Error: x &lt;skipped/&gt;</failure></testcase>\n`;
const skipped = `<testcase name="c">\n<skipped/>\n</testcase>\n`;

Deno.test("passed, failed and skipped cases are told apart, whatever their names hold", () => {
  assert.deepEqual(countResults(head + passed + failed + skipped + passed + tail), {
    passed: 2,
    failed: 1,
    skipped: 1,
  });
});

Deno.test("a report that breaks off is no report", () => {
  assert.equal(countResults(head + passed), undefined);
  assert.equal(countResults(""), undefined);
});

Deno.test("a run without a whole report is one failure", () => {
  assert.deepEqual(judge(undefined, 0), { passed: 0, failed: 1, skipped: 0 });
  assert.deepEqual(judge(head + passed, 137), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("a run that failed although no case did counts a failure: a file did not load", () => {
  assert.deepEqual(judge(head + passed + tail, 1), { passed: 1, failed: 1, skipped: 0 });
  assert.deepEqual(judge(head + passed + failed + tail, 1), { passed: 1, failed: 1, skipped: 0 });
  assert.deepEqual(judge(head + passed + tail, 0), { passed: 1, failed: 0, skipped: 0 });
});

Deno.test("a run of no test is a failure", () => {
  assert.deepEqual(judge(head + tail, 0), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("the closing line sums up all runs", () => {
  const counts = addCounts([{ passed: 3, failed: 0, skipped: 1 }, { passed: 4, failed: 2, skipped: 0 }]);
  assert.equal(closingLine(counts), "7 passed, 2 failed, 1 skipped");
});
