"""What other systems sent for a request, as the files of its package: a folder for each system (L18)."""

from collections import defaultdict

from dsr.models import Enclosure, Request
from dsr.systems.reporting import File, safe
from dsr.words.vocabulary import PaperKind

FOLDER = "other-systems"


def files(request: Request) -> list[File]:
    """Return files and words that systems sent, none under the name of another."""
    sent = [
        (each.task.system.name, each.name, bytes(each.content))
        for each in Enclosure.objects.filter(request=request).select_related("task__system").order_by("pk")
    ]
    said = request.papers.filter(kind=PaperKind.SYSTEM).order_by("pk")
    told = [(str(paper.data["system"]), "answer.txt", paper.text.encode("utf-8-sig")) for paper in said]
    return _apart([*told, *sent])


def _apart(found: list[tuple[str, str, bytes]]) -> list[File]:
    taken: dict[str, int] = defaultdict(int)
    made = []
    for system, name, content in found:
        folder = f"{FOLDER}/{safe(system.replace('/', '_'))}"
        taken[f"{folder}/{name}".lower()] += 1
        number = taken[f"{folder}/{name}".lower()]
        made.append((f"{folder}/{name}" if number == 1 else f"{folder}/{number}-{name}", content))
    return made
