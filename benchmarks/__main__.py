"""Run the benchmarks in a database of their own, and print each aim with its measure, as a table and as JSON."""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_crm.settings")
os.environ.setdefault("STATEMENT_TIMEOUT", "0")  # loading two million people is one statement

import django
from django.conf import settings
from psycopg2 import sql

DATABASE = "privacy_crm_bench"
PARTS = ("sign-ups", "audience", "lists", "mailings", "package", "upload", "purge")


def main() -> None:
    options = arguments()
    settings.DATABASES["default"] = settings.OWNER_DATABASE  # it makes a database, fills and empties it
    django.setup()
    settings.DEBUG = False  # Django would keep every statement in memory
    settings.PURGE_CAP_NUMBER = sys.maxsize
    from django.db import connection  # noqa: PLC0415

    admin = dict(connection.settings_dict)
    recreate(connection)
    connection.settings_dict["NAME"] = DATABASE
    try:
        results = run(options)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = admin["NAME"]
        drop(connection)
    report(results, options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--contacts", type=int, default=2_000_000, help="people in the large table")
    parser.add_argument("--small", type=int, default=200_000, help="people in the small table")
    parser.add_argument("--due", type=int, default=50_000, help="people who are due in a run")
    parser.add_argument("--loop", type=int, default=500, help="people deleted one by one through the ORM")
    parser.add_argument("--imported", type=int, default=100_000, help="rows of the imported file")
    parser.add_argument("--rounds", type=int, default=4, help="times that the purge and its floor are run in turn")
    parser.add_argument("--seconds", type=float, default=15, help="of sign-ups, and of their floor, in each round")
    parser.add_argument("--audience", type=int, default=1_000_000, help="people who may be written to")
    parser.add_argument("--mails", type=int, default=2_000, help="people whom a mailing reaches")
    parser.add_argument("--only", choices=PARTS, help="this part alone (purge: with quiet nights and import)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measures there, too")
    return parser.parse_args()


def recreate(connection) -> None:  # type: ignore[no-untyped-def]
    drop(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    connection.close()


def drop(connection) -> None:  # type: ignore[no-untyped-def]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


def run(options: argparse.Namespace) -> dict[str, float]:
    """Measure each part, or the one asked for. Returns every measure by name."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks import load  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("publish_policy")
    User.objects.create_user("benchmark")
    parts = {
        "sign-ups": run_sign_ups,
        "audience": run_audience,
        "lists": run_lists,
        "mailings": run_mailings,
        "package": run_package,
        "upload": run_upload,
        "purge": run_purge,
    }
    results: dict[str, float] = {}
    for name in [options.only] if options.only else PARTS:
        results |= parts[name](options)
        load.clear()
    return results


def run_sign_ups(options: argparse.Namespace) -> dict[str, float]:
    from benchmarks import sign_ups  # noqa: PLC0415
    from contacts.models import PolicyVersion  # noqa: PLC0415

    policy = PolicyVersion.objects.in_force()
    assert policy  # noqa: S101
    say(f"sign-ups and their floor, {options.rounds} times {options.seconds:g} seconds in turn")
    return sign_ups.against_floor(policy, seconds=options.seconds, rounds=options.rounds)


def run_audience(options: argparse.Namespace) -> dict[str, float]:
    from benchmarks import audiences  # noqa: PLC0415
    from contacts.models import PolicyVersion  # noqa: PLC0415

    say(f"loading an audience of {options.audience:,}")
    policy = PolicyVersion.objects.in_force()
    assert policy  # noqa: S101
    topic = audiences.prepare(options.audience, policy)
    say(f"the audience and COPY, {options.rounds} times in turn")
    return audiences.against_copy(topic, options.audience, options.rounds)


def run_lists(options: argparse.Namespace) -> dict[str, float]:
    from benchmarks import lists  # noqa: PLC0415
    from contacts.models import PolicyVersion  # noqa: PLC0415

    policy = PolicyVersion.objects.in_force()
    assert policy  # noqa: S101
    say(f"loading a list of {options.contacts:,}")
    lists.prepare(options.contacts, policy)
    say("the list of contacts, with its indexes and without")
    return lists.against_no_index(policy, options.rounds)


def run_mailings(options: argparse.Namespace) -> dict[str, float]:
    from benchmarks import mailings  # noqa: PLC0415
    from contacts.models import PolicyVersion  # noqa: PLC0415

    policy = PolicyVersion.objects.in_force()
    assert policy  # noqa: S101
    say(f"a mailing to {options.mails:,}, {options.rounds} times in turn with a bare SMTP loop")
    return mailings.measured(options.mails, policy, rounds=options.rounds)


def run_package(options: argparse.Namespace) -> dict[str, float]:
    """Load few, measure, load more, measure again."""
    from benchmarks import load, packages  # noqa: PLC0415
    from contacts.models import PolicyVersion  # noqa: PLC0415

    policy = PolicyVersion.objects.in_force()
    assert policy  # noqa: S101
    results: dict[str, float] = {}
    for name, first, last in (("small", 1, options.small), ("large", options.small + 1, options.contacts)):
        say(f"loading people up to {last:,}")
        packages.among(first, last, policy)
        if name == "small":
            packages.busy_person()
        load.settle()
        measured = packages.timed(policy, 2 * options.rounds + 1)
        results |= {f"package_{name}_{what}": took for what, took in measured.items()}
    return results | {"package_rows": packages.size()}


def run_upload(options: argparse.Namespace) -> dict[str, float]:
    from benchmarks import uploads  # noqa: PLC0415
    from contacts.models import PolicyVersion  # noqa: PLC0415

    policy = PolicyVersion.objects.in_force()
    assert policy  # noqa: S101
    say(f"lists of {options.imported:,} people, uploaded")
    return uploads.measured(options.imported, policy)


def run_purge(options: argparse.Namespace) -> dict[str, float]:
    """Load, measure, load more, measure again."""
    from benchmarks import load, measure  # noqa: PLC0415
    from contacts.models import PolicyVersion  # noqa: PLC0415
    from retention.models import PurgeRun  # noqa: PLC0415

    policy = PolicyVersion.objects.in_force()
    assert policy  # noqa: S101
    results: dict[str, float] = {}

    say(f"loading {options.small:,} people")
    load.people(1, options.small, policy)
    load.settle()
    results["quiet_small_s"] = measure.quiet_night(policy, 9)
    say(f"loading {options.contacts:,} people")
    for first in range(options.small + 1, options.contacts + 1, 100_000):
        load.people(first, min(first + 99_999, options.contacts), policy)
    load.settle()
    results["quiet_large_s"] = measure.quiet_night(policy, 9)

    say("agreements that end")
    results["agreement_10_s"] = measure.agreement_ends(10, 1)
    results["agreement_10000_s"] = measure.agreement_ends(10_000, 1_001)

    say(f"the purge of {options.due:,} and its floor, {options.rounds} times in turn")
    rounds = measure.purge_against_floor(policy, people=options.contacts, due=options.due, rounds=options.rounds)
    results["floor_per_s"] = statistics.median(each["floor"] for each in rounds)
    results["run_per_s"] = statistics.median(each["run"] for each in rounds)
    results["run_to_floor"] = statistics.median(each["run"] / each["floor"] for each in rounds)
    # The first run brings in what any run needs; a flat memory shows in those after it.
    results["memory_grown_kb"] = max(each["memory"] for each in rounds[1:])
    say(f"{options.loop:,} people one by one")
    bare, whole = (load.scattered(options.loop, options.contacts, 2 * options.rounds + share) for share in (0, 1))
    results["bare_loop_per_s"] = options.loop / measure.seconds(lambda: measure.bare_loop(bare))
    load.make_due(whole, measure.DUE)
    latest = PurgeRun.objects.latest("pk")
    results["loop_per_s"] = options.loop / measure.seconds(lambda: measure.orm_loop(whole, latest))

    say(f"the import of {options.imported:,} rows and COPY")
    imported = measure.import_against_copy(policy, options.imported)
    results |= {"import_per_s": imported["import"], "copy_per_s": imported["copy"]}
    return results


def say(what: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')}  {what}\n")


def report(results: dict[str, float], options: argparse.Namespace) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from benchmarks import audiences, lists, mailings, packages, sign_ups, uploads  # noqa: PLC0415

    purge = options.only in {None, "purge"}
    title = f"{options.contacts:,} contacts, {options.due:,} due" if purge else ""
    table = Table(title=title, title_justify="left")
    for heading in ("what", "measured", "ratio", "aim"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    if purge:
        add_purge(table, results, options)
    others = {
        "audience": lambda: audiences.rows(results, options.audience),
        "lists": lambda: lists.rows(results, options.contacts),
        "mailings": lambda: mailings.rows(results),
        "package": lambda: packages.rows(results, options.small, options.contacts),
        "sign-ups": lambda: sign_ups.rows(results),
        "upload": lambda: uploads.rows(results),
    }
    for part, rows in others.items():
        if options.only in {None, part}:
            for row in rows():
                table.add_row(*row)
    Console().print(table)
    line = json.dumps(results | {"sizes": {k: v for k, v in vars(options).items() if k != "json"}})
    if options.json:
        options.json.write_text(line + "\n", encoding="utf-8")
    else:
        sys.stdout.write(line + "\n")


def add_purge(table, r: dict[str, float], options: argparse.Namespace) -> None:  # type: ignore[no-untyped-def]
    rate = "{:,.0f} a second".format
    table.add_row("floor: DELETE of known ids by 5,000, over cascades", rate(r["floor_per_s"]), "1.00", "")
    table.add_row("the run: lock, second decision, ledger, audit, admin log", rate(r["run_per_s"]),
                  f"{r['run_to_floor']:.2f}", "≥ 0.70")  # fmt: skip
    table.add_row("the same work in an ORM loop", rate(r["loop_per_s"]),
                  f"run is {r['run_per_s'] / r['loop_per_s']:.0f} ×", "≥ 20 ×")  # fmt: skip
    table.add_row("bare ORM loop: delete() over database cascades", rate(r["bare_loop_per_s"]),
                  f"run is {r['run_per_s'] / r['bare_loop_per_s']:.0f} ×", "")  # fmt: skip
    table.add_row(f"a quiet night, {options.small:,} people", f"{r['quiet_small_s'] * 1000:.1f} ms", "1.00", "")
    table.add_row(f"a quiet night, {options.contacts:,} people", f"{r['quiet_large_s'] * 1000:.1f} ms",
                  f"{r['quiet_large_s'] / r['quiet_small_s']:.2f}", "≤ 1.50")  # fmt: skip
    table.add_row("an agreement ends, 10 people", f"{r['agreement_10_s'] * 1000:.1f} ms", "1.00", "")
    table.add_row("an agreement ends, 10,000 people", f"{r['agreement_10000_s'] * 1000:.1f} ms",
                  f"{r['agreement_10000_s'] / r['agreement_10_s']:.2f}", "≤ 3.00")  # fmt: skip
    table.add_row("memory that a run after the first added", f"{r['memory_grown_kb'] / 1024:.0f} MB", "", "flat")
    table.add_row(f"COPY of {options.imported:,} people's rows", rate(r["copy_per_s"]), "1.00", "")
    table.add_row("the import of them", rate(r["import_per_s"]), f"{r['import_per_s'] / r['copy_per_s']:.2f}", "")


if __name__ == "__main__":
    main()
