"""Makes the TypeScript that repeats include/cbank.h: the native declarations, the statuses, and a
class for each noun with a method for each data call, whose comment is the header's.

What needs no bank answers at once; what may touch a disk is a promise. A class `Credits` in src
extends the `CreditsCalls` that is made here; where src has none, those are all of it.

Usage: generate.py SRC OUT
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import face  # noqa: E402
import shape  # noqa: E402

PROTO = HERE.parent.parent / "proto"
KINDS = {"size_t": "size_t", "uint32_t": "uint32_t", "int32_t": "int32_t", "cbank_status": "int",
         "void": "void", "const char *": "str"}
HEAD = "// Made from include/cbank.h by generate.py.\n"
# Requests that may be left out: all their fields have a default that people want.
OPTIONAL = {"list", "status", "directory"}
HELPERS = ("beginJob", "beginJobAtOnce", "packed", "reply", "replyLater", "secret", "verification",
           "verificationLater")


def native(kind, is_parameter):
    """A handle has its noun; what is lent or filled is memory."""
    if shape.bare(kind) in shape.HANDLES or shape.bare(kind) == "cbank_job":
        return "void *" if kind.endswith("**") else shape.bare(kind)[len("cbank_"):]
    return "void *" if is_parameter and kind.endswith("*") else KINDS[kind]


def document(call):
    """The header's comment, as TypeScript has comments."""
    body, values = shape.comment(call)
    lines = body.split("\n") + ([""] if values else [])
    lines += [f"- {names}: {what}" for names, what in values]
    text = "\n".join(f"   * {line.strip()}".rstrip() for line in lines)
    return f"  /**\n{text}\n   */\n"


def method(one, how, name, answer):
    parameters = [f"{word}: {kind}" for word, kind in one.given]
    uses = [word for word, _ in one.given]
    if not one.is_static:
        uses.insert(0, "this" if one.is_own else "this.bank")
    given = "[]"
    if one.request:
        default = " = {}" if one.name in OPTIONAL else ""
        parameters.append(f"request: MessageInitShape<typeof {one.request}Schema>{default}")
        given = f"[packed({one.request}Schema, request)]"
    if one.has_secret:
        parameters.append("{ passphrase }: Protection = {}")
        given = given[:-1] + ", secret(passphrase)]"
    return (f"\n{document(one.call)}  {'static ' if one.is_static else ''}{name}("
            f"{', '.join(parameters)}): {answer} {{\n"
            f'    return {how}({one.reply}Schema, "{one.call.name}", '
            f"[{', '.join(uses)}], {given});\n  }}\n")


def methods(one):
    schema = f"typeof {one.reply}Schema"
    if one.begins and one.first == "Bank":
        return method(one, "beginJob", one.name, f"Promise<Job<{schema}>>")
    if one.begins:
        return method(one, "beginJobAtOnce", one.name, f"Job<{schema}>")
    if one.first == "Verifier":
        kind = f"Verification<{schema}>"
        return method(one, "verification", one.name, kind) + \
            method(one, "verificationLater", one.name + "Async", f"Promise<{kind}>")
    if one.first == "Bank" or one.has_secret:
        return method(one, "replyLater", one.name, f"Promise<{one.reply}>")
    return method(one, "reply", one.name, one.reply)


def accessor(owner):
    return (f"\n  /** What is done with {owner.lower()}. */\n"
            f"  get {owner[0].lower()}{owner[1:]}(): {owner} {{\n"
            f"    return new {owner}(this.self());\n  }}\n")


