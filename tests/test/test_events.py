"""Test output as JSON events."""

from __future__ import annotations

import json

from goes.test.events import Converter


def events(*pieces: bytes, passed: bool = True) -> list[dict[str, object]]:
    out: list[bytes] = []
    converter = Converter(out.append, "p", timestamps=False)
    for piece in pieces:
        converter.write(piece)
    converter.exited(passed)
    converter.close()
    return [json.loads(line) for line in out]


def brief(found: list[dict[str, object]]) -> list[str]:
    """ "run T", "output T: text" """
    out: list[str] = []
    for e in found:
        text = str(e["Action"])
        if "Test" in e:
            text += f" {e['Test']}"
        if "Output" in e:
            text += f": {e['Output']}".rstrip("\n")
        out.append(text)
    return out


PASSING = b"=== RUN   TestA\n    a_test.go:3: hello\n--- PASS: TestA (0.25s)\nPASS\nok  \tp\t0.3s\n"


def test_a_passing_test() -> None:
    assert brief(events(PASSING)) == [
        "start",
        "run TestA",
        "output TestA: === RUN   TestA",
        "output TestA:     a_test.go:3: hello",
        "output TestA: --- PASS: TestA (0.25s)",
        "pass TestA",
        "output: PASS",
        "output: ok  \tp\t0.3s",
        "pass",
    ]


def test_pieces_do_not_matter() -> None:
    whole = brief(events(PASSING))
    assert brief(events(*(PASSING[i : i + 1] for i in range(len(PASSING))))) == whole


def test_frames_are_marked_as_such() -> None:
    kinds = [(e.get("Output"), e.get("OutputType")) for e in events(PASSING) if "Output" in e]
    assert kinds[0] == ("=== RUN   TestA\n", "frame")
    assert kinds[1] == ("    a_test.go:3: hello\n", None)


def test_reports_of_subtests_come_before_their_parent_ends() -> None:
    text = b"=== RUN   T\n=== RUN   T/x\n--- FAIL: T (0.00s)\n    --- FAIL: T/x (0.00s)\n        why\nFAIL\n"
    found = brief(events(text, passed=False))
    assert found[-4:] == ["fail T/x", "fail T", "output: FAIL", "fail"]
    assert "output T/x:         why" in found


def test_with_marks_only_marked_lines_frame() -> None:
    text = b"\x16=== RUN   T\n--- PASS: no (0.00s)\n\x16--- PASS: T (0.00s)\n\x16PASS\n"
    found = brief(events(text))
    assert "output T: --- PASS: no (0.00s)" in found
    assert [e for e in found if e.startswith("pass")] == ["pass T", "pass"]


def test_a_mark_ends_an_unfinished_line() -> None:
    found = brief(events(b"\x16=== RUN   T\nunfinished\x16--- PASS: T (0.00s)\nPASS\n"))
    assert "output T: unfinished" in found
    assert "pass T" in found


def test_errors_and_escapes() -> None:
    found = events(b"\x16=== RUN   T\n    \x0fa_test.go:1: bad\x0e\n\x1b\x0f is just a byte\n")
    outputs = [(e["Output"], e.get("OutputType")) for e in found if "Output" in e]
    assert ("a_test.go:1: bad\n", "error") in outputs
    assert ("\x0f is just a byte\n", None) in outputs


def test_an_escaped_mark_is_none_however_it_arrives() -> None:
    text = b"\x16=== RUN   T\nsay \x1b\x16 twice\n"
    assert "output T: say \x16 twice" in brief(events(text))
    assert brief(events(*(text[i : i + 1] for i in range(len(text))))) == brief(events(text))


def test_no_test_files_is_a_skip() -> None:
    assert brief(events(b"?   \tp\t[no test files]\n"))[-1] == "skip"


def test_a_failed_end_wins() -> None:
    assert brief(events(b"PASS\n", passed=False))[-1] == "fail"


def test_long_lines_are_cut_between_characters() -> None:
    found = events("é".encode() * 4000 + b"\n")
    outputs = [str(e["Output"]) for e in found if "Output" in e]
    assert "".join(outputs) == "é" * 4000 + "\n"
    assert max(len(o.encode()) for o in outputs) <= 1024


def test_html_is_escaped_as_encoding_json_does() -> None:
    out: list[bytes] = []
    converter = Converter(out.append, "p", timestamps=False)
    converter.write(b"<&>\n")
    assert rb"\u003c\u0026\u003e\n" in out[-1]
