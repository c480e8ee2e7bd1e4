"""The quickstart of the README is a program that runs, and says what stands below it."""
import pathlib
import re
import subprocess
import sys

README = pathlib.Path(__file__).resolve().parent.parent / "README.md"


def block(name):
    text = README.read_text(encoding="utf-8")
    return re.search(rf"<!-- {name} -->\n+```\w*\n(.*?)```", text, flags=re.S).group(1)


def test_the_quickstart_runs(tmp_path):
    program = tmp_path / "quickstart.py"
    program.write_text(block("quickstart"), encoding="utf-8")
    run = subprocess.run([sys.executable, program], cwd=tmp_path, text=True, encoding="utf-8",
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert run.returncode == 0, run.stdout
    assert run.stdout == block("says")
