"""The demo's mailbox is killed while it writes, and starts again with every whole message that it had."""

import asyncio
import json
import smtplib
import sys
from asyncio.subprocess import PIPE
from email.message import EmailMessage
from pathlib import Path

import pytest

from examples.world import mail
from tests.makers import CHECKOUT

LETTER = b"Subject: Hello\r\n\r\nHello.\r\n"


def envelope(number: int = 1) -> bytes:
    said = {
        "number": number,
        "received_at": "2026-06-05T00:00:00Z",
        "sender": "a@b.example",
        "recipient": "c@d.example",
    }
    return json.dumps(said).encode()


WHOLE = envelope() + b"\n" + LETTER
TORN = {
    "nothing": b"",
    "half an envelope": WHOLE[:20],
    "an envelope without its end": envelope()[:-1],
    "zeros, as after a power cut": bytes(200),
    "no JSON": b"hello\nhello",
    "a list": b"[1, 2]\nhello",
    "a number": b"5\nhello",
    "another envelope": b'{"number": 1}\nhello',
    "too much of an envelope": envelope()[:-1] + b', "more": 1}\nhello',
    "no UTF-8": b"\xff\xfe{}\nhello",
    "null": b"null\n",
}


@pytest.mark.parametrize("torn", TORN)
def test_a_file_that_is_no_message_is_passed_over(tmp_path: Path, torn: str) -> None:
    (tmp_path / "00000001.eml").write_bytes(WHOLE)
    (tmp_path / "00000002.eml").write_bytes(TORN[torn])
    (tmp_path / "00000003.part").write_bytes(WHOLE[:40])
    (tmp_path / "00000004.eml").mkdir()
    sink = mail.Sink(mail.Behaviour(), tmp_path)
    assert [message.subject for message in sink.messages] == ["Hello"]
    sink.keep(LETTER, "a@b.example", ["c@d.example"])
    again = mail.Sink(mail.Behaviour(), tmp_path)
    assert [message.number for message in again.messages] == [1, 2]


def test_numbers_go_on_after_a_gap(tmp_path: Path) -> None:
    (tmp_path / "00000009.eml").write_bytes(envelope(9) + b"\n" + LETTER)
    sink = mail.Sink(mail.Behaviour(), tmp_path)
    sink.keep(LETTER, "a@b.example", ["c@d.example", "e@f.example"])
    assert [message.number for message in mail.Sink(mail.Behaviour(), tmp_path).messages] == [9, 10, 11]


def send_until_cut_off(port: int, acknowledged: list[int]) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@b.example", "c@d.example", "Hello"
    message.set_content("x" * 200_000)
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
            while True:
                server.send_message(message)
                acknowledged.append(1)
    except (OSError, smtplib.SMTPException):
        return


async def test_a_mailbox_that_is_killed_while_it_writes_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    for _ in range(3):
        command = (sys.executable, "-m", "examples.world.mail", "--json", "--smtp-port", "0", "--http-port", "0")
        process = await asyncio.create_subprocess_exec(
            *command, "--folder", str(tmp_path), cwd=CHECKOUT, stdout=PIPE, stderr=PIPE
        )
        assert process.stdout is not None
        line = await process.stdout.readline()
        assert line, (await process.communicate())[1].decode()
        before = len(acknowledged)
        sending = asyncio.create_task(
            asyncio.to_thread(send_until_cut_off, json.loads(line)["smtp_port"], acknowledged)
        )
        async with asyncio.timeout(120):
            while len(acknowledged) < before + 3:
                await asyncio.sleep(0)
        process.kill()
        await process.communicate()
        await sending
        kept = mail.Sink(mail.Behaviour(), tmp_path).messages
        assert len(kept) >= len(acknowledged)
        assert all(message.subject == "Hello" and len(message.text) > 200_000 for message in kept)
