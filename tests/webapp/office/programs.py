"""Programs at work for accounts of the sample office: what the documented API is told and answers, act by act."""

from __future__ import annotations

from typing import Any

from sample_office import Office

from workflows.admission.sample import ACCOUNTS
from workflows.usecases import accounts, api_tokens
from workflows.usecases.actor import SYSTEM


class Program:
    """A program that signs in with a token of one account, which may use the API besides what it may do anyway."""

    def __init__(self, office: Office, username: str) -> None:
        self.office = office
        (own,) = (each for each in ACCOUNTS if each.username == username)
        with office.runtime.transaction() as tx:
            accounts.set_roles(tx, office.account_id(username), [*own.roles, "machine"], SYSTEM)
            token = api_tokens.issue(tx, username, "对接", 30, office.actor("admin"))
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer; nothing else than success is expected."""
        answer = self.office.app.test_client().open(
            f"/api/v1{path}", method=method, json=body, headers=self.headers
        )
        assert answer.status_code < 300, (path, body, answer.get_json(silent=True))
        return answer.get_json(silent=True)

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def start(self, process: str, **form: Any) -> int:
        return int(self.ask("POST", "/instances", {"process": process, "form": form})["instance_id"])

    def task(self, instance_id: int, element: str) -> Any:
        """This program's open task at an element of the diagram."""
        open_tasks = self.get(f"/instances/{instance_id}")["tasks"]
        mine = [each["task_id"] for each in open_tasks if each["element"] == element and each["mine"]]
        assert mine, (element, open_tasks)
        return self.get(f"/tasks/{mine[0]}")

    def do(self, instance_id: int, element: str, **answers: Any) -> None:
        """Complete such a task: what it holds is posted back with the answers in it."""
        task = self.task(instance_id, element)
        body = {"form": {**task["values"], **answers}, "version": task["version"]}
        self.ask("POST", f"/tasks/{task['task_id']}/complete", body)

    def send(self, instance_id: int, message: str) -> None:
        """Bring a message to an instance that waits for it."""
        self.ask("POST", "/messages", {"name": message, "instance_id": instance_id})


class Programs:
    """The programs of one office; each has its token once."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.known: dict[str, Program] = {}

    def __call__(self, username: str) -> Program:
        if username not in self.known:
            self.known[username] = Program(self.office, username)
        return self.known[username]
