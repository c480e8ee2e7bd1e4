// Whoever reads the declarations alone learns what each name is.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import ts from "typescript";

const program = ts.createProgram([fileURLToPath(new URL("../index.d.ts", import.meta.url))],
  { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022, skipLibCheck: true });
const checker = program.getTypeChecker();

/** Whether callers have no business with it: said to be so, or not within their reach. */
function isHidden(symbol: ts.Symbol): boolean {
  if (symbol.getJsDocTags(checker).some((tag) => tag.name === "internal")) return true;
  const hiding = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return (symbol.declarations ?? []).some((each) =>
    ts.isConstructorDeclaration(each) || ts.isPrivateIdentifier((each as ts.NamedDeclaration).name
      ?? each) || (ts.getCombinedModifierFlags(each) & hiding) !== 0);
}

/** Whether it is written in this package, and not what a class has from the language. */
function isOurs(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some((each) =>
    !each.getSourceFile().fileName.includes("node_modules"));
}

/** The names below a symbol that a caller may use, each with its symbol. */
function* publicNames(symbol: ts.Symbol, prefix = ""): Generator<[string, ts.Symbol]> {
  const named = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const name = prefix + symbol.name;
  yield [name, named];
  if (!(named.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) return;
  const members = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(named));
  const ownStatics = [...named.exports?.values() ?? []].filter((each) => each.name !== "prototype");
  for (const member of [...members, ...ownStatics])
    if (isOurs(member) && !isHidden(member)) yield [`${name}.${member.name}`, member];
}

test("every public name has its comment", () => {
  const source = program.getSourceFile(program.getRootFileNames()[0]!)!;
  const entries = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
  const names = entries.flatMap((each) => [...publicNames(each)]);
  assert.ok(names.length > 200, `${names.length} names`);
  const bare = names.filter(([, symbol]) =>
    symbol.getDocumentationComment(checker).length === 0).map(([name]) => name);
  assert.deepEqual(bare, []);
});
