"""How well free-text addresses and ids of doors are linked: precision and recall on the hidden truth of a made-up town.

    python -m experiments.benchmarks.linkage [ADDRESSES]

Every reporter of the town means one address, also who only names a corner: recall is over all texts, precision over those that were linked.
Intervals are Wilson's, at 95 %. Figures of a made-up town prove the machine and not the world; docs/chicago.md has those of real spellings.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import pandas as pd

from experiments.town import Size, make
from features.engine import connect
from features.ingestion import ingest
from features.linkage import NAMED, link
from features.linking import known_doors
from features.settings import Settings, load
from features.store import open_store

TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
CONFIDENCES = (0.8, 0.85, 0.9, 0.95, 0.99)
NORMAL_95 = 1.959964
KINDS = {"ordinary": "main address", "secondary": "secondary address", "old-name": "old street name", "new-name": "new street name"}
SPELLINGS = {
    "whole": "whole",
    "no-postcode": "without postcode",
    "short": "shortened",
    "lower-case": "in lower case",
    "typo": "typing error",
    "postcode-only": "postcode and number",
    "no-unit": "which home left out",
    "nowhere": "no address",
}
"""Of texts about a main address; one about another door is counted there, however it is spelled."""


@dataclass(frozen=True)
class Counted:
    """Rows, those that were linked, and those that were linked to what was meant."""

    rows: int
    linked: int
    right: int

    @classmethod
    def of(cls, found: pd.Series, meant: pd.Series) -> Counted:
        """Count where found ids, missing where not linked, are those that were meant; both have one index."""
        return cls(len(found), int(found.notna().sum()), int((found == meant).sum()))

    def line(self, label: str) -> str:
        """Give a line of the table."""
        precision, recall = (f"{_share(self.right, of):>7} {_interval(self.right, of):<17}" for of in (self.linked, self.rows))
        return f"{label:<26}{self.rows:>7,} {_share(self.linked, self.rows):>7}   {precision} {recall}"


def main(addresses: int) -> None:
    """Make the town, link every text of its reports and compare with where the reporter meant."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load(TOWN, state=Path(folder), raw=Path(folder) / "raw")
        make(settings, Size(addresses=addresses))
        ingest(settings)
        texts, known, by_door = _texts(settings), _known(settings), _by_door(settings)
    print(f"{len(texts):,} texts and {len(by_door):,} ids of doors in reports of a made-up town of {addresses:,} addresses")
    print(f"{'':<26}{'rows':>7} {'linked':>7}   {'precision':<25} {'recall':<25}")
    started = time.process_time()
    for confidence in CONFIDENCES:
        found = link(texts["text"], known, minimum_confidence=confidence, days=texts["known_on"])
        if confidence == settings.linkage.minimum_confidence:
            _print_kinds(texts, found)
        else:
            print(Counted.of(found["address_id"], texts["address_id"]).line(f"texts from {confidence:.2f}"))
    seconds = (time.process_time() - started) / len(CONFIDENCES)
    for door, rows in by_door.groupby("kind"):
        print(Counted.of(rows["found"], rows["address_id"]).line(f"ids of type 20, {door}"))
    print(f"{seconds:.1f} s of CPU time for each pass over the texts, against {len(known):,} versions of doors")


def _print_kinds(texts: pd.DataFrame, found: pd.DataFrame) -> None:
    """Tell of the set confidence by kind of door, by spelling of the main address, and of texts that fit several addresses equally well."""
    ordinary, meant, ids = texts["kind"] == "ordinary", texts["address_id"], found["address_id"]
    print(Counted.of(ids, meant).line("texts from the set one"))
    for kind, label in KINDS.items():
        ours = texts["kind"] == kind
        print(Counted.of(ids[ours], meant[ours]).line(f"  {label}"))
        for spelling, said in SPELLINGS.items() if kind == "ordinary" else ():
            written = ordinary & (texts["spelling"] == spelling)
            print(Counted.of(ids[written], meant[written]).line(f"    {said}"))
    several = found["outcome"] == "several"
    among = sum(address in ids for address, ids in zip(meant[several], found.loc[several, "candidate_ids"], strict=True))
    middle = found.loc[several, "candidates"].median()
    print(f"  {several.sum():,} texts fit several addresses, {middle:.0f} at the median; the one that was meant is among the {NAMED} named of "
          f"{_share(among, several.sum())}")  # fmt: skip


def _texts(settings: Settings) -> pd.DataFrame:
    """Give each text once per report, with the day it came in and the address that was meant."""
    truth = pd.read_parquet(settings.state / "truth" / "report_texts.parquet").drop_duplicates("report").set_index("report")
    files = sorted(settings.raw_folder.glob(str(settings.extracts["meldingen"].path)))
    raw = pd.concat([pd.read_csv(f, sep=";", encoding="cp1252", dtype=str) for f in files]).drop_duplicates("Meldnummer")
    raw = raw[raw["Object"].isna() & raw["Adres volgens melder"].notna()]
    day = pd.to_datetime(raw["Ontvangen op"], format="%d-%m-%Y", errors="coerce")
    frame = pd.DataFrame({"report": raw["Meldnummer"], "text": raw["Adres volgens melder"], "known_on": day}).join(truth, on="report")
    return frame.dropna(subset=["known_on"]).reset_index(drop=True)


def _by_door(settings: Settings) -> pd.DataFrame:
    """Give each report with the id of a designation, the address that was meant and where ingestion put it, missing where set aside.

    Reports that were set aside for another fault, or deleted, are left out.
    """
    truth = pd.read_parquet(settings.state / "truth" / "report_designations.parquet").drop_duplicates("report").set_index("report")
    found, refused = [], []
    for source in ("reports", "rental_hotline"):
        events = pd.read_parquet(settings.state / "events" / f"{source}.parquet", columns=["record_id", "address_id"])
        found.append(events.drop_duplicates("record_id").set_index("record_id")["address_id"])
        refused.append(pd.read_parquet(settings.state / "rejects" / "unlinked.parquet").query("source == @source")["record_id"])
    both = truth.assign(found=pd.concat(found).reindex(truth.index))
    return both[both["found"].notna() | both.index.isin(pd.concat(refused))]


def _known(settings: Settings) -> pd.DataFrame:
    """Give the doors that texts may name, as ingestion does."""
    folder = open_store(settings).folder
    with tempfile.TemporaryDirectory() as scratch, connect(settings.engine, scratch=Path(scratch)) as connection:
        for source in ("addresses", "designations"):
            connection.read_parquet(str(folder / f"{source}.parquet")).create(f"events_{source}")
        return known_doors(connection)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "-"


def _interval(part: int, whole: int) -> str:
    """Give Wilson's interval of a share."""
    if not whole:
        return ""
    share, squared = part / whole, NORMAL_95**2
    middle = (share + squared / (2 * whole)) / (1 + squared / whole)
    half = NORMAL_95 * sqrt(share * (1 - share) / whole + squared / (4 * whole**2)) / (1 + squared / whole)
    return f"({middle - half:.1%} to {min(1.0, middle + half):.1%})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
