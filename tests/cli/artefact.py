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
