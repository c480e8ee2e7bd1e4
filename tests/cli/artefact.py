"""A signed publication made by hand, field by field: what an authority's own program would write.

Only the published formats are used: proto/cbank/v1/publication.proto and proto/README.md.
"""
import hashlib
import subprocess

KINDS = {"ruleset": 1, "framework": 2, "programme": 3, "catalogue": 4, "units": 5, "scales": 6}


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def number(field, value):
    """Nothing for 0: what is the default is not stated."""
    return varint(field << 3) + varint(value) if value else b""


def data(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value if value else b""


def text(lang, value):
    return data(1, lang) + data(2, value)


def body_digest(parts):
    digest = hashlib.sha256(b"cbank/v1/body\0")
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def units(*names):
    """A page of UnitPage."""
    return b"".join(data(1, data(1, name) + data(2, text("zh", name))) for name in names)


def head(authority, pages, items, kind="units", name="pxu/units", edition=1, title="计量单位",
         effective=(20200101, 0)):
    return (number(1, 1) + number(2, KINDS[kind]) + data(3, name) + number(4, edition) +
            data(5, authority) + data(6, text("zh", title)) + number(7, 3) +
            number(11, effective[0]) + number(12, effective[1]) + number(13, 3) + number(14, 1) +
            data(15, "+08:00") + number(17, items) + number(18, len(pages)) +
            data(19, body_digest(pages)))


def sign(payload, kind, key, folder):
    kind = f"application/vnd.cbank.{kind}.v1+protobuf"
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    (folder / "signed").write_bytes(signed)
    subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", "signed",
                    "-out", "signature"], cwd=folder, check=True)
    signature = (folder / "signature").read_bytes()
    return data(1, payload) + data(2, kind) + data(3, data(1, signature))


def write(desk, path, key="pxu.key", authority="PXU", pages=None, items=1, kind="units", **more):
    pages = [units("lesson")] if pages is None else pages
    payload = head(authority, pages, items, kind, **more)
    envelope = sign(payload, kind, key, desk.folder)
    desk.path(path).write_bytes(data(1, envelope) + b"".join(data(2, page) for page in pages))
    return path


# ---- rules and programmes ----

TRANSFER, DOES_NOT_TRANSFER = 1, 3


def select(**conditions):
    """A Term that takes one record; types, institutions and codes are lists of text."""
    fields = {"types": 2, "institutions": 4, "codes": 5}
    asked = b"".join(data(fields[name], value) for name in fields if name in conditions
                     for value in conditions[name])
    return number(1, 1) + data(4, data(1, asked))


def rule(name, term, course=None, bucket=None, priority=10, effect=TRANSFER, scope=2):
    """AS_IS in the programme's unit, without a grade."""
    grant = b""
    if course:
        grant += data(1, course)
    if bucket:
        grant += data(2, bucket)
    grants = data(6, grant + data(3, number(1, 2)) + number(4, 1)) + number(7, 1) if grant else b""
    use = number(9, scope) + number(10, 1) if grant else b""
    return data(5, data(1, name) + number(2, priority) + number(3, 1) + number(4, effect) +
                data(5, term) + grants + use)


def cap(name, milli, institution=None):
    """At most so much, from one institution's records."""
    scope = data(2, data(1, data(4, institution))) if institution else b""
    return data(4, data(1, name) + scope + number(6, 1) + number(7, 1) + number(8, milli) +
                number(14, 0) + number(15, 1))


def bucket(name, least):
    return data(2, data(1, name) + data(2, text("zh", name)) + number(4, least))


def course(code, milli, *buckets):
    return data(5, data(1, code) + data(2, text("zh", code)) + number(3, milli) +
                b"".join(data(4, one) for one in buckets))


def programme(total, *parts, rule_sets=(), unit="credit"):
    terms = (data(1, unit) + number(2, total) +
             b"".join(data(10, one) for one in rule_sets))
    return data(1, terms) + b"".join(parts)
