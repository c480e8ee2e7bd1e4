"""What is generated when a wheel is built: messages from the .proto files, and a method for every
call of cbank.h that has one of the usual shapes, with its comment as its documentation."""
import hashlib
import importlib
import keyword
import pathlib
import re
import subprocess
import sys

import native

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import face  # noqa: E402

# Calls that Python shows in another shape, by hand.
BY_HAND = {
    "cbank_buffer_clear", "cbank_status_name", "cbank_reason_name", "cbank_version",
    "cbank_error_text", "cbank_key_new", "cbank_key_open", "cbank_key_open_public",
    "cbank_key_save", "cbank_key_show", "cbank_key_close", "cbank_bank_open", "cbank_bank_close",
    "cbank_verifier_open", "cbank_verifier_close", "cbank_job_feed", "cbank_job_feed_end",
    "cbank_job_step", "cbank_job_read", "cbank_job_progress", "cbank_job_finish",
    "cbank_job_close", "cbank_reference_key_save", "cbank_reference_key_open",
}
HANDLES = {"cbank_bank": "Bank", "cbank_key": "Key", "cbank_verifier": "Verifier"}
PACKAGES = ("cbank/v1", "cbank/api/v1")

CALLS_HEAD = '''"""Every call of cbank.h of the usual shapes. Generated from it; do not edit.

Each takes its request as a message, or its fields by name; messages inside may be dicts, enums
their names, days ``date``, moments ``datetime``.
"""
# pylint: disable=all
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Optional, Union

from cbank import _call
from cbank._native import lib as _lib
from cbank.job import Job
import cbank.api.v1 as _m

if TYPE_CHECKING:
    from cbank.bank import Bank
    from cbank.key import Key
    from cbank.verifier import Verifier

'''


def write(build):
    """Messages and calls, into the package in the build folder."""
    protos, = native.package("--variable=protodir")
    messages(pathlib.Path(protos), build)
    calls = face.calls(native.header())
    sys.path.insert(0, str(build))
    (build / "cbank" / "calls.py").write_text(module(calls, kinds(build)), encoding="utf-8")
    version, = native.package("--modversion")
    (build / "cbank" / "_built.py").write_text(
        f'"""What this was built from."""\nVERSION = "{version}"\n'
        f'SOURCES = "{digest(pathlib.Path(native.header()), pathlib.Path(protos))}"\n',
        encoding="utf-8")


def digest(header, protos):
    """Of the header and all messages: whoever has another one has not generated again."""
    hasher = hashlib.sha256(header.read_bytes())
    for path in sorted(protos.rglob("*.proto")):
        hasher.update(str(path.relative_to(protos)).encode() + b"\0" + path.read_bytes())
    return hasher.hexdigest()


def messages(protos, build):
    """Classes and their types by protoc; each package shows those of all its files."""
    names = sorted(str(path.relative_to(protos)) for path in protos.rglob("*.proto"))
    subprocess.run(["protoc", f"-I{protos}", f"--python_out={build}", f"--pyi_out={build}",
                    *names], check=True)
    (build / "cbank/api/__init__.py").write_text('"""Requests and replies, by version."""\n')
    for package, about in zip(PACKAGES, ("Signed messages: what travels", "Requests and replies")):
        found = sorted(path.stem for path in (build / package).glob("*_pb2.py"))
        text = f'"""{about} (package {package.replace("/", ".")})."""\n'
        text += "".join(f"from .{stem} import *  # noqa: F401,F403\n" for stem in found)
        for name in ("__init__.py", "__init__.pyi"):
            (build / package / name).write_text(text, encoding="utf-8")


def kinds(build):
    """Message classes by their full names, for what the calls name."""
    found = {}
    for path in sorted((build / "cbank/api/v1").glob("*_pb2.py")):
        loaded = load(build, path)
        for name, kind in loaded.DESCRIPTOR.message_types_by_name.items():
            found[f"cbank.api.v1.{name}"] = kind
    return found


def load(build, path):
    """A generated module, without the package around it, which is not complete yet."""
    import types
    for name in ("cbank", "cbank.api", "cbank.v1", "cbank.api.v1"):
        if name not in sys.modules:
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].__path__ = [str(build / name.replace(".", "/"))]
    return importlib.import_module(".".join(path.relative_to(build).with_suffix("").parts))


# ---- the module of calls ------------------------------------------------------------------------


