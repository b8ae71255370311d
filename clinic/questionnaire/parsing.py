"""A questionnaire from its file, checked so that it can be asked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast, get_args

from clinic.questionnaire.answers import as_date, as_number
from clinic.questionnaire.model import (
    LONGEST_TEXT,
    Behavior,
    Condition,
    Item,
    Operator,
    Option,
    Questionnaire,
    Type,
    Words,
)
from clinic.questionnaire.node import BadQuestionnaire, Node
from clinic.questionnaire.rules import Rules

__all__ = ["BadQuestionnaire", "parse"]

_TYPES = get_args(Type)
_OPERATORS = get_args(Operator)
_DEEPEST = 4
_ITEM_KEYS = ("required", "confidential", "enableWhen", "enableBehavior", "src", "alerts")
_OWN_KEYS: Mapping[str, tuple[str, ...]] = {
    "group": ("item",),
    "choice": ("repeats", "exclusive", "answerOption"),
    "integer": ("min", "max", "unit"),
    "decimal": ("min", "max", "unit"),
    "string": ("maxLength",),
    "text": ("maxLength",),
}
_HEAD = ("id", "version", "title", "valid_for_days", "red_flag_group", "verify")
_BODY = ("severity_levels", "rule_language", "display_rules", "sources", "hidden_items", "derived_alerts")
_NO_WORDS = Words("", "")


def parse(raw: Mapping[str, object]) -> Questionnaire:
    """The questionnaire in the values of a file (`questionnaires/*.yaml`).

    Raises BadQuestionnaire, which names the place, what is wrong there and the cure.
    """
    file = Node("", raw)
    file.keys(("questionnaire", "affects_codes", "items"), _BODY)
    head = file["questionnaire"]
    head.keys(_HEAD, ("status", "languages", "subject", "approved_by"))
    reader = _Reader(file)
    hidden = tuple(reader.hidden(node) for node in file["hidden_items"].each())
    items = tuple(reader.item(node, 1) for node in file["items"].each())
    reader.check_conditions()
    derived = tuple(reader.rules.derived(node, reader.items) for node in file["derived_alerts"].each())
    return Questionnaire(
        id=head["id"].name(),
        version=_version(head["version"]),
        title=head["title"].words(),
        valid_for_days=head["valid_for_days"].whole(1, 3650),
        red_flag_group=reader.group(head["red_flag_group"]),
        verify=head["verify"].words(),
        hidden=hidden,
        items=items,
        derived=derived,
    )


def _version(node: Node) -> str:
    if not isinstance(node.value, str) or not 0 < len(node.value) <= 32:
        node.bad("this is not a version", 'Put it in quotes, such as "1.2.0"')
    return node.value


class _Reader:
    """Reads items one after the other and remembers them, so that conditions can be checked when all are known."""

    def __init__(self, file: Node) -> None:
        self.rules = Rules(file)
        self.items: dict[str, Item] = {}
        self._places: dict[str, Node] = {}
        self._parents: dict[str, str | None] = {}

    def hidden(self, node: Node) -> Item:
        node.keys(("linkId", "type", "from"), ("codes",))
        link_id = self._link_id(node, None)
        kind = cast(Type, node["type"].one_of(("choice", "integer", "decimal", "boolean", "date")))
        codes = tuple(each.name() for each in node["codes"].each())
        if bool(codes) != (kind == "choice"):
            node.bad("'codes' and the type do not fit each other", "Give 'codes' to a choice, and to a choice only")
        options = tuple(Option(code, _NO_WORDS) for code in codes)
        self.items[link_id] = Item(link_id, kind, _NO_WORDS, hidden=True, options=options)
        return self.items[link_id]

    def item(self, node: Node, depth: int, parent: str | None = None) -> Item:
        node.keys(("linkId", "type", "text"), (*_ITEM_KEYS, *(key for keys in _OWN_KEYS.values() for key in keys)))
        link_id = self._link_id(node, parent)
        node = node.named(link_id)
        kind = cast(Type, node["type"].one_of(_TYPES))
        node.keys(("linkId", "type", "text"), (*_ITEM_KEYS, *_OWN_KEYS.get(kind, ())))
        self._places[link_id] = node
        self.rules.check_sources(node)
        item = Item(
            link_id=link_id,
            type=kind,
            text=node["text"].words(),
            required=node["required"].flag(),
            repeats=node["repeats"].flag(),
            confidential=node["confidential"].flag(),
            options=_options(node) if kind == "choice" else (),
            max_length=node["maxLength"].whole(1, 2000) if node.has("maxLength") else LONGEST_TEXT,
            minimum=node["min"].number() if node.has("min") else None,
            maximum=node["max"].number() if node.has("max") else None,
            unit=_unit(node["unit"]),
            enable_when=tuple(_condition(each) for each in node["enableWhen"].each()),
            enable_behavior=_behavior(node),
            items=self._children(node, depth, link_id) if kind == "group" else (),
        )
        self.items[link_id] = self._with_alerts(item, node)
        return self.items[link_id]

    def group(self, node: Node) -> str:
        """The link id of the red-flag group: on the first level, always asked, with at least one question."""
        link_id = node.name()
        item = self.items.get(link_id)
        if item is None or item.type != "group" or self._parents[link_id] is not None or item.enable_when:
            node.bad("this is no group that is always asked", "Name an unconditional group of the first level")
        if not any(child.is_question for child in item.items):
            node.bad("the group asks nothing", "Put the red-flag question into it")
        return link_id

    def check_conditions(self) -> None:
        for link_id, node in self._places.items():
            for place, condition in zip(node["enableWhen"].each(), self.items[link_id].enable_when, strict=True):
                self._check_condition(place, condition)
        for link_id, node in self._places.items():
            self._refuse_circle(link_id, node)

    def _children(self, node: Node, depth: int, link_id: str) -> tuple[Item, ...]:
        if depth == _DEEPEST:
            node.bad("groups stand too deep in each other", f"Use at most {_DEEPEST} levels")
        children = tuple(self.item(each, depth + 1, link_id) for each in node["item"].each())
        if not children:
            node.bad("the group is empty", "Put questions under 'item:', or take the group away")
        return children

    def _with_alerts(self, item: Item, node: Node) -> Item:
        if node.has("alerts") and not item.is_question:
            node.bad("only a question can have alerts", "Move 'alerts' to the question they speak of")
        return replace(item, alerts=tuple(self.rules.of_item(each, item) for each in node["alerts"].each()))

    def _link_id(self, node: Node, parent: str | None) -> str:
        link_id = node["linkId"].name()
        if link_id in self._parents:
            node.bad(f"the linkId '{link_id}' is used twice", "Give each item a linkId of its own")
        self._parents[link_id] = parent
        return link_id

    def _check_condition(self, node: Node, condition: Condition) -> None:
        asked = self.items.get(condition.question)
        if asked is None or not asked.is_question:
            node.bad(f"there is no question '{condition.question}'", "Name the linkId of a question of this file")
        if not _answer_fits(asked, condition):
            node.bad(
                f"'{condition.operator}' with this answer does not fit the question '{asked.link_id}' ({asked.type})",
                "exists: true or false; choice: = or != with one of its codes; boolean: = or !=; numbers, dates: any",
            )

    def _refuse_circle(self, link_id: str, node: Node) -> None:
        """An item waits for its group and for the questions of its conditions; nothing may wait for itself."""
        seen: set[str] = set()
        waiting = self._waits_for(link_id)
        while waiting:
            other = waiting.pop()
            if other == link_id:
                node.bad("whether this is asked depends on itself", "Take one condition out of the circle")
            if other not in seen:
                seen.add(other)
                waiting += self._waits_for(other)

    def _waits_for(self, link_id: str) -> list[str]:
        parent = self._parents[link_id]
        return [condition.question for condition in self.items[link_id].enable_when] + ([parent] if parent else [])


def _options(node: Node) -> tuple[Option, ...]:
    codes: list[str] = []
    words: list[Words] = []
    for each in node["answerOption"].each():
        each.keys(("code", "zh", "en"))
        codes.append(each["code"].name())
        words.append(Node(each.place, {key: each[key].value for key in ("zh", "en")}).words())
    if len(codes) < 2 or len(set(codes)) < len(codes):
        node.bad("a choice needs two or more options, each with a code of its own", "Correct 'answerOption'")
    exclusive = node["exclusive"].names(codes, "option") if node.has("exclusive") else ()
    if exclusive and not node["repeats"].flag():
        node.bad("'exclusive' says nothing where one answer is given", "Add 'repeats: true', or take 'exclusive' away")
    return tuple(Option(code, text, code in exclusive) for code, text in zip(codes, words, strict=True))


def _unit(node: Node) -> str | None:
    if node.value is None:
        return None
    if not isinstance(node.value, str) or not 0 < len(node.value) <= 16:
        node.bad("this is not a unit", "Write it in up to 16 characters, such as mmHg")
    return node.value


def _condition(node: Node) -> Condition:
    node.keys(("question", "operator", "answer"))
    operator = cast(Operator, node["operator"].one_of(_OPERATORS))
    return Condition(node["question"].name(), operator, node["answer"].scalar())


def _behavior(node: Node) -> Behavior:
    """Required with more than one condition, as in FHIR: nobody should have to guess between "and" and "or"."""
    if node.has("enableBehavior"):
        return cast(Behavior, node["enableBehavior"].one_of(("all", "any")))
    if len(list(node["enableWhen"].each())) > 1:
        node.bad("several conditions and no 'enableBehavior'", "Add 'enableBehavior: all' or 'enableBehavior: any'")
    return "all"


def _answer_fits(asked: Item, condition: Condition) -> bool:
    answer = condition.answer
    if condition.operator == "exists":
        return isinstance(answer, bool)
    equal = condition.operator in ("=", "!=")
    match asked.type:
        case "boolean":
            return equal and isinstance(answer, bool)
        case "choice":
            return equal and answer in asked.codes
        case "integer" | "decimal":
            return as_number(answer) is not None
        case "date":
            return as_date(answer) is not None
        case "string" | "text":
            return equal and isinstance(answer, str)
        case _:
            return False
