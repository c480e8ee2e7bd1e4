"""Makes the Java that repeats include/cbank.h: the native declarations, the statuses, and a class
for each noun with a method for each data call, whose comment is the header's.

What has a shape of its own (keys, jobs, opening and closing) is written by hand in src; a call that
is neither stops the build. A class `Credits` in src extends the `CreditsCalls` that is made here;
where src has none, the class is made as well.

Usage: generate.py SRC OUT
"""
import html
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import face  # noqa: E402

HANDS = re.compile(r"cbank_(buffer_clear|status_name|reason_name|version|error_text|key_\w+|"
                   r"job_\w+|bank_create|bank_open|bank_close|bank_restore|reference_key_\w+|"
                   r"verifier_open|verifier_close)")
CLASSES = {"sign": "Signing", "log": "Log", "rules": "Rules", "batch": "Batches",
           "status": "Statuses", "key": "Keys"}
HANDLES = {"cbank_bank": "Bank", "cbank_key": "Key", "cbank_verifier": "Verifier"}
BYTES, SIZE, REPLY, ERROR = "const uint8_t *", "size_t", "cbank_buffer *", "cbank_error *"
PRIMITIVES = {"size_t": "long", "uint32_t": "int", "int32_t": "int", "cbank_status": "int",
              "void": "void"}


def camel(words):
    first, *rest = words.split("_")
    return first + "".join(word.capitalize() for word in rest)


def class_of(noun):
    if noun in CLASSES:
        return CLASSES[noun]
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return camel("_" + plural)


def primitive(kind):
    return "long" if kind.endswith("*") else PRIMITIVES[kind]


def document(call, indent="    "):
    """The header's comment as Javadoc."""
    text = re.sub(r"^\s*\* ?", "", html.escape(call.comment, quote=False), flags=re.M)
    text = text.replace("@retval", "\n@retval")
    text = re.sub(r"\n+@param\s+\w+\s+[^\n]*(\n {2,}[^\n]*)*", "", text)
    body, *values = re.split(r"\n+@retval\s+", text)
    body = re.sub(r"\bcbank_(\w+)", r"{@code cbank_\1}", body)
    out = [line.strip() for line in body.strip().split("\n")]
    if values:
        out += ["", "<ul>"]
        for value in values:
            names, _, what = value.partition("  ")
            out.append("<li>{@code %s}: %s" % (names.replace("CBANK_E_", "").strip(),
                                               " ".join(what.split())))
        out.append("</ul>")
    lines = "\n".join(f"{indent} * {line}".rstrip() for line in out)
    return f"{indent}/**\n{lines}\n{indent} */\n"


class Shape:
    """A data call: handles, perhaps a request, then a reply or a job."""

    def __init__(self, call):
        rest = list(call.parameters)
        self.call, self.handles = call, []
        while rest and rest[0].kind.replace("const ", "").rstrip(" *") in HANDLES:
            one = rest.pop(0)
            self.handles.append((HANDLES[one.kind.replace("const ", "").rstrip(" *")], one.name))
        self.request = None
        if [one.kind for one in rest[:2]] == [BYTES, SIZE]:
            self.request, rest = call.request.rsplit(".", 1)[1], rest[2:]
        ends = [one.kind for one in rest]
        self.begins = ends == ["cbank_job **", ERROR]
        if not self.begins and ends != [REPLY, ERROR]:
            sys.exit(f"generate.py: {call.name} has a shape of its own: write it by hand")
        message = call.job_reply if self.begins else call.reply
        if message is None or (self.request is None and call.request is not None):
            sys.exit(f"generate.py: the comment of {call.name} does not name its messages")
        self.reply = message.rsplit(".", 1)[1]
        noun, _, self.verb = call.name[len("cbank_"):].partition("_")
        first = self.handles[0][0] if self.handles else None
        self.owner = "Verifier" if first == "Verifier" else "Bank" if noun == "bank" \
            else class_of(noun)
        if first == "Verifier":
            self.verb = noun + "_" + self.verb

    @property
    def is_static(self):
        return not self.handles or self.handles[0][0] == "Key"

    def method(self):
        own = self.owner in ("Bank", "Verifier")
        listed = self.handles if self.is_static else self.handles[1:]
        parameters = [f"{kind} {name}" for kind, name in listed]
        passed = [name if own is False or i or self.is_static else "self()"
                  for i, (_, name) in enumerate(self.handles)]
        if self.request:
            parameters.append(f"{self.request} request")
        arguments = [f"{name}.address()" for name in passed]
        arguments += ["s.request(), s.size()"] if self.request else []
        arguments += ["s.out()" if self.begins else "s.reply()", "s.error()"]
        kind, how = self.reply, "reply"
        if self.begins:
            kind, how = f"Job<{self.reply}>", "job"
        elif self.owner == "Verifier":
            kind, how = f"Verification<{self.reply}>", "verification"
        uses = "".join(f", {name}" for name in passed)
        given = "Objects.requireNonNull(request)" if self.request else "null"
        return (f'\n{document(self.call)}    @Counterpart("{self.call.name}")\n'
                f"    public {'static ' if self.is_static else ''}{kind} {camel(self.verb)}"
                f"({', '.join(parameters)}) {{\n"
                f"        return Call.{how}({self.reply}.parser(), "
                f"{given}, s -> Library.{self.call.name}(\n"
                f"            {', '.join(arguments)}){uses});\n    }}\n")


