"""Makes the Java that repeats include/cbank.h: the native declarations, the statuses, and a class
for each noun with a method for each data call, whose comment is the header's.

A class `Credits` in src extends the `CreditsCalls` that is made here; where src has none, the class
is made as well.

Usage: generate.py SRC OUT
"""
import html
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import face  # noqa: E402
import shape  # noqa: E402

PRIMITIVES = {"size_t": "long", "uint32_t": "int", "int32_t": "int", "cbank_status": "int",
              "void": "void"}
HEAD = "// Made from include/cbank.h by generate.py.\npackage cbank;\n\n"


def primitive(kind):
    return "long" if kind.endswith("*") else PRIMITIVES[kind]


def document(call):
    """The header's comment as Javadoc."""
    body, values = shape.comment(call)
    body = re.sub(r"\bcbank_(\w+)", r"{@code cbank_\1}", html.escape(body, quote=False))
    lines = body.split("\n")
    if values:
        lines += ["", "<ul>"]
        lines += ["<li>{@code %s}: %s" % (names, html.escape(what, quote=False))
                  for names, what in values]
        lines.append("</ul>")
    text = "\n".join(f"     * {line}".rstrip() for line in lines)
    return f"    /**\n{text}\n     */\n"


def method(one):
    target = "self()" if one.is_own else "bank"
    passed = [name for name, _ in one.given]
    if not one.is_static:
        passed.insert(0, target)
    parameters = [f"{kind} {name}" for name, kind in one.given]
    if one.request:
        parameters.append(f"{one.request} request")
    arguments = [f"{name}.address()" for name in passed]
    arguments += ["s.request(), s.size()"] if one.request else []
    if one.has_secret:
        parameters.append("char[] passphrase")
        arguments.append("secret.address(), secret.size()")
    arguments += ["s.out()" if one.begins else "s.reply()", "s.error()"]
    kind, how = one.reply, "reply"
    if one.begins:
        kind, how = f"Job<{one.reply}>", "job"
    elif one.first == "Verifier":
        kind, how = f"Verification<{one.reply}>", "verification"
    given = "Objects.requireNonNull(request)" if one.request else "null"
    call = (f"return Call.{how}({one.reply}.parser(), {given}, s -> Library.{one.call.name}(\n"
            f"            {', '.join(arguments)}){''.join(', ' + name for name in passed)});")
    if one.has_secret:
        call = f"try (Text secret = Text.of(passphrase)) {{\n            {call}\n        }}"
    return (f'\n{document(one.call)}    @Counterpart("{one.call.name}")\n'
            f"    public {'static ' if one.is_static else ''}{kind} {one.name}"
            f"({', '.join(parameters)}) {{\n"
            f"        {call}\n    }}\n")


def library(calls):
    out = [HEAD, "/** The functions of libcbank; pointers and sizes are longs. */\n"
                 "final class Library extends Loader {\n    static {\n        "
                 "load(Library.class);\n    }\n\n    private Library() {\n    }\n"]
    for call in calls:
        listed = ", ".join(f"{primitive(one.kind)} {one.name}" for one in call.parameters)
        out.append(f"\n    static native {primitive(call.kind)} {call.name}({listed});\n")
    return "".join(out) + "}\n"


STATUS_END = """    /** A number that this version does not know. */
    UNKNOWN_NUMBER(-1);

    private final int number;

    Status(int number) {
        this.number = number;
    }

    /** Its number, as in {@code cbank.h}. */
    public int number() {
        return number;
    }

    /** The status of a number. */
    public static Status of(int number) {
        for (Status one : values()) {
            if (one.number == number) {
                return one;
            }
        }
        return UNKNOWN_NUMBER;
    }
}
"""


def statuses():
    out = [HEAD, "/** What a call answers. The numbers never change; a hundred is a class. */\n"
                 "public enum Status {\n"]
    for name, number, words in face.statuses():
        words = html.escape(words[0].upper() + words[1:], quote=False)
        out.append(f"    /** {words}. */\n    {name}({number}),\n")
    return "".join(out) + STATUS_END


def calls_class(owner, shapes):
    own = shapes[0].is_own
    out = [HEAD, "import cbank.api.v1.*;\nimport java.util.Objects;\n\n",
           f"/** The data calls of {{@link {owner}}}. */\n"
           f"abstract class {owner}Calls{' extends Handle' if own else ''} {{\n"]
    if own:
        out.append(f"    {owner}Calls(long address, java.util.function.LongConsumer close) {{\n"
                   f'        super("{owner.lower()}", address, close);\n    }}\n\n'
                   f"    abstract {owner} self();\n")
    else:
        out.append(f"    final Bank bank;\n\n    {owner}Calls(Bank bank) {{\n"
                   "        this.bank = bank;\n    }\n")
    return "".join(out + [method(one) for one in shapes])


def plain_class(owner):
    return (f"{HEAD}/** The calls of {owner.lower()}. */\npublic final class {owner} extends "
            f"{owner}Calls {{\n    {owner}(Bank bank) {{\n        super(bank);\n    }}\n}}\n")


def accessor(owner):
    return (f"\n    /** What is done with {owner.lower()}. */\n    public {owner} "
            f"{owner[0].lower()}{owner[1:]}() {{\n        return new {owner}(self());\n    }}\n")


def main(source, out):
    calls = face.calls()
    found = shape.groups(calls)
    files = {"Library": library(calls), "Status": statuses()}
    for owner, shapes in found.items():
        more = "".join(map(accessor, shape.beside(found))) if owner == "Bank" else ""
        files[owner + "Calls"] = calls_class(owner, shapes) + more + "}\n"
        if not (source / "cbank" / f"{owner}.java").exists():
            files[owner] = plain_class(owner)
    folder = out / "cbank"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / f"{name}.java"
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    for path in folder.glob("*.java"):
        if path.stem not in files:
            path.unlink()


main(*map(pathlib.Path, sys.argv[1:3]))
