import ts from "typescript";
import { childrenOf, type Fault, isTest, lineOf, nodes, parse, type Source } from "./source.ts";

type Find = (
  file: ts.SourceFile,
) => Generator<{ readonly node: ts.Node; readonly what: string; readonly mend: string }>;

const WORDS = ["TO" + "DO", "FIX" + "ME", "@ts-" + "ignore", "@ts-" + "nocheck", "deno-lint-" + "ignore-file"]; // not to find itself
const SWITCHED_OFF = new RegExp(`/[/*].*(${WORDS.join("|")})`, "g");

/** Runs one rule over files. */
export function faultsOf(sources: readonly Source[], find: Find): readonly Fault[] {
  return sources.flatMap((source) =>
    [...find(parse(source))].map(({ node, what, mend }) => ({ path: source.path, line: lineOf(node), what, mend }))
  );
}

/** Types that give up checking, classes that inherit, comments that switch checks off or put work off. */
export const looseCode: Find = function* (file) {
  const ours = ourNames(file);
  for (const node of nodes(file)) {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      yield { node, what: "`any`", mend: "name the type, or take `unknown` and check it" };
    }
    if (ts.isAsExpression(node) && ts.isAsExpression(node.expression) && isUnknown(node.expression.type)) {
      yield { node, what: "`as unknown as`", mend: "check the value, or correct the type where it comes from" };
    }
    if (ts.isDecorator(node)) yield { node, what: "a decorator", mend: "call a function" };
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ExtendsKeyword && ts.isClassLike(node.parent)) {
      const base = node.types[0].expression.getText();
      if (ours.has(base)) yield { node, what: `inherits from ${base}`, mend: "hand it in, or make it a function" };
    }
  }
  for (const match of file.text.matchAll(SWITCHED_OFF)) {
    const node = at(file, match.index);
    yield { node, what: `\`${match[1]}\` in a comment`, mend: "do it now, or say nothing" };
  }
};

/** What runs when a file is imported. */
export const sideEffects: Find = function* (file) {
  for (const statement of file.statements) {
    if (isMainGuard(statement) && !/^(sdk|plugins|runtime|ui)\//.test(file.fileName)) continue;
    if (isRunning(statement)) {
      yield {
        node: statement,
        what: "runs on import",
        mend: "put it into a function, or behind `if (import.meta.main)`",
      };
      continue;
    }
    const call = topCalls(statement).find((node) => /^(Deno|console|process|globalThis)\.|^fetch$/.test(callee(node)));
    if (call) yield { node: call, what: `calls ${callee(call)} on import`, mend: "call it where it is needed" };
  }
};

/** Exports without a word about them. */
export const bareExports: Find = function* (file) {
  for (const statement of file.statements) {
    if (!isExported(statement) || ts.getJSDocCommentsAndTags(statement).length > 0) continue;
    yield { node: statement, what: `exports ${nameOf(statement)} without JSDoc`, mend: "say in a sentence what it is" };
  }
};

/** Exported functions that are hard to call. */
export const longCalls: Find = function* (file) {
  for (const statement of file.statements.filter(isExported)) {
    for (const { name, parameters } of functionsOf(statement)) {
      const flag = parameters.find(isBoolean);
      if (flag) yield { node: flag, what: `${name} takes a boolean by position`, mend: "make it a named option" };
      const third = parameters[2];
      if (parameters.length > 3 || (third && !isOptions(third))) {
        const what = `${name} takes ${parameters.length} arguments`;
        yield { node: parameters[2], what, mend: "take at most 2 and an options object" };
      }
    }
  }
};

/** The rules that hold for a file by where it stands. */
export function codeFaults(sources: readonly Source[]): readonly Fault[] {
  const products = sources.filter(({ path }) => !isTest(path));
  const importable = sources.filter(({ path }) => path !== "main.ts" && !path.endsWith("_test.ts"));
  return [
    ...faultsOf(sources, looseCode),
    ...faultsOf(importable, sideEffects),
    ...faultsOf(sources.filter(({ path }) => path.startsWith("sdk/")), bareExports),
    ...faultsOf(products, longCalls),
  ];
}

/** Names that a file declares, or has from another of our files. */
function ourNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodes(file)) {
    if (ts.isClassDeclaration(node) && node.name) names.add(node.name.text);
    if (ts.isImportSpecifier(node) && /["']\./.test(node.parent.parent.parent.getText().split("from").at(-1)!)) {
      names.add(node.name.text);
    }
  }
  return names;
}

function at(file: ts.SourceFile, position: number): ts.Node {
  return file.statements.find((statement) => statement.end >= position) ?? file.endOfFileToken;
}

function isUnknown(type: ts.TypeNode): boolean {
  return type.kind === ts.SyntaxKind.UnknownKeyword;
}

function isMainGuard(statement: ts.Statement): boolean {
  return ts.isIfStatement(statement) && statement.expression.getText() === "import.meta.main";
}

function isRunning(statement: ts.Statement): boolean {
  const declares = ts.isVariableStatement(statement) || ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) || ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) ||
    ts.isExportAssignment(statement) || ts.isEmptyStatement(statement);
  return !declares || [...outsideFunctions(statement)].some(ts.isAwaitExpression);
}

function* outsideFunctions(node: ts.Node): Generator<ts.Node> {
  if (ts.isFunctionLike(node)) return;
  yield node;
  for (const child of childrenOf(node)) yield* outsideFunctions(child);
}

function topCalls(statement: ts.Statement): readonly ts.CallExpression[] {
  return [...outsideFunctions(statement)].filter(ts.isCallExpression);
}

function callee(call: ts.CallExpression): string {
  return call.expression.getText();
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) ?? [] : [];
  return modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations[0].name.getText();
  const { name } = statement as ts.DeclarationStatement;
  return name?.getText() ?? "default";
}

interface Callable {
  readonly name: string;
  readonly parameters: readonly ts.ParameterDeclaration[];
}

function functionsOf(statement: ts.Statement): readonly Callable[] {
  if (ts.isFunctionDeclaration(statement)) return [callable(nameOf(statement), statement)];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
      initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer))
        ? [callable(name.getText(), initializer)]
        : []
    );
  }
  if (!ts.isClassDeclaration(statement)) return [];
  return statement.members.flatMap((member) => {
    if (ts.isConstructorDeclaration(member)) return [callable(`new ${nameOf(statement)}`, member)];
    return ts.isMethodDeclaration(member) ? [callable(`${nameOf(statement)}.${member.name.getText()}`, member)] : [];
  });
}

function callable(name: string, { parameters }: ts.SignatureDeclaration): Callable {
  return { name, parameters: parameters.filter((parameter) => parameter.name.getText() !== "this") };
}

function isBoolean({ type, initializer }: ts.ParameterDeclaration): boolean {
  const kind = initializer?.kind;
  return type?.kind === ts.SyntaxKind.BooleanKeyword || kind === ts.SyntaxKind.TrueKeyword ||
    kind === ts.SyntaxKind.FalseKeyword;
}

function isOptions({ name, type }: ts.ParameterDeclaration): boolean {
  if (ts.isObjectBindingPattern(name)) return true;
  return type !== undefined && (ts.isTypeLiteralNode(type) || ts.isTypeReferenceNode(type));
}
