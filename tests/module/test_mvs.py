"""Minimal version selection: the scenarios of cmd/go, and properties that hold for any graph."""

from __future__ import annotations

import random
import re

import pytest
from official import GOROOT

from goes.module import mvs
from goes.module.mvs import Module


class Scenario:
    """A graph written as "A: B1 C2"; versions are compared as text, those that end in .hidden are not offered."""

    def __init__(self, graph: dict[Module, list[Module]]) -> None:
        self.graph = graph

    def required(self, module: Module) -> list[Module]:
        if module not in self.graph:
            raise mvs.RequirementError("missing module")
        return self.graph[module]

    def max(self, path: str, a: str, b: str) -> str:
        if a == "none" or not b:
            return b
        if b == "none" or not a:
            return a
        return b if a < b else a

    def upgrade(self, module: Module) -> Module:
        offered = [v for p, v in self.graph if p == module[0] and not v.endswith(".hidden") and v != "none"]
        if not offered:
            raise mvs.RequirementError("missing module")
        return module[0], "" if "" in offered else max(offered)

    def previous(self, module: Module) -> Module:
        offered = [v for p, v in self.graph if p == module[0] and v < module[1] and not v.endswith(".hidden") and v]
        return module[0], max(offered, default="none")


def modules(text: str) -> list[Module]:
    return [(word[0], word[1:]) for word in text.split()]


def scenarios() -> list[tuple[str, list[str], str]]:
    """(name, lines of the graph, question) of cmd/go's own table."""
    source = (GOROOT / "src/cmd/go/internal/mvs/mvs_test.go").read_text()
    table = source.split("var tests = `")[1].split("`")[0]
    out: list[tuple[str, list[str], str]] = []
    for case in re.split(r"^name:", table, flags=re.M)[1:]:
        name, *lines = [line.strip() for line in case.splitlines() if line.strip() and not line.startswith("#")]
        graph = [line for line in lines if len(line.split(":")[0].split()) == 1]
        out += [(name, graph, line) for line in lines if len(line.split(":")[0].split()) > 1]
    assert len(out) > 70
    return out


@pytest.mark.parametrize("name, lines, question", scenarios())
def test_scenarios_of_the_go_command(name: str, lines: list[str], question: str) -> None:
    graph: dict[Module, list[Module]] = {}
    for line in lines:
        key, _, value = line.partition(":")
        for module in modules(value):
            graph.setdefault(module, [])
        graph[modules(key)[0]] = modules(value)
    scenario = Scenario(graph)
    key, _, value = question.partition(":")
    verb, *words = key.split()
    arguments = [(word[0], word[1:]) for word in words]
    target = arguments[0]
    if verb == "build":
        answer = mvs.build_list([target], scenario)
    elif verb == "upgrade*":
        answer = mvs.upgrade_all(target, scenario)
    elif verb == "upgrade":
        answer = mvs.upgrade(target, scenario, arguments[1:])
    elif verb == "upgradereq":
        graph[target] = mvs.upgrade(target, scenario, arguments[1:])
        answer = mvs.minimal_requirements(target, [], scenario)
    elif verb == "downgrade":
        answer = mvs.downgrade(target, scenario, arguments)
    else:
        assert verb == "req"
        answer = mvs.minimal_requirements(target, words[1:], scenario)
    assert answer == modules(value)


# ------------------------------------------------------------------------------------------------ properties


class Numbers(Scenario):
    """Versions are "1", "2", …; that of the main module is ""."""

    def max(self, path: str, a: str, b: str) -> str:
        if a == "none" or not b:
            return b
        if b == "none" or not a:
            return a
        return b if int(a) < int(b) else a


MAIN: Module = ("main", "")


def some_graph(seed: int, size: int = 12, versions: int = 4) -> Numbers:
    """A graph with cycles, in which some modules need the main module too."""
    dice = random.Random(seed)
    nodes = [(f"m{i:03}", str(v)) for i in range(size) for v in range(1, versions + 1)]
    graph = {node: dice.sample(nodes, dice.randrange(4)) for node in nodes}
    graph[MAIN] = dice.sample(nodes, 4)
    graph["main", "1"] = dice.sample(nodes, 2)
    graph[dice.choice(nodes)].append(("main", "1"))
    return Numbers(graph)


