"""Which address a report by mail is about: linked where the text says so, and otherwise left to a person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from features.errors import NotFoundError
from features.linking import doors
from serving.mail import listing
from serving.mail.mentions import mentions
from serving.mail.placing import choose, look_up
from serving.tables import mail_candidates, mail_places, mail_reports
from tests.serving.conftest import HOME, TODAY
from tests.serving.mailing import mail, put, rows, runner

LATER = TODAY + timedelta(days=3)


@pytest.fixture(scope="session")
def known(store):
    return doors(store)


@pytest.fixture
def run(own_village, engine):
    return runner(own_village.settings, engine)


@pytest.mark.parametrize(
    ("subject", "body", "outcome", "meant"),
    [
        ("Overlast Dorpsstraat 1", "Zie boven.", "linked", "A1"),
        ("Melding", "In de woning aan de Dorpsstraat 2 wonen 9 mensen, al 3 maanden.", "linked", "A2"),
        ("Melding", "Adres: Dorpsstr. 3", "linked", "A3"),
        ("Melding", "Het gaat om 1500 AA 4.", "linked", "A4"),
        ("Melding", "Dorpsstraat 9a, 1500 AA Zaanwijk", "linked", "A9"),
        ("Melding", "Dorpsstraat 2 is vol. Het is Dorpsstraat 2!", "linked", "A2"),
        ("Re: Dorpsstraat 1", "Ook daar.\n\nMet vriendelijke groet,\nJo\nDorpsstraat 5\n1500 AA Zaanwijk", "linked", "A1"),
        ("Melding", "Ik woon op Dorpsstraat 5. Op Dorpsstraat 6 is het elke nacht feest.", "linked", "A6"),
        ("Melding", "Op Dorpsstraat 6 is het feest.\n> Van: Jo\n> Dorpsstraat 2", "linked", "A6"),
        ("Melding", "Dorpsstraat 1 en Dorpsstraat 2 zijn vol.", "several", ["A1", "A2"]),
        ("Melding", "Het is Dorpsstraat 9.", "several", ["A10", "A9"]),
        ("Melding", "Bij ons in de straat.\n\nGroeten,\nJo\nDorpsstraat 5", "doubtful", ["A5"]),
        ("Melding", "Mijn adres is Dorpsstraat 5, het is hiernaast.", "doubtful", ["A5"]),
        ("Melding", "Bij het huis naast het dorps 2 meter verder", "doubtful", ["A2"]),
        ("Melding", "Oude Dorpsstraat 4", "doubtful", ["A4"]),
        ("Melding", "Kerkweg 4", "none", []),
        ("Melding", "Dorpsstraat 400", "none", []),
        ("Melding", "Op 12-05-2024 om 12:30 uur, zaak 2024-17, bel 06-12345678.", "none", []),
        ("Melding", "Er is overlast.", "none", []),
    ],
)
def test_a_text_is_linked_where_it_names_one_address_that_is_not_the_senders(village, known, subject, body, outcome, meant):
    (place,) = look_up([mentions(subject, body)], known, village.settings, today=TODAY)
    assert (place.outcome, place.address_id or sorted(place.candidates)) == (outcome, meant)


def test_a_spelling_in_a_sentence_needs_more_than_one_on_its_own_line(village, known):
    texts = ("Adres: Dorpstraat 3", "Aan de Dorpstraat 3 wonen sinds een jaar veel te veel mensen.")
    alone, within = look_up([mentions("", text) for text in texts], known, village.settings, today=TODAY)
    assert (alone.outcome, within.outcome, list(within.candidates)) == ("linked", "doubtful", ["A3"])


def test_an_address_that_the_register_learned_of_later_is_not_linked(village, known):
    (place,) = look_up([mentions("Dorpsstraat 1", "")], known, village.settings, today=date(1999, 12, 31))
    assert place.outcome == "none"


def test_many_reports_are_told_apart(village, known):
    texts = [f"Adres: Dorpsstraat {n}" for n in range(1, 9)]
    places = look_up([mentions("", text) for text in texts], known, village.settings, today=TODAY)
    assert [place.address_id for place in places] == [f"A{n}" for n in range(1, 9)]


def test_what_was_not_linked_waits_for_a_person_whose_choice_is_a_new_version(run, engine, tmp_path):
    found = run(put(tmp_path / "box", mail("Dorpsstraat 1 of 2? Of Dorpsstraat 3.", subject="Vraag"), mail(number=2)))
    assert found.placed == {"several": 1, "linked": 1}
    (waiting,) = listing.waiting(engine)
    assert (waiting.outcome, waiting.candidates) == ("several", ("A1", "A3"))
    choose(engine, waiting.report_id, "A3", today=LATER)
    choose(engine, waiting.report_id, "A3", today=LATER + timedelta(days=1))
    assert listing.waiting(engine) == []
    versions = [
        (r["version"], r["address_id"], r["outcome"], r["placed_on"]) for r in rows(engine, mail_places) if r["report_id"] == waiting.report_id
    ]
    assert versions == [(1, None, "several", TODAY), (2, "A3", "person", LATER)]
    choose(engine, waiting.report_id, None, today=LATER)
    assert listing.one(engine, waiting.report_id, sender=False)["outcome"] == "no-address"
    assert [(r["version"], r["address_id"]) for r in rows(engine, mail_places) if r["outcome"] == "no-address"] == [(3, "A3")]
    assert run().placed == {}, "what a person chose is not looked up again"


def test_a_report_is_shown_without_its_sender_unless_that_is_asked_for(run, engine, tmp_path):
    run(put(tmp_path / "box", mail(files={"a.jpg": b"1"})))
    (report,) = rows(engine, mail_reports)
    shown = listing.one(engine, report["report_id"], sender=False)
    assert (shown["subject"], shown["body"], shown["address_id"]) == ("Overlast Dorpsstraat 1", "Er is overlast.", HOME)
    assert [file["name"] for file in shown["attachments"]] == ["a.jpg"]
    assert "sender" not in shown
    assert listing.one(engine, report["report_id"], sender=True)["sender"] == "Jo de Vries <jo@example.org>"


def test_a_report_that_is_not_there_has_no_place(engine):
    for of_none in (lambda: choose(engine, "x", HOME, today=TODAY), lambda: listing.one(engine, "x", sender=False)):
        with pytest.raises(NotFoundError, match="there is no such report by mail"):
            of_none()
    assert rows(engine, mail_places) == rows(engine, mail_candidates) == []
