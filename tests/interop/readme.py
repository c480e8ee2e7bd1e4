"""Computes again, with hashlib alone, every value of the worked example in proto/README.md.

Usage: readme.py README. Lines "name = value" between the marks of the example are read; each name
must be one that is computed here, and each one computed here must be in the text.
"""
import base64
import re
import sys

from formulas import NO_LEAF, Formulas, key_id, pre_authentication

EXAMPLE = re.compile(r"<!-- example -->(.*?)<!-- /example -->", re.DOTALL)
LINE = re.compile(r"^([a-z][a-z ]*[a-z]) = (\S.*)$", re.MULTILINE)


def quoted(path):
    """What the text says; a long value goes on in lines that begin with blanks."""
    with open(path, encoding="utf-8") as file:
        text = "".join(EXAMPLE.findall(file.read()))
    return dict(LINE.findall(re.sub(r"\n +", "", text)))


def computed(given):
    """The same from the given values: a name for each value as the text writes it."""
    suite = Formulas()

    def of(name):
        return bytes.fromhex(given[name])

    holder = suite.holder(of("holder randomness"), given["document type"], given["number"])
    if holder not in of("statement"):
        raise ValueError("the statement does not hold the holder commitment")
    digest = suite.statement_digest(of("statement"))
    tag = suite.tag(1, of("tag randomness"), given["account"])
    entry = suite.entry(1, 4, 0, tag, digest, NO_LEAF)
    leaf = suite.leaf(entry)
    record = suite.record_digest(of("record"))
    change = suite.change_digest(of("change"))
    ids = [suite.leaf(record), suite.leaf(change)]
    typed_key = b"\x01" + of("public key")
    signed = pre_authentication(given["payload type"], of("payload"))
    hex_values = {
        "holder": holder, "statement digest": digest, "tag": tag, "entry": entry, "leaf": leaf,
        "root of two": suite.node(leaf, of("neighbour")),
        "record digest": record, "record id": ids[0], "change id": ids[1],
        "batch root": suite.root_of(ids),
        "body digest": suite.body_digest([of("record"), of("change")]),
        "payload id": suite.payload_id(of("payload")), "signed bytes": signed,
        "fingerprint": suite.fingerprint(of("public key")),
        "key id": key_id(given["origin"], typed_key),
    }
    values = {name: value.hex() for name, value in hex_values.items()}
    values["verifier key"] = "+".join(
        [given["origin"], values["key id"], base64.b64encode(typed_key).decode()])
    return values


GIVEN = {"holder randomness", "document type", "number", "statement", "tag randomness", "account",
         "neighbour", "record", "change", "public key", "payload type", "payload", "origin"}


def main():
    said = quoted(sys.argv[1])
    wanted = computed(said)
    faults = [f"{name}: the text says {said.get(name)}, computed is {value}"
              for name, value in wanted.items() if said.get(name) != value]
    faults += [f"{name}: nothing computes it" for name in said.keys() - wanted.keys() - GIVEN]
    for fault in faults:
        print(fault)
    print(f"{len(wanted)} values of the example: {len(wanted) - len(faults)} passed, 0 skipped")
    sys.exit(1 if faults else 0)


main()
