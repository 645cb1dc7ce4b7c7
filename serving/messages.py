"""What every message of the API shares: closed, camelCase, strict about types, and one way to name an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue

from features.citizen_number import passes
from features.errors import InputError
from serving.addresses import Asked

EARLIEST = date(1990, 1, 1)
"""Nothing began before it. Assumed: older days are what a system fills in for one it does not know (1900-01-01, 1970-01-01)."""
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Message(BaseModel):
    """A closed message: an unknown field or another type is refused, nothing is converted in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel, validate_by_alias=True, validate_by_name=False)


class View(BaseModel):
    """A closed message that Schouw sends: made by field name, written in camelCase."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_alias=True, validate_by_name=True)


def _iso_date(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
        raise ValueError("a date is text in the form 2024-12-31")
    return date.fromisoformat(value)


CODE = r"^[a-z0-9][a-z0-9-]{0,62}$"
Code = Annotated[str, Field(pattern=CODE)]
Number = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]
SCORE_ID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
ScoreId = Annotated[str, Field(pattern=SCORE_ID)]
IsoDate = Annotated[date, BeforeValidator(_iso_date)]


def refuse_days(days: Mapping[str, date | None], today: date) -> None:
    """Refuse days in the future, of long ago, or before the first of them.

    Parameters
    ----------
    days : mapping of str to date, optional
        By the name of the field; the first is the day with which it began.
    today : date
        The municipality's day.

    Raises
    ------
    InputError
        Names the field, never the address.
    """
    began, start = next(iter(days.items()))
    for name, day in days.items():
        if day is None or start is None:
            continue
        if day < EARLIEST:
            raise InputError(f"{name} {day} lies too long ago", expected=f"{EARLIEST} or later", remedy="send the day on which it happened")
        if day > today:
            raise InputError(f"{name} {day} lies in the future", expected=f"at most {today}", remedy="send it when it has happened")
        if day < start:
            raise InputError(f"{name} {day} lies before {began} {start}", expected=f"{began} first", remedy="correct the dates")


def _told(value: Any) -> Any:
    if value is None:
        raise ValueError("null says nothing here: leave the field out")
    return value


class _NeverNull:
    """Says in JSON Schema that a field is there with a value or not there; null is what Python holds where it was left out."""

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(core)
        left = [kind for kind in described.get("anyOf", []) if kind != {"type": "null"}]
        return left[0] if len(left) == 1 else described


LeftOut = (BeforeValidator(_told), _NeverNull())


def _no_citizen_number(given: str) -> str:
    if passes(given):
        raise ValueError("it is a citizen number by its check digit: send a number of your own, with a letter before it")
    return given


OwnNumber = Annotated[Number, AfterValidator(_no_citizen_number)]
BY_ID, BY_NUMBER = ("addressId",), ("postcode", "houseNumber")
FORMS: dict[str, Any] = {
    "oneOf": [
        {"required": [*BY_ID], "not": {"anyOf": [{"required": [name]} for name in (*BY_NUMBER, "houseLetter", "houseNumberAddition")]}},
        {"required": [*BY_NUMBER], "not": {"required": [*BY_ID]}},
    ]
}
"""The two forms of an address, as JSON Schema says it."""


class AddressFields(Message):
    """An address: ``addressId``, or ``postcode`` and ``houseNumber`` with letter and addition where it has them."""

    model_config = ConfigDict(json_schema_extra=FORMS)

    address_id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$"), *LeftOut] = Field(
        default=None, title="Adresseerbaar object", examples=["0999010000000001"]
    )
    postcode: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 -]{2,9}$"), *LeftOut] = Field(
        default=None, title="Postcode", examples=["1500 AA"]
    )
    house_number: Annotated[int | None, Field(ge=1, le=99_999), *LeftOut] = Field(default=None, title="Huisnummer", examples=[12])
    house_letter: Annotated[str | None, Field(pattern=r"^[A-Za-z]$"), *LeftOut] = Field(default=None, title="Huisletter", examples=["b"])
    house_number_addition: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9 -]{1,10}$"), *LeftOut] = Field(
        default=None, title="Huisnummertoevoeging", examples=["2"]
    )

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        """Refuse both forms of an address, and half of one."""
        by_number = (self.postcode, self.house_number, self.house_letter, self.house_number_addition)
        if self.address_id is not None and any(part is not None for part in by_number):
            raise ValueError("send addressId, or postcode and houseNumber: not both")
        if self.address_id is None and (self.postcode is None or self.house_number is None):
            raise ValueError("send addressId, or postcode and houseNumber")
        return self

    @property
    def asked(self) -> Asked:
        """The address as the address book takes it."""
        return Asked(self.address_id, self.postcode, self.house_number, self.house_letter, self.house_number_addition)
