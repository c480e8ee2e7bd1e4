"""The extension module cbank._native: cbank.h as it is installed, in cffi's API mode."""
import re
import subprocess

import cffi


def package(*arguments):
    """What pkg-config says of the installed library."""
    told = subprocess.run(["pkg-config", *arguments, "cbank"], check=True, text=True,
                          stdout=subprocess.PIPE)
    return told.stdout.split()


def header():
    """The path of the installed cbank.h."""
    folder, = package("--variable=includedir")
    return folder + "/cbank.h"


def declarations(text):
    """The header without what only a C compiler reads."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = text[text.index("typedef enum cbank_status"):]
    text = re.sub(r"^#.*$", "", text, flags=re.M)
    text = re.sub(r"^}$", "", text, flags=re.M)
    return re.sub(r"\bCBANK_(API|CHECKED)\b", "", text)


builder = cffi.FFI()
with open(header(), encoding="utf-8") as declared:
    builder.cdef(declarations(declared.read()))
builder.set_source(
    "cbank._native", "#include <cbank.h>",
    include_dirs=[flag[2:] for flag in package("--cflags-only-I")],
    library_dirs=[flag[2:] for flag in package("--libs-only-L")], libraries=["cbank"])
