"""The check digit of a citizen number: one wrong digit is seen, and chance is not taken for it."""

from __future__ import annotations

from math import comb

import duckdb
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from features.citizen_number import BY_CHANCE, LEAST, MAXIMUM_CHANCE, PASSES, SPELLED, is_beyond_chance, passes
from features.engine import quoted

CITIZENS = [str(n) for n in range(999_900_000, 999_999_999) if passes(str(n))]


def elfproef(number: int) -> bool:
    """A slow, obvious twin: nine digits, times 9 down to 2 and minus the last."""
    digits = [int(d) for d in f"{number:09d}"]
    return (sum(digits[i] * (9 - i) for i in range(8)) - digits[8]) % 11 == 0


@given(st.integers(LEAST, 999_999_999))
@example(LEAST)
@example(999_999_999)
@settings(deadline=None)
def test_the_check_agrees_with_a_slow_twin_in_python_and_in_sql(number: int) -> None:
    text = str(number)
    ((said,),) = duckdb.sql(
        f"WITH looked_at AS (SELECT {quoted(text)} AS v) SELECT {PASSES} FROM (SELECT CAST(d AS BIGINT) AS b FROM ({SPELLED}))"
    ).fetchall()
    assert passes(text) is passes(text.zfill(9)) is elfproef(number) is said


@given(st.sampled_from(CITIZENS), st.integers(0, 8), st.integers(1, 9))
@settings(deadline=None)
def test_one_wrong_digit_is_always_seen(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert not passes(wrong)


@given(st.sampled_from(CITIZENS), st.integers(0, 7))
@settings(deadline=None)
def test_two_digits_in_the_wrong_order_are_always_seen(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    assert not passes(number[:place] + number[place + 1] + number[place] + number[place + 2 :])


@pytest.mark.parametrize("text", ["", "12345", "1234567890", "000000000", "9999 9001", "x99990019", "0999010000000001"])
def test_what_is_no_number_of_nine_digits_does_not_pass(text: str) -> None:
    assert not passes(text)


@given(st.integers(1, 60))
@settings(deadline=None)
def test_arbitrary_numbers_are_taken_for_citizen_numbers_less_often_than_promised(numbers: int) -> None:
    least = next((k for k in range(numbers + 1) if is_beyond_chance(k, numbers)), numbers + 1)
    tail = sum(comb(numbers, k) * BY_CHANCE**k * (1 - BY_CHANCE) ** (numbers - k) for k in range(least, numbers + 1))
    assert tail <= MAXIMUM_CHANCE