HEAD = "// Made from include/cbank.h by generate.py.\npackage cbank;\n\n"


def library(calls):
    out = [HEAD, "/** The functions of libcbank; pointers and sizes are longs. */\n"
                 "final class Library extends Loader {\n    static {\n        "
                 "load(Library.class);\n    }\n\n    private Library() {\n    }\n"]
    for call in calls:
        listed = ", ".join(f"{primitive(one.kind)} {one.name}" for one in call.parameters)
        out.append(f"\n    static native {primitive(call.kind)} {call.name}({listed});\n")
    return "".join(out) + "}\n"


def statuses(text):
    body = re.search(r"typedef enum cbank_status \{(.*?)\} cbank_status;", text, re.S).group(1)
    rows = re.findall(r"CBANK_(?:E_)?(\w+) = (\d+),?[ \t]*(?:/\* (.*?) \*/)?", body)
    out = [HEAD, "/** What a call answers. The numbers never change; a hundred is a class. */\n"
                 "public enum Status {\n"]
    for name, number, comment in rows:
        words = comment or name.replace("_", " ").capitalize()
        words = html.escape(words[0].upper() + words[1:], quote=False)
        out.append(f"    /** {words}. */\n    {name}({number}),\n")
    out.append("    /** A number that this version does not know. */\n    UNKNOWN_NUMBER(-1);\n")
    out.append("""
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
""")
    return "".join(out)


def calls_class(owner, shapes):
    base = {"Bank": " extends Handle", "Verifier": " extends Handle"}.get(owner, "")
    out = [HEAD, "import cbank.api.v1.*;\nimport java.util.Objects;\n\n",
           f"/** The data calls of {{@link {owner}}}. */\nabstract class {owner}Calls{base} {{\n"]
    if base:
        out.append(f"    {owner}Calls(long address, java.util.function.LongConsumer close) {{\n"
                   f'        super("{owner.lower()}", address, close);\n    }}\n\n'
                   f"    abstract {owner} self();\n")
    else:
        out.append(f"    final Bank bank;\n\n    {owner}Calls(Bank bank) {{\n"
                   "        this.bank = bank;\n    }\n")
    out += [shape.method() for shape in shapes]
    return "".join(out)


def plain_class(owner):
    return (f"{HEAD}/** The calls of {owner.lower()}. */\npublic final class {owner} extends "
            f"{owner}Calls {{\n    {owner}(Bank bank) {{\n        super(bank);\n    }}\n}}\n")


def accessor(owner):
    return (f"\n    /** What is done with {owner.lower()}. */\n    public {owner} "
            f"{owner[0].lower()}{owner[1:]}() {{\n        return new {owner}(self());\n    }}\n")


def main(source, out):
    calls = face.calls()
    groups = {}
    for call in calls:
        if not HANDS.fullmatch(call.name):
            shape = Shape(call)
            groups.setdefault(shape.owner, []).append(shape)
    files = {"Library": library(calls), "Status": statuses(face.HEADER.read_text("utf-8"))}
    nouns = [name for name in groups if name not in ("Bank", "Verifier")]
    for owner, shapes in groups.items():
        text = calls_class(owner, shapes)
        if owner == "Bank":
            text += "".join(accessor(noun) for noun in nouns
                            if not all(shape.is_static for shape in groups[noun]))
        files[owner + "Calls"] = text + "}\n"
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
