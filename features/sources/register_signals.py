"""Register signals: letters that came back, and doubts that an office reported about what a register says of an address (terugmeldingen).

References
----------
Wet basisregistratie personen art. 2.34, Wet basisregistratie adressen en gebouwen art. 37 and Handelsregisterwet 2007 art. 32: a public
body that doubts a basic register reports it.
"""

from __future__ import annotations

from features.sources.contract import Column, Source
from features.term import Term

SOURCE = Source(
    name="register_signals",
    title_nl="Retourpost en terugmeldingen",
    title_en="Returned mail and register corrections",
    tier=1,
    provenance="The municipality: its post room, and what its offices reported to the keeper of a basic register.",
    known_on_rule="the day of entry; the result has its own result_known_on",
    catches="A letter comes back for a wrong box as well; who gets more letters has more returned; a doubt is no mistake until someone looked.",
    rhythm_days=7,  # entered by the day, delivered by the week
    max_age_days=45,  # six weeks without a letter back is a broken delivery
    retention_days=3287,  # six years of training, and the three that an indicator looks back from the first of them; assumed
    term=Term("happened", "a letter comes back once"),
    columns=(
        Column("kind", "code", "What kind of signal it is", required=True, codes=("returned-mail", "correction-report")),
        Column("register", "code", "Register that is doubted", codes=("registrations", "addresses", "businesses", "other")),
        Column("result", "code", "What looking into it gave", codes=("corrected", "confirmed", "undetermined"), known_by="result_known_on"),
        Column("result_known_on", "date", "Day on which the result was entered"),
    ),
)