def reachable(graph: Numbers) -> set[Module]:
    seen = {MAIN}
    stack = [MAIN]
    while stack:
        for module in graph.required(stack.pop()):
            if module not in seen:
                seen.add(module)
                stack.append(module)
    return seen


@pytest.mark.parametrize("seed", range(60))
def test_each_module_is_used_at_the_highest_version_reachable(seed: int) -> None:
    graph = some_graph(seed)
    expected: dict[str, str] = {}
    for path, version in reachable(graph):
        expected[path] = graph.max(path, expected.get(path, "none"), version)
    chosen = mvs.build_list([MAIN], graph)
    assert dict(chosen) == expected
    assert chosen[0] == MAIN and chosen[1:] == sorted(chosen[1:])


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_requirements_does_not_matter(seed: int) -> None:
    graph = some_graph(seed)
    dice = random.Random(seed)
    shuffled = {node: dice.sample(graph.graph[node], len(graph.graph[node])) for node in graph.graph}
    assert mvs.build_list([MAIN], Numbers(shuffled)) == mvs.build_list([MAIN], graph)


@pytest.mark.parametrize("seed", range(60))
def test_more_requirements_never_lower_a_version(seed: int) -> None:
    graph = some_graph(seed)
    before = mvs.build_list([MAIN], graph)
    dice = random.Random(seed + 1000)
    graph.graph[MAIN] = [*graph.graph[MAIN], dice.choice([m for m in graph.graph if m[0] != "main"])]
    after = dict(mvs.build_list([MAIN], graph))
    for path, version in before:
        assert graph.max(path, version, after[path]) == after[path]


@pytest.mark.parametrize("seed", range(60))
def test_minimal_requirements_have_the_same_build_list_and_none_can_be_left_out(seed: int) -> None:
    graph = some_graph(seed)
    wanted = mvs.build_list([MAIN], graph)
    graph.graph[MAIN] = wanted[1:]
    needed = mvs.minimal_requirements(MAIN, [], graph)
    graph.graph[MAIN] = needed
    assert mvs.build_list([MAIN], graph) == wanted
    for module in needed:
        graph.graph[MAIN] = [m for m in needed if m != module]
        assert mvs.build_list([MAIN], graph) != wanted


@pytest.mark.parametrize("seed", range(60))
def test_an_upgrade_reaches_its_version_and_a_downgrade_upgrades_nothing(seed: int) -> None:
    graph = some_graph(seed)
    before = dict(mvs.build_list([MAIN], graph))
    upgraded = dict(mvs.upgrade(MAIN, graph, [("m003", "4"), ("m007", "2")]))
    assert upgraded["m003"] == "4" and int(upgraded["m007"]) >= 2
    lowered = dict(mvs.downgrade(MAIN, graph, [("m003", "1"), ("m007", "1")]))
    for path, version in lowered.items():
        limit = "1" if path in ("m003", "m007") else before.get(path, version)
        assert graph.max(path, version, limit) == limit


def test_a_chain_of_requirements_explains_an_error() -> None:
    graph = Scenario({("A", ""): [("B", "1")], ("B", "1"): [("C", "2")], ("C", "2"): [("D", "3")]})
    with pytest.raises(mvs.BuildListError) as caught:
        mvs.build_list([("A", "")], graph)
    assert caught.value.message == "B@1 requires\n\tC@2 requires\n\tD@3: missing module"
    assert caught.value.chain[-1] == ("D", "3")


def test_depth_is_no_limit() -> None:
    graph = Numbers({(f"m{i:05}", "1"): [(f"m{i + 1:05}", "1")] for i in range(5000)})
    graph.graph["m05000", "1"] = []
    graph.graph[MAIN] = [("m00000", "1")]
    chosen = mvs.build_list([MAIN], graph)
    assert len(chosen) == 5002
    assert mvs.minimal_requirements(MAIN, [], graph) == [("m00000", "1")]
    assert mvs.downgrade(MAIN, graph, [("m04000", "1")]) == chosen
