"""Run folders with something changed: by accident, or by a forger who makes all digests anew."""

import hashlib
import io
import json
import re
import shutil

import numpy


def copy_changed(folder, target, name, change):
    """A copy of a run folder with change(bytes) in place of the file's bytes."""
    shutil.copytree(folder, target)
    (target / name).write_bytes(change((target / name).read_bytes()))
    return target


def change_number(name, index):
    """bytes of an .npz -> the same with one number moved by one part in a million."""

    def change(content):
        arrays = dict(numpy.load(io.BytesIO(content)))
        array = arrays[name].copy()
        array.flat[index % array.size] += 1e-6 * max(1.0, abs(array.flat[index % array.size]))
        arrays[name] = array
        changed = io.BytesIO()
        numpy.savez(changed, **arrays)
        return changed.getvalue()

    return change


def digest(content):
    return hashlib.sha256(content).hexdigest()


def forge(folder, target, name, change):
    """A copy with the file changed, and every digest made anew: only the mathematics can tell."""
    copy_changed(folder, target, name, change)
    text = (target / "certificate.json").read_text()
    for file in json.loads(text)["files"]:
        text = text.replace(json.loads(text)["files"][file], digest((target / file).read_bytes()))
    text = re.sub(r'"digest": "[0-9a-f]{64}"', '"digest": "' + "0" * 64 + '"', text)
    text = text.replace('"digest": "' + "0" * 64, '"digest": "' + digest(text.encode()))
    (target / "certificate.json").write_text(text)
    return target


def scale_numbers(pattern, factor):
    """Every number after "pattern": in a JSON file, multiplied."""

    def change(content):
        return re.sub(rf'("{pattern}": )([-0-9.e+]+)', lambda m: m[1] + repr(float(m[2]) * factor), content.decode()).encode()

    return change