class Shape:
    """How a call is written in Python."""

    def __init__(self, call):
        self.call = call
        noun, verb = re.fullmatch(r"cbank_([a-z]+)_(\w+)", call.name).groups()
        self.owner, self.noun = "", noun
        self.verb = re.sub(r"_begin$", "", verb)
        self.parameters, self.given = [], []
        for kind, name in call.parameters:
            self.add(kind, name)
        if keyword.iskeyword(self.verb):
            self.verb += "_"

    def add(self, kind, name):
        """One parameter of C: what Python asks for, and what it hands over."""
        handle = HANDLES.get(kind.replace("const ", "").replace(" *", ""))
        if handle in ("Bank", "Verifier") and not self.owner and not self.given:
            self.owner = handle
            self.given.append("self._handle()")
        elif handle:
            self.parameters.append(f"{name}: {handle}")
            self.given.append(f"_call.handle({name}, '{handle}')")
        elif name == "request":
            kind = self.call.request.rpartition(".")[2]
            self.parameters.append(f"request: Union[_m.{kind}, bytes, None] = None")
            self.given.append(f"*_call.packed(_m.{kind}, request, fields)")
        elif name == "passphrase":
            self.parameters.append("passphrase: Union[str, bytes, None] = None")
            self.given.append("*_call.secret(passphrase)")
        elif kind == "const char *":
            self.parameters.append(f"{name}: str")
            self.given.append(f"_call.text({name})")
        elif kind not in ("cbank_buffer *", "cbank_error *", "cbank_job **", "size_t"):
            raise ValueError(f"{self.call.name}: {kind} {name}: write it by hand (BY_HAND)")

    def lines(self, indent, name, owner):
        """The method or function."""
        call, pad = self.call, " " * indent
        reply = (call.job_reply or call.reply).rpartition(".")[2]
        answer = f"Job[_m.{reply}]" if call.begins else f"_m.{reply}"
        asked = list(self.parameters)
        if call.request:
            at = next(i for i, each in enumerate(asked) if each.startswith("request:"))
            asked = asked[:at + 1] + ["*"] * (len(asked) > at + 1) + asked[at + 1:]
            asked.append("**fields: Any")
        if owner:
            asked.insert(0, "self")
        verified = owner == "Verifier"
        kind = "begin" if call.begins else "verdict" if verified else "ask"
        return [f"{pad}def {name}({', '.join(asked)}) -> {answer}:",
                *quoted(documentation(call), pad + "    "),
                f"{pad}    return _call.{kind}(_lib.{call.name}, _m.{reply},",
                f"{pad}        {', '.join(self.given)})", ""]


def documentation(call):
    """The header's comment, in the words of Python."""
    text = re.sub(r"@retval CBANK_E_(\w+(?:, CBANK_E_\w+)*)", r":raises \1:", call.comment)
    text = re.sub(r"@param (\w+)", r":param \1:", text)
    return text.replace("\\", "").strip()


def quoted(text, pad):
    lines = text.split("\n")
    if len(lines) == 1:
        return [f'{pad}"""{text}"""']
    return [f'{pad}"""{lines[0]}', *[(pad + line).rstrip() for line in lines[1:]], f'{pad}"""']


def is_paged(call, classes):
    """Whether it lists something from an ``after`` on."""
    return call.request is not None and call.reply is not None and \
        "after" in classes[call.request].fields_by_name


def each(shape, classes):
    """The iterator beside a call that lists."""
    kind = classes[shape.call.reply]
    item = next(field for field in kind.fields if field.label == field.LABEL_REPEATED)
    return [f"    def each(self, **fields: Any) -> Iterator[_m.{item.message_type.name}]:",
            f'        """Every one that ``{shape.verb}`` lists, page by page."""',
            f"        return _call.pages(self.{shape.verb}, _m."
            f"{shape.call.request.rpartition('.')[2]}, '{item.name}', fields)", ""]


def module(calls, classes):
    shapes = [Shape(call) for call in calls if call.name not in BY_HAND]
    nouns = {}
    for shape in shapes:
        nouns.setdefault((shape.owner, shape.noun), []).append(shape)
    text, groups = [], []
    for (owner, noun), found in nouns.items():
        if owner == "Bank" and noun != "bank":
            groups.append(noun)
            text += ["", f"class {noun.capitalize()}(_call.OfBank):",
                     f'    """The calls ``cbank_{noun}_...`` on a bank: ``bank.{noun}``."""', ""]
            for shape in found:
                text += shape.lines(4, shape.verb, owner)
                if is_paged(shape.call, classes):
                    text += each(shape, classes)
    text += ["", "class BankCalls(_call.Owner):", '    """The calls on a bank itself."""', ""]
    for noun in groups:
        text += ["    @property", f"    def {noun}(self) -> {noun.capitalize()}:",
                 f'        """The calls ``cbank_{noun}_...``."""',
                 f"        return {noun.capitalize()}(self)", ""]
    for shape in nouns.get(("Bank", "bank"), []):
        text += shape.lines(4, shape.verb, "Bank")
    text += ["", "class VerifierCalls(_call.Owner):", '    """The calls on a verifier."""', ""]
    for (owner, noun), found in nouns.items():
        if owner == "Verifier":
            for shape in found:
                text += shape.lines(4, f"{noun}_{shape.verb}", owner)
    free = []
    for (owner, noun), found in nouns.items():
        if not owner:
            for shape in found:
                free.append(f"{noun}_{shape.verb}")
                text += ["", *shape.lines(0, free[-1], "")]
    text += ["", f"__all__ = {sorted(free)!r}", ""]
    return CALLS_HEAD + "\n".join(text)
