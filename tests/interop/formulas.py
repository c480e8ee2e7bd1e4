"""The formulas of proto/README.md, written from that text alone, with nothing but hashlib.

H is the hash of the suite: "sha256" or "sm3". Whatever is not given as bytes is UTF-8 text.
"""
import hashlib

NO_LEAF = bytes(32)


class Formulas:
    def __init__(self, name="sha256"):
        self.name = name

    def digest(self, *parts):
        hasher = hashlib.new(self.name)
        for part in parts:
            hasher.update(part)
        return hasher.digest()

    def labelled(self, label, *parts):
        return self.digest(label.encode(), b"\x00", *parts)

    def leaf(self, content):
        return self.digest(b"\x00", content)

    def node(self, left, right):
        return self.digest(b"\x01", left, right)

    def holder(self, random, document_type, number):
        parts = [random]
        for text in (document_type.encode(), number.encode()):
            parts += [len(text).to_bytes(4, "big"), text]
        return self.labelled("cbank/v1/holder", *parts)

    def statement_digest(self, statement):
        return self.labelled("cbank/v1/statement", statement)

    def tag(self, kind, random, subject):
        return self.labelled("cbank/v1/tag", bytes([kind]), random, subject.encode())

    def entry(self, kind, entry_class, sequence, tag, statement_digest, previous):
        head = bytes([1, kind, entry_class]) + sequence.to_bytes(8, "big")
        return head + tag + statement_digest + previous

    def record_digest(self, record):
        return self.labelled("cbank/v1/record", record)

    def change_digest(self, change):
        return self.labelled("cbank/v1/change", change)

    def body_digest(self, parts):
        framed = [piece for part in parts for piece in (len(part).to_bytes(8, "big"), part)]
        return self.labelled("cbank/v1/body", *framed)

    def payload_id(self, payload):
        return self.labelled("cbank/v1/payload", payload)

    def fingerprint(self, public_key):
        suite = {"sha256": 1, "sm3": 2}[self.name]
        return self.labelled("cbank/v1/key", bytes([suite]), public_key)

    def root_of(self, leaves):
        """RFC 9162 section 2.1.1: the left half is the widest full tree that leaves some over."""
        if not leaves:
            return self.digest()
        if len(leaves) == 1:
            return leaves[0]
        split = 1
        while 2 * split < len(leaves):
            split *= 2
        return self.node(self.root_of(leaves[:split]), self.root_of(leaves[split:]))

    def root_by_path(self, index, size, leaf, path):
        """RFC 9162 section 2.1.3.2; None if the path is not as long as it must be."""
        if index >= size:
            return None
        first, last, root = index, size - 1, leaf
        for sibling in path:
            if last == 0:
                return None
            if first % 2 == 1 or first == last:
                root = self.node(sibling, root)
                while first % 2 == 0 and first != 0:
                    first, last = first // 2, last // 2
            else:
                root = self.node(root, sibling)
            first, last = first // 2, last // 2
        return root if last == 0 else None


def pre_authentication(payload_type, payload):
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def key_id(name, typed_key):
    """SHA-256 whatever the suite, as C2SP has it."""
    return hashlib.sha256(name.encode() + b"\n" + typed_key).digest()[:4]
