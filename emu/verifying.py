"""A process that looks at directories, one after the other, as `emu verify` does: `python -m emu.verifying`.

Answers each line of its input, a path in JSON, with a line: a JSON list of sentences about what is damaged there. It
ends with its input.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from emu.home import put_house_on_path


def main() -> None:
    put_house_on_path()
    from emu.aside import PROGRAM
    from storage.errors import DirectoryRefused
    from storage.repair.inspection import inspect

    for line in sys.stdin:
        root = Path(json.loads(line))
        try:
            findings = inspect(root, PROGRAM).findings
            damage = [
                f"{finding.path.relative_to(root)}: {finding.what}" for finding in findings if finding.level == "damage"
            ]
        except DirectoryRefused as error:
            damage = [str(error)]
        sys.stdout.write(json.dumps(damage) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
