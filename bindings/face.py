"""The calls of include/cbank.h as data: names, parameters, and the messages that comments name.

The header is the authority; this reads it. Bindings are made from it or held against it.

Usage: face.py [CBANK_H]      prints a line for each call: name, request, reply, reply of the job
"""
import pathlib
import re
import sys
from typing import List, NamedTuple, Optional

HEADER = pathlib.Path(__file__).resolve().parent.parent / "include" / "cbank.h"
DECLARED = re.compile(r"(?:/\*\*(?P<comment>(?:(?!\*/).)*)\*/\s*)?"
                      r"CBANK_API (?P<checked>CBANK_CHECKED )?(?P<kind>[a-z_ ]*[ *])"
                      r"(?P<name>cbank_[a-z0-9_]+)\((?P<parameters>[^)]*)\);", re.S)


class Parameter(NamedTuple):
    kind: str
    name: str


class Call(NamedTuple):
    name: str
    kind: str
    parameters: List[Parameter]
    request: Optional[str]
    reply: Optional[str]
    job_reply: Optional[str]
    comment: str

    @property
    def begins(self):
        """Whether it begins a job."""
        return any(each.kind == "cbank_job **" for each in self.parameters)


def parameter(text):
    found = re.fullmatch(r"(.*?[ *])(\w+)", " ".join(text.split()))
    return Parameter(found.group(1).strip(), found.group(2))


def message(comment, label):
    found = re.search(label + r":\s+(\w+)", comment)
    return found and "cbank.api.v1." + found.group(1)


def calls(header=HEADER):
    """Every function that the header exports, in its order."""
    text = pathlib.Path(header).read_text(encoding="utf-8")
    out = []
    for found in DECLARED.finditer(text):
        comment = re.sub(r"\n \* ?", "\n", found.group("comment") or "").strip()
        flat = " ".join(comment.split())
        listed = found.group("parameters")
        out.append(Call(found.group("name"), found.group("kind").strip(),
                        [] if listed == "void" else [parameter(one) for one in listed.split(",")],
                        message(flat, "Request"), message(flat, "(?<!of the job: )Reply"),
                        message(flat, "Reply of the job"), comment))
    return out


def statuses(header=HEADER):
    """(name, number, words) of each status."""
    text = pathlib.Path(header).read_text(encoding="utf-8")
    body = re.search(r"typedef enum cbank_status \{(.*?)\} cbank_status;", text, re.S).group(1)
    return [(name, int(number), words or name.replace("_", " ").lower()) for name, number, words in
            re.findall(r"CBANK_(?:E_)?(\w+) = (\d+),?[ \t]*(?:/\* (.*?) \*/)?", body)]


if __name__ == "__main__":
    for each in calls(*sys.argv[1:]):
        print(each.name, each.request, each.reply, each.job_reply)
