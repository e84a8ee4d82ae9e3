"""Try every mutant of the heart, or some, and say which survive."""

import argparse
import json
import multiprocessing
import os
import random
from collections import Counter
from pathlib import Path

from mutants import worker
from mutants.heart import HEART
from mutants.worker import Mutant


def main() -> None:
    options = arguments()
    mutants = [mutant for part in HEART if part.module in options.only for mutant in worker.of(part)]
    if options.sample:
        mutants = random.Random(options.seed).sample(mutants, min(options.sample, len(mutants)))  # noqa: S311
    results = Path(os.environ.get("VAR_DIR") or "var") / "mutants.jsonl"
    if options.fresh:
        results.unlink(missing_ok=True)
    results.parent.mkdir(parents=True, exist_ok=True)
    known = told(results)
    left = [mutant for mutant in mutants if known.get(mutant.key, "survived") == "survived"]
    run(left, results, options.workers)
    report(mutants, told(results))


def arguments() -> argparse.Namespace:
    modules = [part.module for part in HEART]
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=modules, default=modules, metavar="MODULE", help="of these modules"
    )
    parser.add_argument("--sample", type=int, metavar="N", help="so many of them, chosen at random")
    parser.add_argument("--seed", type=int, default=0, help="which ones are chosen")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes, each with its own servers")
    parser.add_argument("--fresh", action="store_true", help="try those again, too, that were killed before")
    return parser.parse_args()


def told(results: Path) -> dict[str, str]:
    """What became of each mutant, by its key, as far as it was tried."""
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    return {line["key"]: line["outcome"] for line in map(json.loads, lines)}


def run(mutants: list[Mutant], results: Path, workers: int) -> None:
    """Share them out; each worker takes every so-manieth, so that all have the quick and the slow."""
    shares = [share for number in range(workers) if (share := mutants[number::workers])]
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=worker.work, args=(share, results)) for share in shares]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def report(mutants: list[Mutant], outcomes: dict[str, str]) -> None:
    """Print who survived, and how many were killed of those that could live."""
    counts = {part.module: Counter[str]() for part in HEART}
    for mutant in mutants:
        outcome = outcomes.get(mutant.key, "not tried")
        counts[mutant.part.module][outcome] += 1
        if outcome in {"survived", "not tried"}:
            print(f"{outcome}: {mutant.part.module}:{mutant.line}: {' '.join(mutant.edit.what.split())}")
    for module, counted in counts.items():
        if counted:
            print(f"{module}: {share(counted)}")
    print(f"all: {share(sum(counts.values(), Counter()))}")


def share(counted: Counter[str]) -> str:
    killed, alive = counted["killed"], counted["killed"] + counted["survived"]
    rest = f", {counted['not tried']} not tried" if counted["not tried"] else ""
    return f"{killed} of {alive} killed ({killed / max(alive, 1):.0%}), {counted['stillborn']} cannot run{rest}"


if __name__ == "__main__":
    main()
