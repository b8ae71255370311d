"""HL7 FHIR R4 JSON: bundles, single resources, lists of resources."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from server.imports import values
from server.imports.rows import Booking, Dentist, How, Number, Person, Place, Read, Refusal, Row, Unfit

_DEEPEST = 8
"""Bundles within bundles, and lists within them."""
LONGEST_SYSTEM = 400
_DOCUMENTS = frozenset({"NI", "NNCHN", "PPN"})
"""HL7 v2-0203: national person number, the same of China, passport."""
_RESIDENT_ID = "urn:oid:2.16.156.10011.1.3"
_NAMES = ("official", "usual", "", "temp", "anonymous", "nickname")
_PHONES = ("mobile", "home", "", "work", "temp")
_ROWLESS = ("cancelled", "entered-in-error")

Json = Mapping[str, Any]


def knows(data: bytes) -> bool:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read(data: bytes, file: str, how: How) -> Read:
    """Every Patient, Practitioner and Appointment of the file. Raises Unfit for what is no JSON."""
    entries = list(_resources(_parsed(data)))
    reader = _Reader(file, how, entries)
    rows = tuple(row for place, (_, resource) in enumerate(entries, start=1) if (row := reader.row(place, resource)))
    if not entries:
        raise Unfit("no_resources")
    return Read(rows, len(entries) - len(rows))


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unfit("encoding") from error
    except RecursionError as error:
        raise Unfit("too_nested") from error
    except ValueError as error:
        raise Unfit("not_json") from error


def _resources(top: Any) -> Iterator[tuple[str, Json]]:
    """Each resource with its full URL, in the file's order; containers are opened however they are called."""
    waiting: list[tuple[str, Any, int]] = [("", top, 0)]
    while waiting:
        url, value, depth = waiting.pop()
        if depth > _DEEPEST:
            raise Unfit("too_nested")
        if isinstance(value, list):
            waiting += [("", each, depth + 1) for each in reversed(value)]
        elif not isinstance(value, dict):
            continue
        elif isinstance(value.get("resource"), dict) and "resourceType" not in value:
            waiting.append((_text(value.get("fullUrl")), value["resource"], depth + 1))
        elif value.get("resourceType") == "Bundle":
            waiting.append(("", value.get("entry"), depth + 1))
        elif "resourceType" in value:
            yield url, value
        else:
            waiting += [("", each, depth + 1) for each in reversed(value.values()) if isinstance(each, list)]


