"""Register signals: mail that came back, doubts about a register, and signals of the national programme for address quality."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

POST = About(
    lawful="The municipality's own post, and doubts that its offices must report to the keeper of a register (Wet BRP art. 2.34).",
    proxy="Who depends on the municipality gets more of its letters and so more back. The audit compares scores by level of neighbourhood "
    "income alone: who depends on the municipality is not measured.",
    quality="A letter comes back for a wrong or shared box as well; an office that writes little returns little. Errs towards too many.",
    relation="Mail that comes back goes with a registration that is not right; a broken letter box or a late move explains much of it.",
    idea="the work process: a reported doubt about the register of persons must be looked into (Wet BRP art. 2.34)",
)
PROGRAMME = About(
    lawful="The national programme for address quality serves the correctness of registrations; only a theme with that purpose lists the source.",
    proxy="Which profile a signal comes from is not told, so a profile may follow a group. The audit compares scores by level of "
    "neighbourhood income alone: it cannot see that group, which is not measured. No direction is set.",
    quality="A signal says that a profile fitted, not that a registration is wrong; profiles change unannounced. Errs towards too many.",
    relation="Assumed: an earlier adjustment shows that papers and use went apart before; a signal that proved correct speaks for the address.",
    idea="the work process: the municipality answers each signal of the programme and keeps the answer",
)


@indicator(
    about=POST,
    nl="Aantal poststukken dat in de afgelopen 12 maanden terugkwam: {value}",
    en="Number of letters that came back in the past 12 months: {value}",
    unit="letters",
    risk="+",
    nl_zero="In de afgelopen 12 maanden kwam geen post terug",
    en_zero="No mail came back in the past 12 months",
)
def returned_mail_1y(register_signals: Events) -> Column:
    """Letters of the municipality that came back in the past year."""
    return register_signals.within(days=365).where(kind="returned-mail").count()


@indicator(
    about=POST,
    nl="Aantal poststukken dat in de afgelopen 3 jaar terugkwam: {value}",
    en="Number of letters that came back in the past 3 years: {value}",
    unit="letters",
    risk="+",
    nl_zero="In de afgelopen 3 jaar kwam geen post terug",
    en_zero="No mail came back in the past 3 years",
)
def returned_mail_3y(register_signals: Events) -> Column:
    """Letters of the municipality that came back in three years."""
    return register_signals.within(days=1095).where(kind="returned-mail").count()


@indicator(
    about=POST,
    nl="Aantal dagen sinds er voor het laatst post terugkwam: {value}",
    en="Number of days since mail last came back: {value}",
    unit="days",
    nl_none="Er kwam nooit post terug",
    en_none="No mail ever came back",
)
def days_since_returned_mail(register_signals: Events) -> Column:
    """Days since a letter of the municipality last came back."""
    return register_signals.where(kind="returned-mail").days_since()


@indicator(
    about=POST,
    nl="Aantal keren dat in de afgelopen 3 jaar twijfel aan een register is gemeld: {value}",
    en="Number of times that doubt about a register was reported in the past 3 years: {value}",
    unit="reports of doubt",
    nl_zero="In de afgelopen 3 jaar is geen twijfel aan een register gemeld",
    en_zero="No doubt about a register was reported in the past 3 years",
)
def register_doubts_3y(register_signals: Events) -> Column:
    """Doubts about what a register says of the address, reported in three years."""
    return register_signals.within(days=1095).where(kind="correction-report").count()


@indicator(
    about=POST,
    nl="Aantal registersignalen uit de afgelopen 3 jaar waarna het register is verbeterd: {value}",
    en="Number of register signals of the past 3 years after which the register was corrected: {value}",
    unit="corrections",
    risk="+",
    nl_zero="In de afgelopen 3 jaar is het register niet verbeterd na een signaal",
    en_zero="In the past 3 years the register was not corrected after a signal",
)
def register_corrections_3y(register_signals: Events) -> Column:
    """Returned mail and doubts of three years after which the register was known to be corrected."""
    return register_signals.within(days=1095).where(result="corrected").count()


@indicator(
    about=POST,
    nl="{value} van de onderzochte registersignalen uit 3 jaar leidde niet tot een verbetering: het register klopte",
    en="{value} of the register signals looked into in 3 years led to no correction: the register was right",
    unit="share",
    nl_zero="Bij geen van de onderzochte registersignalen uit 3 jaar bleek het register te kloppen",
    en_zero="At none of the register signals looked into in 3 years the register proved to be right",
    nl_none="Er is in 3 jaar geen registersignaal onderzocht",
    en_none="No register signal was looked into in 3 years",
)
def register_confirmed_share_3y(register_signals: Events) -> Column:
    """Share of the register signals with a result in three years after which the register was confirmed."""
    return register_signals.within(days=1095).share(result="confirmed")


@indicator(
    about=PROGRAMME,
    nl="Aantal signalen adreskwaliteit in de afgelopen 3 jaar: {value}",
    en="Number of address-quality signals in the past 3 years: {value}",
    unit="signals",
    nl_zero="Geen signaal adreskwaliteit in de afgelopen 3 jaar",
    en_zero="No address-quality signal in the past 3 years",
)
def address_quality_signals_3y(address_quality_signals: Events) -> Column:
    """Signals of the national programme for address quality in three years."""
    return address_quality_signals.within(days=1095).count()


@indicator(
    about=PROGRAMME,
    nl="Aantal signalen adreskwaliteit in 5 jaar waarna een inschrijving is aangepast: {value}",
    en="Number of address-quality signals in 5 years after which a registration was adjusted: {value}",
    unit="signals",
    nl_zero="Na geen enkel signaal adreskwaliteit in 5 jaar is een inschrijving aangepast",
    en_zero="No address-quality signal in 5 years led to an adjusted registration",
)
def address_quality_adjusted_5y(address_quality_signals: Events) -> Column:
    """Signals of the national programme in five years that the municipality answered with an adjustment."""
    return address_quality_signals.within(days=1825).where(result="adjusted").count()


@indicator(
    about=PROGRAMME,
    nl="Aantal dagen sinds het laatste signaal adreskwaliteit: {value}",
    en="Number of days since the last address-quality signal: {value}",
    unit="days",
    nl_none="Er was nooit een signaal adreskwaliteit",
    en_none="There was never an address-quality signal",
)
def days_since_address_quality_signal(address_quality_signals: Events) -> Column:
    """Days since the round of the newest signal of the national programme."""
    return address_quality_signals.days_since()
