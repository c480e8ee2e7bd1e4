"""Each #include goes to the same layer or to one below, and foreign headers stay in their room.

Usage: layers.py ROOT. Prints every include that breaks the table and exits 1.
"""
import re
import sys
from pathlib import Path

# layer: the layers that it may include besides itself. One way only, from the bottom up.
BELOW = {
    "base": "",
    "crypto": "base",
    "wire": "base",
    "store": "base",
    "record": "base crypto wire",
    "rules": "base crypto wire record",
    "proof": "base crypto wire record",
    "ledger": "base crypto wire record proof store",
    "exchange": "base crypto wire record rules proof",
    "author": "base crypto wire record rules proof exchange",
    "bank": "base crypto wire record rules proof store ledger",
    "api": "base crypto wire record rules proof store ledger exchange author bank",
}
BELOW = {layer: set(below.split()) for layer, below in BELOW.items()}

# Headers of foreign libraries, and who may see them. protobuf-c is data to the upper layers.
MESSAGES = ("wire", "record", "rules", "proof", "ledger", "exchange", "author", "bank", "api")
FOREIGN = {
    "lmdb.h": ("store",),
    "openssl/": ("crypto",),
    "sodium.h": ("crypto",),
    "protobuf-c/": MESSAGES,
    "cbank/": MESSAGES,
    "utf8proc.h": ("base",),
    "iconv.h": ("exchange",),
    "csv.h": ("exchange",),
    "jansson.h": ("exchange",),
    "yaml.h": ("exchange",),
    "libxml/": ("exchange",),
    "zip.h": ("exchange",),
}

# Calls of a foreign library, where its headers alone do not tell use from data.
CALLS = {re.compile(r"\bprotobuf_c_\w+\s*\("): "wire"}

PURE = {"record", "rules", "proof"}
IMPURE = {"store", "ledger", "bank"}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def reachable(layer):
    seen, waiting = set(), [layer]
    while waiting:
        for below in BELOW[waiting.pop()] - seen:
            seen.add(below)
            waiting.append(below)
    return seen


def check_table():
    for layer in BELOW:
        if layer in reachable(layer):
            yield f"the table of layers has a circle through {layer}"
    for layer in PURE:
        for below in reachable(layer) & IMPURE:
            yield f"the table lets {layer} reach {below}: verification must need no bank"


def check_include(layer, name, root):
    for foreign, layers in FOREIGN.items():
        if name == foreign or (foreign.endswith("/") and name.startswith(foreign)):
            return None if layer in layers else f"<{name}> belongs to {', '.join(layers)} only"
    first = name.split("/")[0]
    if first in BELOW:
        if first != layer and first not in BELOW[layer]:
            return f"{layer} may not include {first}"
        return None if (root / "lib" / name).is_file() else "there is no such header"
    return None


def check_layer(layer, path, root):
    text = path.read_text(encoding="utf-8")
    for quote, name in INCLUDE.findall(text):
        fault = check_include(layer, name, root)
        if fault is None and quote == '"' and not is_ours(name):
            fault = 'write "layer/file.h" for our headers and <...> for foreign ones'
        if fault:
            yield f"includes {name}: {fault}"
    for call, owner in CALLS.items():
        found = call.search(COMMENT.sub("", text))
        if found and layer != owner:
            yield f"calls {found.group().rstrip('(')}: only {owner} does"


def is_ours(name):
    return name == "cbank.h" or name.split("/")[0] in BELOW or name.startswith("cbank/")


def check_outside(path):
    """The command line and the bindings see the public header and the messages, never lib/."""
    for quote, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
        if name.split("/")[0] in BELOW or ".." in name or name in ("lmdb.h", "protobuf-c.h"):
            yield f"includes {name}: only cbank.h and the generated messages"
        if name.startswith("openssl/"):
            yield f"includes {name}: only lib/crypto knows OpenSSL"


def check_map(folder):
    """A layer with a map of its nouns, a table that begins with `group`, names all of them."""
    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    if "\n| group | nouns |\n" not in text:
        return
    for path in sorted(folder.glob("*.h")):
        if not path.stem.endswith("_part") and f"`{path.stem}`" not in text:
            yield path, "is not on the map in the README.md beside it"
    for row in re.findall(r"^\| .*", text, re.MULTILINE):
        for noun in re.findall(r"`(\w+)`", row):
            if not (folder / f"{noun}.h").is_file() and not (folder / f"{noun}.c").is_file():
                yield readme, f"names {noun}, which is not there"


def sources(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in (".c", ".h", ".def"))


def main():
    root = Path(sys.argv[1]).resolve()
    faults = [("lib", fault) for fault in check_table()]
    files = 0
    for folder in sorted((root / "lib").iterdir()):
        faults += check_map(folder)
        for path in sources(folder) if folder.is_dir() else []:
            files += 1
            if folder.name not in BELOW:
                faults.append((path, "is in no layer of the table"))
                continue
            faults += [(path, fault) for fault in check_layer(folder.name, path, root)]
    for folder in (root / "cli", root / "bindings"):
        for path in sources(folder):
            files += 1
            faults += [(path, fault) for fault in check_outside(path)]
    for place, fault in faults:
        print(f"{Path(place).relative_to(root) if place != 'lib' else place}: {fault}")
    print(f"{files} files, {len(faults)} faults")
    if files == 0 or faults:
        sys.exit(1)


main()