class _Reader:
    """One file: what its resources say, and what its references point to."""

    def __init__(self, file: str, how: How, entries: list[tuple[str, Json]]) -> None:
        self.file = file
        self.how = how
        self.index = {key: resource for url, resource in entries for key in _keys(url, resource)}
        self.urls = {id(resource): url for url, resource in entries}

    def row(self, place: int, resource: Json) -> Row | Refusal | None:
        """None for a kind that nothing is made of."""
        at = Place(self.file, "resource", place)
        try:
            match resource.get("resourceType"):
                case "Patient":
                    return self._patient(at, resource)
                case "Practitioner":
                    return Row(at, "practitioner", dentist=self._dentist(resource))
                case "Appointment":
                    return self._appointment(at, resource)
        except Unfit as unfit:
            kind = str(resource["resourceType"]).lower()
            numbers = self._safe_numbers(resource) if kind == "patient" else ()
            return Refusal(at, kind, unfit.reason, numbers)  # type: ignore[arg-type]
        return None

    def _patient(self, at: Place, resource: Json) -> Row:
        person = self._person(resource)
        written = any(_text(each.get("value")) for each in _phones(resource))
        return Row(at, "patient", person, remarks=("phone_unreadable",) if written and not person.phone else ())

    def _person(self, resource: Json) -> Person:
        phones = (values.phone(_text(each.get("value"))) for each in _phones(resource))
        document = next((_text(each.get("value")) for each in _dicts(resource, "identifier") if _is_document(each)), "")
        born = _text(resource.get("birthDate"))
        return Person(
            name=values.person_name(_human_name(resource)),
            numbers=self._numbers(resource),
            # FHIR allows a year or a month alone: that is no birth date to recognise somebody by.
            birth_date=values.birth_date(born, self.how.today) if len(born) not in (4, 7) else None,
            phone=next(filter(None, phones), ""),
            document=values.document(document, self.how.today),
            sex=values.sex(_text(resource.get("gender"))),
            language=_language(resource),
        )

    def _numbers(self, resource: Json) -> tuple[Number, ...]:
        """The resource's own id and its business identifiers; a contained resource's id means nothing elsewhere."""
        own = _text(resource.get("id")) if id(resource) in self.urls else ""
        local = f"Patient/{own}" if own else self.urls.get(id(resource), "")
        found = [Number(self.how.source, values.number(local))] if local else []
        for each in _dicts(resource, "identifier"):
            value, system = (
                values.number(_text(each.get("value"))),
                values.plain(_text(each.get("system")), LONGEST_SYSTEM),
            )
            if value and system and each.get("use") != "old" and not _is_document(each):
                found.append(Number(system, value))
        return tuple(dict.fromkeys(found))

    def _safe_numbers(self, resource: Json) -> tuple[Number, ...]:
        try:
            return self._numbers(resource)
        except Unfit:
            return ()

    def _dentist(self, resource: Json) -> Dentist:
        name = values.plain(_human_name(resource, titles=True), values.LONGEST_TITLE)
        if not name:
            raise Unfit("name_missing")
        return Dentist(name, values.number(_text(resource.get("id")) if id(resource) in self.urls else ""))

    def _appointment(self, at: Place, resource: Json) -> Row:
        status = values.status(_text(resource.get("status")) or "status missing")
        starts = values.moment(_text(resource.get("start")), self.how.zone)
        if starts is None and status not in _ROWLESS:
            raise Unfit("start_missing")
        booking = Booking(
            number=values.number(_text(resource.get("id"))),
            status=status,
            starts=starts,
            ends=values.moment(_text(resource.get("end")), self.how.zone),
            dentist=self._booked_dentist(resource),
            service=tuple(_concepts(resource, "serviceType")),
        )
        return Row(at, "appointment", self._booked_person(resource), booking=booking)

    def _booked_person(self, appointment: Json) -> Person:
        for actor in _actors(appointment, "Patient"):
            resource = self._resolved(appointment, actor)
            if resource is not None and resource.get("resourceType") == "Patient":
                return self._person(resource)
            name, reference = _text(actor.get("display")), _text(actor.get("reference"))
            numbers = [Number(self.how.source, values.number(_local(reference)))] if reference else []
            logical = _dict(actor.get("identifier"))
            if _text(logical.get("value")) and _text(logical.get("system")):
                system = values.plain(_text(logical["system"]), LONGEST_SYSTEM)
                numbers.append(Number(system, values.number(_text(logical["value"]))))
            return Person(name=values.person_name(name) if name else "", numbers=tuple(numbers), whole=False)
        raise Unfit("patient_missing")

    def _booked_dentist(self, appointment: Json) -> Dentist | None:
        """The first dentist asked for; those who are only to be informed come after them."""
        actors = _actors(appointment, "Practitioner") or _actors(appointment, "PractitionerRole")
        for actor in actors:
            resource = self._resolved(appointment, actor)
            if resource is not None and resource.get("resourceType") == "PractitionerRole":
                actor = {"display": actor.get("display"), **_dict(resource.get("practitioner"))}
                resource = self._resolved(appointment, actor)
            if resource is not None and resource.get("resourceType") == "Practitioner":
                return self._dentist(resource)
            name = values.plain(_text(actor.get("display")), values.LONGEST_TITLE)
            number = values.number(_local(_text(actor.get("reference"))).rpartition("/")[2])
            if name:
                return Dentist(name, number)
        return None

    def _resolved(self, owner: Json, actor: Json) -> Json | None:
        reference = _text(actor.get("reference"))
        if reference.startswith("#"):
            return next((each for each in _dicts(owner, "contained") if each.get("id") == reference[1:]), None)
        return self.index.get(reference) or self.index.get(_local(reference))


