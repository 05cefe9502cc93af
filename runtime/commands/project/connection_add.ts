import { join, relative, resolve } from "node:path";
import { DtegError } from "../../../sdk/mod.ts";
import {
  chooseOverlay,
  connectionEnd,
  connectionOfUrl,
  entryValue,
  type LoadOptions,
  type NewConnection,
  type Project,
  storeSecret,
  withEntry,
} from "../../config/mod.ts";
import { parseTree } from "../../config/read.ts";
import { secretVariable } from "../../config/resolve/secret_value.ts";
import { parseUrl, schemeOf } from "../../config/url.ts";
import { isMap, member, type Tree, valueAt } from "../../config/tree/tree.ts";
import type { App } from "../app.ts";
import { type Flag, flagValue, type Input, type Outcome } from "../command.ts";
import { single } from "../flag_value.ts";
import { FLAGS } from "../flags.ts";
import { askConnection } from "./connection_answers.ts";
import { loadOptions } from "./load_options.ts";
import { replaceFile } from "./write_files.ts";

const passwordEnv = single({
  name: "password-env",
  value: "NAME",
  summary: "The password stands in this variable, and stays there",
  parse: (text) => {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return text;
    throw new Error("wanted the name of a variable, not a password");
  },
});
const passwordFile = single({
  name: "password-file",
  value: "FILE",
  summary: "Take the password from a file, - is standard input, and keep it in .dteg/secrets/",
});

/** The flags of `dteg connection add` alone. */
export const ADD_FLAGS: readonly Flag[] = [passwordEnv, passwordFile];

/** Where a connection is to be declared. */
interface Place {
  readonly project: Project;
  readonly file: Tree;
  readonly path: string;
  readonly keys: readonly string[];
  /** The environment that it is for. */
  readonly environment?: string;
}

/** `dteg connection add`. */
export async function addConnection(app: App, input: Input): Promise<Outcome> {
  const [, name, text, ...more] = input.args;
  if (more.length > 0) {
    throw new DtegError("argument.unexpected", `\`connection add\` takes one URL: ${JSON.stringify(more[0])} is more`);
  }
  const options = await loadOptions(app, input);
  const place = placeOf(nameOf(name), { app, input, options });
  const replaced = valueAt(place.file.root, place.keys.reduce(member, "")) !== undefined;
  if (replaced) await confirmReplace(place, { app, input });
  const bare = text === undefined
    ? await askConnection(app.terminal, options.connectors)
    : connectionOfUrl(text, options.connectors);
  if (text !== undefined && Object.keys(bare.secrets).length > 0) {
    app.terminal.log(
      "warn",
      "a password on a command line stands in the process list and in the shell's history: leave it out, and dteg asks for it",
    );
  }
  const given = await withPassword(bare, { app, input });
  const secretName = (setting: string) =>
    [name, ...(place.environment ? [place.environment] : []), ...(setting === "password" ? [] : [setting])].join("_");
  const variable = flagValue(input, passwordEnv);
  const fixed = variable === undefined
    ? given
    : { ...given, settings: { ...given.settings, password: `\${env.${variable}}` } };
  const value = entryValue(fixed, (setting) => `\${secret.${secretName(setting)}}`);
  const written = withEntry(place.file.text, { keys: place.keys, value, path: place.path });
  const kept = Object.entries(given.secrets).map(([setting, secret]) => ({ name: secretName(setting), secret }));
  await verify(name, { written, place, options, kept });
  const secrets: string[] = [];
  try {
    for (const { name, secret } of kept) {
      const path = await storeSecret(secret, {
        folder: place.project.secrets,
        name,
        over: replaced || flagValue(input, FLAGS.yes) === true,
      });
      secrets.push(relative(app.folder, path));
    }
    await replaceFile(resolve(app.folder, place.path), written, { name: place.path });
  } catch (error) {
    for (const path of secrets) await Deno.remove(resolve(app.folder, path));
    throw error;
  }
  const { out } = app.terminal;
  const summary = `${replaced ? "replaced" : "added"} ${name} in ${place.path}`;
  const where = place.environment ? ` (environment ${place.environment})` : "";
  return {
    summary,
    result: {
      name,
      connector: given.connector.name,
      path: place.path,
      environment: place.environment ?? null,
      replaced,
      secrets,
    },
    text: [
      `${out.green(replaced ? "~" : "+")} ${place.path}: ${out.bold(name)}${where}`,
      ...secrets.map((path) => `${out.green("+")} ${path} ${out.dim("(only you may read it)")}`),
      `Next: ${out.cyan(`dteg connection test ${name}${place.environment ? ` --env ${place.environment}` : ""}`)}`,
    ].join("\n"),
  };
}

