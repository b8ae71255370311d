"""The questionnaire rules once more, by another road.

Written from the rule_language of the files and from FHIR, not from the engine, so that both may disagree.
"""

from collections.abc import Iterator, Mapping
from operator import ge, gt, le, lt
from typing import Any

Raw = Mapping[str, Any]


def items(raw: Raw) -> Iterator[tuple[Raw, tuple[Raw, ...]]]:
    """Every item with all the groups it stands in."""
    for item in raw.get("hidden_items", ()):
        yield item, ()
    yield from _inside(raw["items"], ())


def _inside(found: list[Raw], above: tuple[Raw, ...]) -> Iterator[tuple[Raw, tuple[Raw, ...]]]:
    for item in found:
        yield item, above
        yield from _inside(item.get("item", []), (*above, item))


def effective(raw: Raw, answers: Raw) -> dict[str, Any]:
    """The answers that count: drop those of items whose conditions fail, and look again, until nothing changes."""
    everything = list(items(raw))
    questions = {item["linkId"] for item, _ in everything if item["type"] not in ("group", "display")}
    given = {link_id: answers[link_id] for link_id in questions if answers.get(link_id) not in (None, "", [])}
    current: dict[str, Any] = {}
    for _ in range(len(everything) + 1):
        asked = {
            item["linkId"] for item, above in everything if all(_enabled(each, current) for each in (item, *above))
        }
        current = {link_id: value for link_id, value in given.items() if link_id in asked}
    return current


def asked_items(raw: Raw, answers: Raw) -> list[str]:
    """The link ids of what is asked or shown, groups too, in the order of the file."""
    hidden = {item["linkId"] for item in raw.get("hidden_items", ())}
    current = effective(raw, answers)
    shown = [item["linkId"] for item, above in items(raw) if all(_enabled(each, current) for each in (item, *above))]
    return [link_id for link_id in shown if link_id not in hidden]


def _enabled(item: Raw, answers: Raw) -> bool:
    results = [_condition(each, answers) for each in item.get("enableWhen", ())]
    if not results:
        return True
    return any(results) if item.get("enableBehavior") == "any" else all(results)


def _condition(condition: Raw, answers: Raw) -> bool:
    given = _listed(answers.get(condition["question"]))
    wanted = condition["answer"]
    results: dict[str, list[bool]] = {
        "exists": [(given != []) == wanted],
        "=": [value == wanted for value in given],
        "!=": [wanted not in given],
    }
    if condition["operator"] not in results:
        compare = {">": gt, "<": lt, ">=": ge, "<=": le}[condition["operator"]]
        results[condition["operator"]] = [compare(value, wanted) for value in given]
    return any(results[condition["operator"]])


def _listed(answer: Any) -> list[Any]:
    if answer is None:
        return []
    return list(answer) if isinstance(answer, list) else [answer]


def raised(raw: Raw, answers: Raw) -> dict[str, Raw]:
    """The alerts these answers raise, by id, in the order of the file; general ones with their severity only."""
    current = effective(raw, answers)
    fired: dict[str, Raw] = {}
    for item, _ in items(raw):
        for alert in item.get("alerts", ()):
            if _comparison(alert["when"], current.get(item["linkId"])) and not fired.keys() & set(
                alert.get("unless", ())
            ):
                fired[alert["id"]] = alert
        unsure = "unsure" in _listed(current.get(item["linkId"]))
        if unsure and not any("unsure" in str(alert["when"]) for alert in item.get("alerts", ())):
            fired[f"VERIFY_{item['linkId'].upper()}"] = {"severity": "caution"}
    for alert in raw.get("derived_alerts", ()):
        every = [_comparison(each, current.get(each["item"])) for each in alert.get("all", ())]
        some = [_comparison(each, current.get(each["item"])) for each in alert.get("any", ())]
        if all(every) and (any(some) or not some) and not fired.keys() & set(alert.get("unless", ())):
            fired[alert["id"]] = alert
    return fired


def _comparison(when: Raw, answer: Any) -> bool:
    if answer is None:
        return False
    return all(_holds(key, value, answer) for key, value in when.items() if key != "item")


def _holds(key: str, value: Any, answer: Any) -> bool:
    given = _listed(answer)
    match key:
        case "equals":
            return value in given
        case "not_equals":
            return value not in given
        case "any_of":
            return any(code in given for code in value)
        case "all_of":
            return all(code in given for code in value)
        case "outside":
            return not value[0] <= answer <= value[1]
        case _:
            return bool({"gt": gt, "gte": ge, "lt": lt, "lte": le}[key](answer, value))
