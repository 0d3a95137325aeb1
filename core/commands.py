"""What all commands of the contract share: `--json`, and refusals that say what to do."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from core.jobs import JobRefusedError


class ReportingCommand(BaseCommand):
    """Prints its result last: as text, or with `--json` as one JSON object.

    `act` does the work and returns (result, lines for people). Refused input exits 1.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="结果以一个 JSON 对象输出")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result, lines = self.act(**options)
        except JobRefusedError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            lines = [json.dumps(result, ensure_ascii=False, cls=DjangoJSONEncoder)]
        for line in lines:
            self.stdout.write(line)

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        """Do the work; the result as data and as lines."""
        raise NotImplementedError