function nameOf(name: string | undefined): string {
  if (name === undefined) {
    throw new DtegError("argument.missing", "the name of the connection is not said", {
      hint: "dteg connection add NAME URL",
    });
  }
  if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return name;
  throw new DtegError(
    "argument.invalid",
    `${JSON.stringify(name)} is no name of a connection: wanted letters, digits, _ and -`,
    {
      hint: "the name comes before the URL: dteg connection add shop_db postgres://…",
    },
  );
}

function placeOf(
  name: string,
  { app, input, options: { environment } }: { readonly app: App; readonly input: Input; readonly options: LoadOptions },
): Place {
  const { project, overlay } = environment;
  if (!project) {
    throw new DtegError("pipeline.not_found", "this is no project: there is no dteg.yaml in this folder or above", {
      hint: "make one with `dteg init`, or name it with --config",
    });
  }
  if (flagValue(input, FLAGS.env) !== undefined && overlay) {
    const path = project.file.path ?? "dteg.yaml";
    return {
      project,
      file: project.file,
      path,
      keys: ["environments", overlay.name, "connections", name],
      environment: overlay.name,
    };
  }
  const path = project.connections?.path ?? relative(app.folder, join(project.folder, "connections.yaml"));
  const file = project.connections ?? parseTree("", path);
  return { project, file, path, keys: [name] };
}

async function confirmReplace(
  { keys, path }: Place,
  { app, input }: { readonly app: App; readonly input: Input },
): Promise<void> {
  const name = keys.at(-1);
  if (flagValue(input, FLAGS.yes) || await app.terminal.confirm(`${path} has ${name} already. Replace it?`)) return;
  throw new DtegError("connection.exists", `${path} has a connection ${JSON.stringify(name)} already`, {
    hint: "choose another name, or add -y to replace it",
  });
}

/** The password of a file or of a person, where the URL has none and the connector takes one. */
async function withPassword(
  given: NewConnection,
  { app, input }: { readonly app: App; readonly input: Input },
): Promise<NewConnection> {
  const file = flagValue(input, passwordFile);
  const said = [file, flagValue(input, passwordEnv), given.secrets.password].filter((one) => one !== undefined);
  if (said.length > 1) {
    throw new DtegError("flag.conflict", "the password is said twice", {
      hint: "leave one of --password-env, --password-file and the URL's out",
    });
  }
  if (file !== undefined) return hiding(given, await readPassword(app, file));
  const takes = "password" in (given.connector.config.properties ?? {});
  const isReference = given.url?.includes("${");
  if (said.length > 0 || !takes || isReference || flagValue(input, FLAGS.yes)) return given;
  const user = given.settings.user ?? (given.url && schemeOf(given.url) ? parseUrl(given.url).user : undefined);
  const answer = await app.terminal.ask(`Password${user ? ` of ${user}` : ""} (it is not shown; empty: none):`, {
    hidden: true,
  });
  return answer ? hiding(given, answer) : given;
}

function hiding(given: NewConnection, password: string): NewConnection {
  return { ...given, secrets: { ...given.secrets, password } };
}

async function readPassword({ folder }: App, file: string): Promise<string> {
  try {
    const path = file === "-" ? "/dev/stdin" : resolve(folder, file);
    return (await Deno.readTextFile(path)).replace(/\r?\n$/, "");
  } catch (cause) {
    throw new DtegError(
      "file.not_found",
      `cannot read --password-file ${JSON.stringify(file)}: ${DtegError.from(cause).message}`,
      { cause },
    );
  }
}

interface Writing {
  readonly written: string;
  readonly place: Place;
  readonly options: LoadOptions;
  readonly kept: readonly { readonly name: string; readonly secret: string }[];
}

/** Reads what would be written as any command will, so that nothing is written that does not hold. */
async function verify(name: string, { written, place, options, kept }: Writing): Promise<void> {
  const tree = parseTree(written, place.path);
  const { environment } = place;
  const project: Project = environment
    ? { ...place.project, file: tree }
    : { ...place.project, connections: isMap(tree.root) ? tree : undefined };
  const env = {
    ...options.environment.env,
    ...Object.fromEntries(kept.map(({ name, secret }) => [secretVariable(name), secret])),
  };
  const overlay = chooseOverlay(project, options.environment.overlay?.name);
  const unset = /\$\{env\./.test(JSON.stringify(valueAt(tree.root, place.keys.reduce(member, ""))));
  if (unset) return; // whoever runs it sets the variable
  await connectionEnd(name, { ...options, environment: { ...options.environment, env, project, overlay } });
}
