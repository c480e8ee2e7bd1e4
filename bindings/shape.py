"""The data calls of include/cbank.h as methods of classes: which class, which name, what they take.

Nearly all calls have one shape: handles, perhaps a request, a passphrase, then a reply or a job.
Bindings make them from here; what has a shape of its own they write by hand.
"""
import re
import sys

import face

HANDS = re.compile(
    r"cbank_(buffer_clear|status_name|reason_name|version|error_text|"
    r"key_(new|open|open_public|save|show|show_public|close)|reference_key_(save|open)|"
    r"job_(feed|feed_end|step|read|progress|finish|close)|"
    r"bank_(open|close)|verifier_(open|close))")
CLASSES = {"sign": "Signing", "log": "Log", "rules": "Rules", "batch": "Batches", "root": "Root",
           "trust": "Trust"}
HANDLES = {"cbank_bank": "Bank", "cbank_key": "Key", "cbank_verifier": "Verifier"}
# Verbs that Java or JavaScript keeps for itself: a method has the noun behind them.
RESERVED = {"break", "case", "continue", "default", "do", "else", "final", "for", "if", "import",
            "new", "package", "return", "super", "switch", "this", "throw", "try", "while"}
REQUEST = ["const uint8_t *", "size_t"]
JOB = ["cbank_job **", "cbank_error *"]
SECRET = ["passphrase", "passphrase_size"]
REPLY = ["cbank_buffer *", "cbank_error *"]


def camel(words, first=False):
    head, *rest = words.split("_")
    return (head.capitalize() if first else head) + "".join(word.capitalize() for word in rest)


def class_of(noun):
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return CLASSES.get(noun) or camel(plural, first=True)


def bare(kind):
    """What a pointer points to."""
    return kind.replace("const ", "").rstrip(" *")


def comment(call):
    """The text of a comment, and what it says of statuses: pairs of names and meaning."""
    text = re.sub(r"^\s*\* ?", "", call.comment, flags=re.M)
    text = re.sub(r"\n+@param\s+\w+\s+[^\n]*(\n {2,}[^\n]*)*", "", text)
    body, *values = re.split(r"\n+@retval\s+", text)
    pairs = (" ".join(value.split()) if "  " not in value else value for value in values)
    return body.strip(), [(names.replace("CBANK_E_", "").strip(), " ".join(what.split()))
                          for names, _, what in (one.partition("  ") for one in pairs)]


class Shape:
    """`owner` is the class, `handles` are (name, class), `request` and `reply` names of messages;
    `has_secret` says that a passphrase follows the request."""

    def __init__(self, call):
        rest = list(call.parameters)
        self.call, self.handles, self.request = call, [], None
        while rest and bare(rest[0].kind) in HANDLES:
            one = rest.pop(0)
            self.handles.append((one.name, HANDLES[bare(one.kind)]))
        takes = [one.kind for one in rest[:2]] == REQUEST
        rest = rest[2:] if takes else rest
        self.has_secret = [one.name for one in rest[:2]] == SECRET
        ends = [one.kind for one in rest[2 if self.has_secret else 0:]]
        if ends not in (JOB, REPLY):
            sys.exit(f"{call.name} has a shape of its own: write it by hand")
        self.begins = ends == JOB
        reply = call.job_reply if self.begins else call.reply
        if reply is None or takes != (call.request is not None):
            sys.exit(f"the comment of {call.name} does not name its messages")
        self.reply = reply.rsplit(".", 1)[1]
        self.request = call.request.rsplit(".", 1)[1] if takes else None
        noun, _, verb = call.name[len("cbank_"):].partition("_")
        self.first = self.handles[0][1] if self.handles else None
        self.owner = "Bank" if noun == "bank" else class_of(noun)
        if self.first == "Verifier":
            self.owner, verb = "Verifier", noun + "_" + verb
        self.name = camel(f"{verb}_{noun}" if verb in RESERVED else verb)

    @property
    def is_static(self):
        """It needs no bank."""
        return self.first in (None, "Key")

    @property
    def given(self):
        """The handles that a caller passes: those that are not what the method belongs to."""
        return self.handles if self.is_static else self.handles[1:]

    @property
    def is_own(self):
        """It belongs to the handle itself, not to a class beside it."""
        return self.owner in ("Bank", "Verifier")


def groups(calls):
    """Shapes by class, in the header's order."""
    out = {}
    for call in calls:
        if not HANDS.fullmatch(call.name):
            shape = Shape(call)
            out.setdefault(shape.owner, []).append(shape)
    return out


def beside(found):
    """The classes beside a bank that it gives out."""
    return [owner for owner, shapes in found.items()
            if owner not in ("Bank", "Verifier") and not all(one.is_static for one in shapes)]
