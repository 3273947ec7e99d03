"""octoDNS (MIT) beside: a plan from files to files, the nearest thing that people run.

Installed with pip into an environment of its own; nothing of it is here.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

OCTODNS: Final = "octodns==1.22.0"

_CONFIG: Final = """\
providers:
  source: {class: octodns.provider.yaml.YamlProvider, directory: ./source}
  target: {class: octodns.provider.yaml.YamlProvider, directory: ./target}
zones:
  example.com.: {sources: [source], targets: [target]}
"""
_RECORD: Final = "host-{number:06}:\n  ttl: 300\n  type: A\n  value: 10.{tail}\n"


def install(folder: Path) -> tuple[str, ...]:
    """The command that plans."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin/python"
    subprocess.run([python, "-m", "pip", "install", "-qq", OCTODNS], check=True)
    return str(folder / "bin/octodns-sync"), "--config-file", "config.yaml"


def write_zone(folder: Path, *, records: int, different: int) -> Path:
    """One zone; so many records of the target are not as those of the source."""
    for side in ("source", "target"):
        (folder / side).mkdir(parents=True)
        with (folder / side / "example.com.yaml").open("w", encoding="utf-8") as stream:
            stream.write("---\n")
            stream.writelines(
                _record(number, is_old=side == "target" and number % (records // different) == 0)
                for number in range(records)
            )
    (folder / "config.yaml").write_text(_CONFIG, encoding="utf-8")
    return folder


def _record(number: int, *, is_old: bool) -> str:
    tail = f"{200 if is_old else number >> 16}.{number >> 8 & 255}.{number & 255}"
    return _RECORD.format(number=number, tail=tail)
