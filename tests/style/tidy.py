"""House rules that a script can see: sizes, columns, banned calls, and what must never be written.

Usage: tidy.py ROOT. Looks at every file of the project (tracked, or new and not ignored), prints
each fault as file:line and exits 1.
"""
import re
import subprocess
import sys
from pathlib import Path

COLUMNS, FILE_LINES, FUNCTION_LINES = 100, 500, 100

# Longer than a file should be, each for its reason.
LONG_FILES = {
    "include/cbank.h": "the manual of the library",
    "lib/base/reasons.def": "a table",
    "LICENSE": "not ours to cut",
}

TOP = {
    "CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE", "CHANGELOG.md",
    "lib", "include", "cli", "bindings", "proto", "tests",
}

# pattern, where it is banned, what to do instead.
BANNED = [
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok)\s*\(", "", "has no bound"),
    (r"\b(atoi|atol|atoll|atof)\s*\(", "", "cannot say that it failed"),
    (r"\b(system|popen)\s*\(", "", "runs a shell"),
    (r"\balloca\s*\(", "", "can overrun the stack"),
    (r"\b(printf|fprintf|vfprintf|puts|fputs|perror|syslog)\s*\(", "lib/", "the library is silent"),
    (r"(?<![>.])\b(_?exit|abort|quick_exit)\s*\(", "lib/", "a library never ends a program"),
    (r"\b(getenv|secure_getenv|setlocale)\s*\(", "lib/", "the library asks no environment"),
    (r"\b(rand|srand|random|drand48)\s*\(", "lib/", "is not random enough"),
    (r"\b(SHA256|SHA512|EVP_sha256|EVP_sm3)\s*\(", "lib/", "fetch the digest once instead"),
    (r"\b(memcmp|strn?cmp|cbi_bytes_equal|cbi_hash_equal)\s*\(.*(mac|secret|passphrase)\b", "lib/",
     "ends early: use cbi_equal_secret"),
    (r"\b(malloc|calloc|realloc|reallocarray|strdup|strndup)\s*\(", "lib/", "use base/memory.h"),
]
ALLOCATORS = ("lib/base/memory.c", "lib/base/bytes.c")
AMBIENT = re.compile(r"\b(time|gettimeofday)\s*\(|\bclock_gettime\s*\((?!CLOCK_MONOTONIC)")

# Whatever the kind of file. The words are put together here so that this file passes too.
MARKS = re.compile(r"\b(TO" r"DO|FIX" r"ME|HA" r"CK)\b")
MACHINE = re.compile(r"(?<![\w.$}])/(work|farm|root|home|tmp|Users)/[A-Za-z.]")
URL = re.compile(r"\b(?:https?|git|ssh)://([^/\s\"'<>)]+\.[^/\s\"'<>)]+)")
KNOWN_HOSTS = {"www.apache.org", "www.rfc-editor.org", "c2sp.org", "www.w3.org", "w3id.org"}
PERSON = re.compile(
    r"(?<![0-9A-Fa-f])[1-9]\d{5}((?:19|20)\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"(?![0-9A-Fa-f])")
LAST_BIRTH_YEAR = 1900

C_SUFFIXES = (".c", ".h", ".def")
WIDE_SUFFIXES = C_SUFFIXES + (".py", ".sh", ".cmake", ".proto", ".go", ".js", ".mjs", ".java")


def project_files(root):
    """What git would commit; a copy without git is walked instead."""
    try:
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True, text=True).stdout
        names = [name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(root)) for path in root.rglob("*")
                 if path.is_file() and not path.relative_to(root).parts[0].startswith(".")]
    return sorted(name for name in names if (root / name).is_file())


def without_words(text):
    """C without comments and strings; lines stay where they are."""
    parts = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
    return parts.sub(lambda found: "\n" * found.group().count("\n"), text)


def check_c(name, text):
    code = without_words(text).splitlines()
    for number, line in enumerate(code, 1):
        for pattern, place, reason in BANNED:
            found = re.search(pattern, line)
            if not found or not name.startswith(place or ("lib/", "cli/", "bindings/")):
                continue
            if name in ALLOCATORS and reason == "use base/memory.h":
                continue
            yield number, f"{found.group(1)}: {reason}"
        if name.startswith("lib/") and not name.startswith("lib/api/") and AMBIENT.search(line):
            yield number, "asks the clock: outside lib/api time is an input"
    yield from check_functions(code)


def check_functions(code):
    """A function's braces stand in the first column: that is all we need to measure it."""
    start = 0
    for number, line in enumerate(code, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            if number - start - 1 > FUNCTION_LINES:
                yield start, f"a function of {number - start - 1} lines (limit {FUNCTION_LINES})"
            start = 0


def check_text(name, text):
    lines = text.splitlines()
    if len(lines) > FILE_LINES and name.endswith(WIDE_SUFFIXES) and name not in LONG_FILES:
        yield len(lines), f"a file of {len(lines)} lines (limit {FILE_LINES})"
    if text and not text.endswith("\n"):
        yield len(lines), "the last line does not end"
    for number, line in enumerate(lines, 1):
        if name.endswith(WIDE_SUFFIXES):
            if len(line) > COLUMNS:
                yield number, f"{len(line)} columns (limit {COLUMNS})"
            if "\t" in line and not name.endswith(".go"):
                yield number, "a tab"
            if line != line.rstrip():
                yield number, "blanks at the end"
        if MARKS.search(line):
            yield number, "unfinished work: finish it, or file an issue"
        if MACHINE.search(line):
            yield number, "a path of somebody's machine"
        for host in URL.findall(line):
            if host not in KNOWN_HOSTS and not re.search(r"(^|\.)(example|test|invalid)$", host):
                yield number, f"an address on the network: {host}"
        for year in PERSON.findall(line):
            if int(year) > LAST_BIRTH_YEAR:
                yield number, f"an identity number of somebody born in {year}"


def main():
    root = Path(sys.argv[1]).resolve()
    faults = []
    names = project_files(root)
    for name in names:
        top = name.split("/")[0]
        if top not in TOP and not top.startswith("."):
            faults.append((name, 0, "does not belong at the top of the project"))
        try:
            text = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        faults += [(name, *fault) for fault in check_text(name, text)]
        if name.endswith(C_SUFFIXES):
            faults += [(name, *fault) for fault in check_c(name, text)]
    for name, number, fault in faults:
        print(f"{name}:{number}: {fault}")
    print(f"{len(names)} files, {len(faults)} faults")
    if not names or faults:
        sys.exit(1)


main()
