"""The questionnaires there are, read from their YAML files."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from clinic.questionnaire import Questionnaire, parse

FOLDER = Path(__file__).parent.parent / "questionnaires"


def load_questionnaires(folder: Path = FOLDER) -> Mapping[str, Questionnaire]:
    """Every questionnaire by id. Raises BadQuestionnaire, naming the place and the cure."""
    files = sorted(folder.glob("*.yaml"))
    found = [parse(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files]
    return {questionnaire.id: questionnaire for questionnaire in found}