def imports(owner, shapes, body, places):
    """`places` are the classes beside the bank, and where they come from."""
    own = shapes[0].is_own
    kinds = {kind for one in shapes for _, kind in one.handles} | {"Bank"} - {owner}
    if owner == "Verifier":
        kinds = set()
    used = [name for name in HELPERS if re.search(rf"\b{name}\(", body)]
    messages = sorted({name for one in shapes for name in (one.request, one.reply) if name})
    types = sorted({one.reply for one in shapes if not one.begins and one.first != "Verifier"})
    out = [HEAD]
    if any(one.request for one in shapes):
        out.append('import type { MessageInitShape } from "@bufbuild/protobuf";\n')
    out.append(f"import {{ {', '.join(used)} }} from \"../call.js\";\n")
    if own:
        out.append('import { Handle } from "../handle.js";\n')
    for kind, word in (("Job", "Job<"), ("Verification", "Verification<")):
        if word in body:
            out.append(f'import type {{ {kind} }} from "../{kind.lower()}.js";\n')
    kinds = sorted(kinds | ({"Key, type Protection"} if "Protection" in body else set()))
    kinds = [kind for kind in kinds if kind != "Key" or "Key, type Protection" not in kinds]
    out += [f'import {{ type {kind} }} from "../{kind.split(",")[0].lower()}.js";\n'
            for kind in kinds]
    out += [f"import {{ {what} }} from \"{where}\";\n" for what, where in places]
    out.append("import { %s } from \"./api.js\";\n" % ", ".join(f"{one}Schema" for one in messages))
    if types:
        out.append(f"import type {{ {', '.join(types)} }} from \"./api.js\";\n")
    return "".join(out)


def group(owner, shapes, beside, places):
    own = shapes[0].is_own
    body = "".join(map(methods, shapes)) + "".join(map(accessor, beside))
    out = [imports(owner, shapes, body, [places[each] for each in beside]),
           f"\n/** The data calls of {owner}. */\nexport {'abstract ' if own else ''}class "
           f"{owner}Calls{' extends Handle' if own else ''} {{\n"]
    if owner == "Bank":
        out.append("  protected abstract self(): Bank;\n")
    if not own:
        out.append("  constructor(protected readonly bank: Bank) {}\n")
    return "".join(out) + body + "}\n"


def signatures(calls):
    rows = "".join(f'  {call.name}: ["{native(call.kind, False)}", ['
                   + ", ".join(f'"{native(one.kind, True)}"' for one in call.parameters)
                   + "]],\n" for call in calls)
    return (f"{HEAD}/** What functions answer and take: types of C, and nouns of handles. */\n"
            "export const signatures: Record<string, [answer: string, parameters: string[]]> = {\n"
            f"{rows}}};\n")


def statuses():
    rows = "".join(f"  /** {words} */\n  {name} = {number},\n"
                   for name, number, words in face.statuses())
    return (f"{HEAD}/** What a call answers. Numbers never change; a hundred is a class. */\n"
            f"export enum Status {{\n{rows}}}\n")


def messages(folder):
    return "// Made from proto by generate.py.\n" + "".join(
        f'export * from "./{folder}/{path.stem}_pb.js";\n'
        for path in sorted((PROTO / folder).glob("*.proto")))


def counterparts(found):
    rows = "".join(
        f'  {one.call.name}: {{ owner: "{one.owner}", name: "{one.name}", '
        f'isStatic: {str(one.is_static).lower()}, request: "{one.request or ""}", '
        f'reply: "{one.reply}" }},\n' for shapes in found.values() for one in shapes)
    return (f"{HEAD}/** Which method stands for a function; for tests. */\n"
            "export const counterparts: Record<string, { owner: string, name: string,\n"
            "  isStatic: boolean, request: string, reply: string }> = {\n"
            f"{rows}}};\n")


def main(source, out):
    calls = face.calls()
    found = shape.groups(calls)
    files = {"signatures": signatures(calls), "status": statuses(),
             "counterparts": counterparts(found),
             "v1": messages("cbank/v1"), "api": messages("cbank/api/v1")}
    places = {}
    for owner in found:
        by_hand = (source / f"{owner.lower()}.ts").exists()
        places[owner] = (owner, f"../{owner.lower()}.js") if by_hand else \
            (f"{owner}Calls as {owner}", f"./{owner.lower()}.js")
    for owner, shapes in found.items():
        files[owner.lower()] = group(owner, shapes,
                                     shape.beside(found) if owner == "Bank" else [], places)
    files["index"] = HEAD + "".join(f"export {{ {what} }} from \"{where}\";\n"
                                    for what, where in places.values())
    out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (out / f"{name}.ts").write_text(text, "utf-8")
    for path in out.glob("*.ts"):
        if path.stem not in files:
            path.unlink()


main(*map(pathlib.Path, sys.argv[1:3]))
