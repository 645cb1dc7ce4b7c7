"""The OpenAPI document: complete, true, and without a word that accuses or decides."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from serving.api import application
from tests.serving.asking import ask


def names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names(inner)


def test_openapi_describes_what_the_service_answers(client):
    document = client.get("/v1/openapi.json").json()
    assert document == application.openapi()
    assert document["servers"] == [{"url": "/v1"}]
    for path, operations in document["paths"].items():
        assert re.fullmatch(r"(/[a-z-]+|/\{[a-z][A-Za-z]*\})+", path)
        for operation in operations.values():
            assert "422" not in operation["responses"]
            for status, response in operation["responses"].items():
                assert "API-Version" in response["headers"]
                if status == "304":
                    continue
                kind = "application/json" if status.startswith("2") else "application/problem+json"
                assert list(response["content"]) == [kind]


def test_examples_of_the_document_are_requests_that_fit():
    from serving.api import outcomes, scores
    from serving.outcome_content import OutcomeContent

    for model, example in (
        (scores.ScoreRequest, scores.EXAMPLE),
        (scores.ScoreRequest, scores.EXAMPLE_BY_NUMBER),
        (OutcomeContent, outcomes.EXAMPLE),
    ):
        assert model.model_validate(example)


def test_every_name_of_the_document_is_camel_case_and_has_a_dutch_title():
    for name, schema in application.openapi()["components"]["schemas"].items():
        assert schema["title"] != name, f"{name} has no Dutch title"
        for field, described in schema["properties"].items():
            assert re.fullmatch(r"[a-z][A-Za-z0-9]*", field), f"{name}.{field}"
            assert "title" in described or "$ref" in described or "anyOf" in described, f"{name}.{field}"


def test_no_endpoint_field_or_text_accuses_or_decides():
    document = application.openapi()
    assert not re.search(r"frau[dt]", json.dumps(document), re.IGNORECASE)
    deciding = re.compile(r"decision|besluit|verdict|threshold|drempel|guilt|suspect|verdacht|advice|action", re.IGNORECASE)
    fields = [f for schema in document["components"]["schemas"].values() for f in schema["properties"]]
    assert fields
    assert [name for name in (*fields, *document["paths"]) if deciding.search(name)] == []


def test_an_answer_holds_no_field_that_decides(client):
    deciding = re.compile(r"decision|verdict|threshold|frau|flag|alert|rank", re.IGNORECASE)
    assert [name for name in names(ask(client).json()) if deciding.search(name)] == []
