import { deepEqual, equal, match } from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { parseCsv } from "./parse_csv.ts";

const root = new URL("../../", import.meta.url).pathname;
const binary = Deno.env.get("DTEG_BIN");

/** Without a binary there is nothing to show; `./task test` builds one and names it. */
const options = { ignore: binary === undefined };

interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(command: string, args: readonly string[], cwd: string): Promise<Output> {
  const env = { NO_COLOR: "1", ...(binary && { DTEG_BIN: binary }) };
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd, env }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function withDemo(test: (folder: string, output: Output) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-demo-" });
  try {
    const args = ["run", "-A", `${root}examples/demo/demo.ts`, "--folder", folder];
    await test(folder, await run(Deno.execPath(), args, root));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function ask(sql: string, folder: string): Promise<unknown> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(`ATTACH '${folder}/air.duckdb' AS air (READ_ONLY)`);
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

Deno.test("the demo loads what its sources hold, prints it, and proposes commands that work", options, async (t) => {
  await withDemo(async (folder, { code, stdout, stderr }) => {
    equal(code, 0, stderr);

    await t.step("flights are those of the Parquet file, but for the delays that cannot be", async () => {
      const [loaded] = await ask(
        `SELECT (SELECT (count(*), sum(delay_minutes), sum(miles), min(departed_at), max(departed_at)) FROM air.flights) = ` +
          `(SELECT (count(*), sum(delay), sum(distance), min(date), max(date)) FROM '${folder}/data/flights-3m.parquet' ` +
          `WHERE delay >= -60 AND delay <= 1440) AS same, (SELECT count(*) FROM air.flights)::INTEGER AS rows`,
        folder,
      ) as { same: boolean; rows: number }[];
      deepEqual(loaded, { same: true, rows: 2_999_850 });
    });

    await t.step("flights of the JSON file have the moments that it writes in another form", async () => {
      const source: { date: string; delay: number; distance: number; origin: string; destination: string }[] = JSON
        .parse(await Deno.readTextFile(`${folder}/data/flights-20k.json`));
      const rows = await ask(
        "SELECT strftime(departed_at, '%Y/%m/%d %H:%M') AS date, delay_minutes AS delay, miles AS distance, origin, destination FROM air.flights_sample",
        folder,
      );
      deepEqual(rows, source);
    });

    await t.step("airports are those of the USA, with NA as NULL", async () => {
      const source = parseCsv(await Deno.readTextFile(`${folder}/data/airports.csv`)).filter((row) =>
        row.country === "USA"
      );
      const rows = await ask("SELECT code, name, city, state, latitude FROM air.airports", folder);
      const known = (text: string) => text === "NA" ? null : text;
      deepEqual(
        rows,
        source.map(({ iata, name, city, state, latitude }) => ({
          code: iata,
          name: known(name),
          city: known(city),
          state: known(state),
          latitude: Number(latitude),
        })),
      );
    });

    await t.step("strikes have the columns that were chosen, under their new names", async () => {
      const source = parseCsv(await Deno.readTextFile(`${folder}/data/birdstrikes.csv`));
      const rows = await ask(
        "SELECT airport, struck_on::VARCHAR AS struck_on, species, cost_usd::VARCHAR AS cost_usd FROM air.strikes",
        folder,
      );
      deepEqual(
        rows,
        source.map((row) => ({
          airport: row["Airport Name"],
          struck_on: row["Flight Date"],
          species: row["Wildlife Species"],
          cost_usd: row["Cost Total $"] === "" ? null : `${row["Cost Total $"]}.00`,
        })),
      );
    });

    await t.step("weather keeps its digits", async () => {
      const source = parseCsv(await Deno.readTextFile(`${folder}/data/weather.csv`));
      const columns = "city, day::VARCHAR AS day, rain_mm::VARCHAR AS rain, max_celsius::VARCHAR AS max, " +
        "min_celsius::VARCHAR AS min, wind_kmh::VARCHAR AS wind, weather";
      deepEqual(
        await ask(`SELECT ${columns} FROM air.weather`, folder),
        source.map((row) => ({
          city: row.location,
          day: row.date,
          rain: row.precipitation,
          max: row.temp_max,
          min: row.temp_min,
          wind: row.wind,
          weather: row.weather,
        })),
      );
    });

    await t.step("Parquet holds the results of the queries", async () => {
      const [{ hours, flights }] = await ask(
        `SELECT count(*)::INTEGER AS hours, sum(flights)::INTEGER AS flights FROM '${folder}/out/delay_by_hour/*.parquet'`,
        folder,
      ) as { hours: number; flights: number }[];
      deepEqual({ hours, flights }, { hours: 24, flights: 2_999_850 });
    });

    await t.step("tables and chart are printed", () => {
      match(stdout, /✓ flights +2,999,850 +2,999,850/);
      match(stdout, /ORD +Chicago O'Hare International/);
      match(stdout, /23:00 +█+[▏▎▍▌▋▊▉]? 35\.5/);
    });

    await t.step("the commands that it proposes work when they are typed", async () => {
      const proposed = stdout.slice(stdout.indexOf("Try next")).split("\n").filter((line) => line.includes("dteg "));
      equal(proposed.length, 3);
      for (const line of proposed) {
        const { code, stdout: printed, stderr } = await run("sh", ["-c", line], folder);
        equal(code, 0, `${line}\n${stderr}`);
        match(printed, /\n.*\n/);
      }
    });
  });
});
