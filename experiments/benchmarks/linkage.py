"""How well free-text addresses are linked: precision and recall on the hidden truth of a made-up town, at each confidence.

    python experiments/benchmarks/linkage.py [ADDRESSES]

Every reporter of the town means one address, also who only names a corner: recall is over all texts, precision over those that were linked.
Figures of a made-up town prove the machine and not the world; docs/chicago.md has those of real spellings.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd

from experiments.town import Size, make
from features.ingestion import ingest
from features.linkage import link
from features.settings import Settings, load
from features.store import open_store

TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
CONFIDENCES = (0.8, 0.85, 0.9, 0.95, 0.99)


def main(addresses: int) -> None:
    """Make the town, link every text of its reports and compare with where the reporter meant."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load(TOWN, state=Path(folder), raw=Path(folder) / "raw")
        make(settings, Size(addresses=addresses))
        ingest(settings)
        texts, known = _texts(settings), _known(settings)
    print(f"{len(texts):,} texts of reports in a made-up town of {addresses:,} addresses")
    print("confidence  linked  precision  recall  several")
    for confidence in CONFIDENCES:
        found = link(texts["text"], known, minimum_confidence=confidence, days=texts["known_on"])
        linked, right = found["address_id"].notna(), found["address_id"].to_numpy() == texts["address_id"].to_numpy()
        mark = " <- the set one" if confidence == settings.linkage.minimum_confidence else ""
        print(
            f"{confidence:10.2f}  {linked.mean():6.1%}  {right[linked].mean():9.2%}  {right.mean():6.1%}  "
            f"{(found['outcome'] == 'several').mean():7.1%}{mark}"
        )


def _texts(settings: Settings) -> pd.DataFrame:
    """Give each text once per report, with the day it came in and the address that was meant."""
    truth = pd.read_parquet(settings.state / "truth" / "report_texts.parquet").drop_duplicates("report").set_index("report")["address_id"]
    files = sorted(settings.raw_folder.glob(str(settings.extracts["meldingen"].path)))
    raw = pd.concat([pd.read_csv(f, sep=";", encoding="cp1252", dtype=str) for f in files]).drop_duplicates("Meldnummer")
    raw = raw[raw["Object"].isna() & raw["Adres volgens melder"].notna()]
    day = pd.to_datetime(raw["Ontvangen op"], format="%d-%m-%Y", errors="coerce")
    frame = pd.DataFrame({"text": raw["Adres volgens melder"], "known_on": day, "address_id": raw["Meldnummer"].map(truth)})
    return frame.dropna(subset=["known_on"]).reset_index(drop=True)


def _known(settings: Settings) -> pd.DataFrame:
    columns = ["address_id", "postcode", "street", "house_number", "house_letter", "house_number_addition", "known_on", "superseded_on"]
    addresses = open_store(settings).events("addresses")
    return open_store(settings).run(addresses.filter(~addresses.withdrawn).order_by("ordinal").select(*columns))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
