"""What the tests of this folder share: tools of other people, and how a test begins and ends."""
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NOT_HERE = 77


def require(commands=(), modules=()):
    """Skips aloud where a tool is not installed, but fails in CI, which has them all."""
    missing = [name for name in commands if shutil.which(name) is None]
    missing += [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        skip("not installed: " + ", ".join(missing))


def skip(reason):
    print("SKIPPED:", reason)
    sys.exit(1 if os.environ.get("CI") else NOT_HERE)


def main():
    """Runs the tests of the program that calls; the last line counts them."""
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = unittest.TextTestRunner(verbosity=2).run(tests)
    failed = len(result.failures) + len(result.errors)
    passed = result.testsRun - failed - len(result.skipped)
    print(f"{passed} passed, {failed} failed, {len(result.skipped)} skipped")
    sys.exit(1 if failed or not passed else 0)


class Checker:
    """The Go program in go/: libraries that others wrote, looking at our files."""

    def __init__(self, folder):
        self.program = pathlib.Path(folder) / "check"
        subprocess.run(["go", "build", "-buildvcs=false", "-o", self.program, "."],
                       cwd=HERE / "go", check=True)

    def accepts(self, *arguments):
        """Whether it is valid; what the program says goes to our own output."""
        run = subprocess.run([self.program, *map(str, arguments)])
        if run.returncode not in (0, 1):
            raise RuntimeError(f"check {arguments[0]} was called wrongly")
        return run.returncode == 0


def flipped(data, at):
    """The same with one bit changed."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def generate(folder):
    """Python classes of all our messages, made by protoc; they are found by import from then on."""
    protos = sorted(str(path.relative_to(ROOT / "proto"))
                    for path in (ROOT / "proto").rglob("*.proto"))
    subprocess.run(["protoc", "-I", ROOT / "proto", "--python_out", folder, *protos], check=True)
    sys.path.insert(0, str(folder))
