"""Alert rules of a questionnaire file, checked against its items."""

from collections.abc import Mapping
from typing import cast, get_args

from clinic.questionnaire.model import AlertRule, Criterion, Item, Severity
from clinic.questionnaire.node import Node

SEVERITIES = get_args(Severity)
Criteria = tuple[Criterion, ...]
_SIZES = ("gt", "gte", "lt", "lte")
_COMPARISONS = ("equals", "not_equals", "any_of", "all_of", *_SIZES, "outside")
_ALWAYS = ("id", "severity", "affects", "msg")
_OFTEN = ("triage_level", "unless", "visibility", "src")


class Rules:
    """Reads alerts one after the other; an alert may be kept back only by one that was read before it."""

    def __init__(self, file: Node) -> None:
        if file.has("severity_levels"):
            file["severity_levels"].keys(SEVERITIES)
        sources = file["sources"].value
        self._sources = frozenset(sources) if isinstance(sources, Mapping) else frozenset()
        self._affects = frozenset(node.name() for node in file["affects_codes"].each())
        self._ids: set[str] = set()

    def of_item(self, node: Node, item: Item) -> AlertRule:
        """An alert that stands under its question and looks at that answer alone."""
        node.keys((*_ALWAYS, "when"), _OFTEN)
        node = node.named(node["id"].name())
        node["when"].keys((), _COMPARISONS)
        return self._rule(node, (_criterion(node["when"], item),), (), confidential=item.confidential)

    def derived(self, node: Node, items: Mapping[str, Item]) -> AlertRule:
        """An alert over several answers: everything under `all` must fit and, where there is an `any`, one of that."""
        node.keys(_ALWAYS, (*_OFTEN, "any", "all"))
        node = node.named(node["id"].name())
        every, some = (tuple(_item_criterion(each, items) for each in node[key].each()) for key in ("all", "any"))
        if not every and not some:
            node.bad("the alert looks at no answer", "Name items under 'all' or 'any'")
        confidential = any(items[each.item].confidential for each in every + some)
        return self._rule(node, every, some, confidential=confidential)

    def check_sources(self, node: Node) -> None:
        """Every `src` must be explained in the file's own `sources`."""
        if node.has("src"):
            node["src"].names(self._sources, "source")

    def _rule(self, node: Node, every: Criteria, some: Criteria, *, confidential: bool) -> AlertRule:
        self.check_sources(node)
        unless = node["unless"].names(self._ids, "earlier alert") if node.has("unless") else ()
        clinicians = node["visibility"].one_of(("clinician_only",)) if node.has("visibility") else None
        return AlertRule(
            id=self._id(node["id"]),
            severity=cast(Severity, node["severity"].one_of(SEVERITIES)),
            affects=node["affects"].names(self._affects, "treatment code"),
            message=node["msg"].words(),
            all_criteria=every,
            any_criteria=some,
            unless=unless,
            triage_level=node["triage_level"].whole(1, 4) if node.has("triage_level") else None,
            infection=confidential or clinicians is not None,
        )

    def _id(self, node: Node) -> str:
        name = node.name()
        if name in self._ids or name.startswith("VERIFY_"):
            node.bad("this alert id is taken", "Give each alert an id of its own that does not begin with VERIFY_")
        self._ids.add(name)
        return name


def _item_criterion(node: Node, items: Mapping[str, Item]) -> Criterion:
    node.keys(("item",), _COMPARISONS)
    item = items.get(node["item"].name())
    if item is None or not item.is_question:
        node.bad("there is no question of this name", "Name the linkId of a question of this file")
    return _criterion(node, item)


def _criterion(node: Node, item: Item) -> Criterion:
    """The comparisons of one mapping, each fitting the type of the item."""
    if not any(node.has(key) for key in _COMPARISONS):
        node.bad("nothing is compared", f"Use one or more of: {', '.join(_COMPARISONS)}")
    sizes = {key: node[key].number() for key in _SIZES if node.has(key)}
    if (sizes or node.has("outside")) and item.type not in ("integer", "decimal"):
        node.bad(f"'{item.link_id}' is not a number", "Compare sizes of an integer or decimal question only")
    if (node.has("any_of") or node.has("all_of")) and item.type != "choice":
        node.bad(f"'{item.link_id}' has no options", "Use any_of and all_of for a choice only")
    return Criterion(
        item=item.link_id,
        equals=_value(node["equals"], item) if node.has("equals") else None,
        not_equals=_value(node["not_equals"], item) if node.has("not_equals") else None,
        any_of=node["any_of"].names(item.codes, "option") if node.has("any_of") else (),
        all_of=node["all_of"].names(item.codes, "option") if node.has("all_of") else (),
        outside=_bounds(node["outside"]) if node.has("outside") else None,
        **sizes,
    )


def _value(node: Node, item: Item) -> bool | str:
    value = node.value
    coded = item.type == "choice" and value in item.codes
    if not coded and not (item.type == "boolean" and isinstance(value, bool)):
        node.bad(f"this is no answer to '{item.link_id}'", "Write true or false, or a choice's code in quotes")
    return cast(bool | str, value)


def _bounds(node: Node) -> tuple[float, float]:
    numbers = [each.number() for each in node.each()]
    if len(numbers) != 2 or numbers[0] > numbers[1]:
        node.bad("these are not two bounds", "Write the lower and the upper number, such as [13, 27]")
    return numbers[0], numbers[1]