def _keys(url: str, resource: Json) -> Iterator[str]:
    if url:
        yield url
    if _text(resource.get("id")):
        yield f"{_text(resource.get('resourceType'))}/{_text(resource.get('id'))}"


def _local(reference: str) -> str:
    """The last `Type/id` of an address; a version is dropped; anything else as it is."""
    parts = reference.partition("/_history/")[0].split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 else reference


def _actors(appointment: Json, kind: str) -> list[Json]:
    """Who takes part as this kind of resource, the required ones first; those who declined do not."""
    found = []
    for each in _dicts(appointment, "participant"):
        actor = _dict(each.get("actor"))
        named = _local(_text(actor.get("reference"))).startswith(f"{kind}/") or actor.get("type") == kind
        inside = _text(actor.get("reference")).startswith("#") and any(
            own.get("id") == actor["reference"][1:] and own.get("resourceType") == kind
            for own in _dicts(appointment, "contained")
        )
        if (named or inside) and each.get("status") != "declined":
            found.append((each.get("required") == "information-only", actor))
    return [actor for _, actor in sorted(found, key=lambda pair: pair[0])]


def _human_name(resource: Json, *, titles: bool = False) -> str:
    names = [each for each in _dicts(resource, "name") if each.get("use", "") in _NAMES]
    names.sort(key=lambda each: _NAMES.index(each.get("use", "")))
    for name in names:
        text = _text(name.get("text"))
        if text.strip():
            return text
        family, given = _text(name.get("family")), _texts(name, "given")
        parts = [family, *given] if _is_hanzi(family) else [*given, family]
        if any(part.strip() for part in parts):
            return values.joined([*(_texts(name, "prefix") if titles else []), *parts])
    return ""


def _is_hanzi(text: str) -> bool:
    return bool(text) and "\u3400" <= text[0] <= "\u9fff"


def _phones(resource: Json) -> list[Json]:
    found = [
        each
        for each in _dicts(resource, "telecom")
        if each.get("system") in ("phone", "sms") and each.get("use", "") in _PHONES
    ]
    return sorted(found, key=lambda each: _PHONES.index(each.get("use", "")))


def _is_document(identifier: Json) -> bool:
    codes = {_text(each.get("code")) for each in _dicts(_dict(identifier.get("type")), "coding")}
    return bool(codes & _DOCUMENTS) or identifier.get("system") == _RESIDENT_ID


def _language(resource: Json) -> str:
    spoken = sorted(_dicts(resource, "communication"), key=lambda each: each.get("preferred") is not True)
    for each in spoken:
        for coding in _dicts(_dict(each.get("language")), "coding"):
            code = _text(coding.get("code")).lower()[:2]
            if code in ("zh", "en"):
                return "zh-CN" if code == "zh" else "en"
    return ""


def _concepts(resource: Json, name: str) -> Iterator[str]:
    """Codes and names of a list of concepts, none longer than a service's name can be."""
    for concept in _dicts(resource, name):
        for coding in _dicts(concept, "coding"):
            yield from (
                _text(coding.get(key))[: values.LONGEST_TITLE] for key in ("code", "display") if coding.get(key)
            )
        if _text(concept.get("text")):
            yield _text(concept["text"])[: values.LONGEST_TITLE]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(resource: Json, name: str) -> list[str]:
    found = resource.get(name)
    return [_text(each) for each in found] if isinstance(found, list) else []


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _dicts(resource: Json, name: str) -> list[Json]:
    found = resource.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
