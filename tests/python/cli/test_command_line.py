"""How the commands speak: help worth reading, one line for an error, one document for a machine."""

from __future__ import annotations

import fcntl
import json
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from citymart import cli
from citymart.home import PROJECT

COMMANDS = [[], *([name] for name in cli.COMMANDS), ["layout", "suggest"], ["evaluate", "addresses"]]
WRONG = [
    ["polish"],
    ["publish", "--keep", "0"],
    ["publish", "--no-such-option"],
    ["export", "--format", "pdf"],
    ["load"],
    ["load", "/no/such/folder"],
    ["check"],
    ["check", "/no/such/file.csv"],
    ["check", str(PROJECT)],
    ["check", __file__, "--provider", "atlantis", "--subject", "spending", "--as-of", "2024-01-01"],
    ["check", __file__, "--provider", "camden", "--subject", "weather", "--as-of", "2024-01-01"],
    ["check", __file__, "--provider", "camden", "--subject", "spending", "--as-of", "31st"],
    ["layout", "suggest", "/no/such/file.csv"],
    ["evaluate", "addresses", "--gazetteer", "/no/such.csv", "--labelled", "/no/such.csv"],
    ["evaluate", "addresses", "--gazetteer", __file__, "--labelled", __file__],
    ["withdraw", "0000000000000000", "--why", "a test"],
    ["withdraw", "0000000000000000"],
    ["subject", "Not A Name"],
    ["verify", "--release", "nonesuch"],
    ["verify", "--rebuild", "--release", "all"],
    ["backup", __file__],
    ["restore", "/no/such/folder"],
    ["restore", str(PROJECT)],
]


def run(arguments: list[str], capsys) -> tuple[int, str, str]:
    status = cli.main(arguments)
    told = capsys.readouterr()
    return status, told.out, told.err


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("CITYMART_HOME", str(folder))
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_says_what_it_does_how_it_ends_and_fits_a_terminal(command, capsys):
    status, out, err = run([*command, "--help"], capsys)
    assert (status, err) == (0, "")
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "--home DIR" in out and "--json" in out
    assert "citymart" in out.split("\n", 1)[1], "no example"
    if command not in (["layout"], ["evaluate"]):
        assert "Exit status" in " ".join(out.split()), "no exit status"


@pytest.mark.parametrize("arguments", WRONG, ids=lambda words: " ".join(Path(word).name for word in words))
def test_wrong_usage_is_one_line_without_a_traceback_and_status_2(arguments, capsys):
    status, out, err = run(arguments, capsys)
    assert (status, out) == (2, "")
    assert re.fullmatch(r"citymart: [^\n]+\n", err)
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", WRONG, ids=lambda words: " ".join(Path(word).name for word in words))
def test_a_machine_gets_the_error_as_json(arguments, capsys):
    status, out, _ = run(["--json", *arguments], capsys)
    assert status == 2
    assert list(json.loads(out)) == ["error"]


def test_home_and_json_are_taken_before_and_after_the_command(tmp_path, capsys):
    for arguments in (
        ["--home", str(tmp_path / "a"), "--json", "status"],
        ["status", "--json", "--home", str(tmp_path / "a")],
        ["--json", "status", "--home", str(tmp_path / "a")],
    ):
        status, out, _ = run(arguments, capsys)
        assert status == 0
        assert json.loads(out)["home"] == str(tmp_path / "a")


def test_looking_at_an_empty_home_makes_nothing_there(home, capsys):
    status, out, _ = run(["status"], capsys)
    assert status == 0
    assert "nothing has landed in " in out and "nothing is published yet" in out
    assert not home.exists()


def test_exporting_before_publishing_says_what_to_do_first(capsys):
    status, out, err = run(["export"], capsys)
    assert (status, out) == (1, "")
    assert re.fullmatch(r"citymart: nothing is published in .*: run `citymart publish` first\n", err)


def test_a_fault_of_the_program_is_one_line_and_its_story_is_in_the_log(home, capsys):
    # A receipt that is not what the contract says, as a faulty loader might leave it.
    broken = home / "landing" / "spending" / "camden" / "0123456789abcdef.json"
    broken.parent.mkdir(parents=True)
    broken.write_text('{"extract_id": "0123456789abcdef"}', encoding="utf-8")
    status, out, err = run(["status"], capsys)
    assert (status, out) == (70, "")
    assert re.fullmatch(
        r"citymart: internal error: KeyError: 'subject'; the whole story is in \S+\.log\n", err
    )
    log = Path(err.split(" is in ")[1].strip())
    assert log.is_relative_to(home / "logs")
    assert "Traceback (most recent call last)" in log.read_text(encoding="utf-8")


def test_a_home_that_is_a_file_is_told_in_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("", encoding="utf-8")
    status, _, err = run(["publish", "--home", str(tmp_path / "file")], capsys)
    assert status == 1
    assert re.fullmatch(r"citymart: [^\n]*file[^\n]*\n", err)
    assert "internal error" not in err


def launched(arguments: list[str], **options) -> subprocess.Popen:
    return subprocess.Popen(
        [str(PROJECT / "citymart"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_the_launcher_works_from_any_folder_and_through_a_link(tmp_path):
    (tmp_path / "mart").symlink_to(PROJECT / "citymart")
    done = subprocess.run(
        [tmp_path / "mart", "status", "--json"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["delivered"] == []


def test_an_interrupt_is_one_line_and_status_130(home, tmp_path):
    (tmp_path / "march.csv").write_text("Supplier,Amount\nAda Ltd,1\n", encoding="utf-8")
    (home / "build" / "check").mkdir(parents=True)
    # A check waits for another one to end; this one waits for us.
    with open(home / "build" / "check" / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = launched(
            ["check", str(tmp_path / "march.csv"), "--provider", "camden", "--subject", "spending"],
            # A background job of a shell is born deaf to interrupts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        time.sleep(5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert re.fullmatch(r"citymart: stopped; [^\n]+\n", err)


def test_a_reader_that_goes_away_costs_no_traceback():
    process = launched(["--help"])
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.wait(timeout=30)


@pytest.mark.parametrize("letter", ["'", "*", "?", "[", "]", "\n"])
def test_a_home_whose_name_the_landing_could_not_be_read_by_is_refused(tmp_path, letter, capsys, monkeypatch):
    folder = str(tmp_path / f"a{letter}b" / "home")
    status, _, err = run(["status", "--home", folder], capsys)
    assert status == 2 and len(err.splitlines()) == 1 and "choose a folder without it" in err
    monkeypatch.setenv("CITYMART_HOME", folder)
    assert run(["status"], capsys)[0] == 2
    assert run(["status", "--home", str(tmp_path / "good")], capsys)[0] == 0


def test_a_check_refuses_the_day_that_a_load_refuses(tmp_path, capsys):
    file = tmp_path / "camden" / "spending" / "2099-10-31.csv"
    file.parent.mkdir(parents=True)
    file.write_text("Supplier Name,Amount\nA,1\n")
    assert cli.main(["check", str(file), "--home", str(tmp_path / "home")]) == 2
    assert "begins after today" in capsys.readouterr().err


def test_a_status_of_no_folder_says_so(tmp_path, capsys):
    assert cli.main(["status", "--home", str(tmp_path / "nowhere")]) == 0
    assert "there is no such folder" in capsys.readouterr().out
    (tmp_path / "file").write_text("")
    assert cli.main(["status", "--home", str(tmp_path / "file")]) == 2
    assert "is a file" in capsys.readouterr().err
