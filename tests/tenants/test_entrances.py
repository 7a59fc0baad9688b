"""Second factors, letters and links, on both databases: each is taken once, also by those who come at once."""

import asyncio
import time
from base64 import b32decode
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tenants.base.db import Database, now
from tenants.base.errors import ConflictError, LinkOverError, NotAuthenticatedError, TenantsError
from tenants.base.key_ring import Ring
from tenants.capabilities.email.messages import Delivery, Letter, Mailbox
from tenants.models import OutgoingLetter, SecondStep, Totp, User
from tenants.people import accounts, mail_tokens, passwords, sign_ups
from tenants.people.mailer import Mailer
from tenants.sign_in import authenticators, entrances, password_resets, second_factors, second_steps, sessions
from tenants.sign_in.second_factors import Shown
from tenants.stores import platform_keys
from tests.api.people import settled_step
from tests.tenants.people import PASSWORD, sign_up

RING = Ring({"k1": b"1" * 32})
ORIGIN = "http://localhost"


class Post:
    """Takes letters, and answers as it is told to."""

    sender = "no-reply@host.example"
    connections = 1

    def __init__(self) -> None:
        self.taken: list[Letter] = []
        self.answers: list[Delivery] = []

    async def deliver(self, letter: Letter) -> Delivery:
        self.taken.append(letter)
        return self.answers.pop(0) if self.answers else Delivery("sent")

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def post() -> Post:
    return Post()


def mailer(database: Database, post: Post) -> Mailer:
    return Mailer(database, RING, post, Mailbox("Sealwright", "no-reply@host.example"), ORIGIN)


async def at_once(work: Callable[[], Awaitable[object]], times: int = 6) -> int:
    """How many of so many at once did not fail."""

    async def one() -> bool:
        try:
            await work()
        except TenantsError:
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(times))))


async def with_app(database: Database, user: User) -> tuple[bytes, list[str]]:
    async with database.system() as session:
        enrolment = await second_factors.begin_app(session, RING, user)
    secret = b32decode(enrolment.secret + "=" * (-len(enrolment.secret) % 8))
    step = settled_step() - 1
    async with database.system() as session:
        codes = await second_factors.confirm_app(session, RING, user, authenticators.code_at(secret, step))
    return secret, codes


async def test_one_code_lets_one_in_of_those_who_come_at_once(database: Database) -> None:
    user = (await sign_up(database)).user
    secret, codes = await with_app(database, user)
    code = authenticators.code_at(secret, int(time.time() // authenticators.STEP_S))

    async def show(shown: Shown) -> None:
        async with database.system() as session:
            await second_factors.show(session, RING, ORIGIN, user.id, shown)

    assert await at_once(lambda: show(Shown(code=code))) == 1
    assert await at_once(lambda: show(Shown(recovery_code=codes[0]))) == 1
    async with database.system_reading() as session:
        assert (await second_factors.of(session, user.id)).recovery_codes == 9


async def test_an_app_is_one_and_begins_only_where_there_is_none(database: Database) -> None:
    user = (await sign_up(database)).user
    await with_app(database, user)
    async with database.system() as session:
        with pytest.raises(ConflictError, match="already"):
            await second_factors.begin_app(session, RING, user)


async def test_an_apps_secret_follows_the_ring(database: Database) -> None:
    user = (await sign_up(database)).user
    secret, _ = await with_app(database, user)
    newer = Ring({"k2": b"2" * 32, **RING.keys})
    await platform_keys.wrap_anew(database, newer)
    async with database.system() as session:
        assert (await session.get_one(Totp, user.id)).wrapped_by == "k2"
        code = authenticators.code_at(secret, int(time.time() // authenticators.STEP_S))
        await second_factors.show(session, Ring({"k2": b"2" * 32}), ORIGIN, user.id, Shown(code=code))


async def test_a_step_opens_one_session_and_ends(database: Database) -> None:
    user = (await sign_up(database)).user
    await with_app(database, user)
    async with database.system() as session:
        entrance = await entrances.enter(session, user, entrances.Browser())
    assert not entrance.is_open
    # It is no session, in whatever table it is looked for.
    assert await sessions.find_user(database, entrance.token) is None
    opened: list[str] = []

    async def finish() -> None:
        async with database.system() as session:
            step, who = await second_steps.find_step(session, entrance.token)
            opened.append(await entrances.finish(session, step, who, entrances.Browser()))

    assert await at_once(finish) == 1
    found = await sessions.find_user(database, opened[-1])
    assert found
    assert found[0].second_factor_at is not None


async def test_a_step_is_over_after_ten_minutes(database: Database) -> None:
    user = (await sign_up(database)).user
    async with database.system() as session:
        token = await second_steps.open(session, user)
        await session.execute(update(SecondStep).values(expires_at=now()))
    async with database.system_reading() as session:
        with pytest.raises(NotAuthenticatedError):
            await second_steps.find_step(session, token)


async def test_a_new_password_ends_steps_sessions_and_links(database: Database, post: Post) -> None:
    user = (await sign_up(database)).user
    async with database.system() as session:
        step = await second_steps.open(session, user)
        browser = await sessions.open(session, user)
        links = [await password_resets.link_for(session, ORIGIN, user) for _ in range(2)]
    tokens = [link.rpartition("/")[2] for link in links]
    await password_resets.finish(database, mailer(database, post), tokens[0], "another long password")
    assert await sessions.find_user(database, browser) is None
    async with database.system_reading() as session:
        with pytest.raises(NotAuthenticatedError):
            await second_steps.find_step(session, step)
        with pytest.raises(LinkOverError):
            await mail_tokens.read_token(session, "reset", tokens[1])


async def test_a_link_is_taken_once_by_those_who_come_at_once(database: Database, post: Post) -> None:
    user = (await sign_up(database)).user
    async with database.system() as session:
        token = (await password_resets.link_for(session, ORIGIN, user)).rpartition("/")[2]
    assert await at_once(lambda: password_resets.finish(database, None, token, "another long password"), 4) == 1


async def test_a_sign_up_that_is_answered_twice_at_once_is_one_person(database: Database, post: Post) -> None:
    form = sign_ups.Form("ann@acme.example", PASSWORD, "Ann", "Acme")
    await sign_ups.ask(database, mailer(database, post), form)
    await mailer(database, post).deliver()
    token = post.taken[0].text.partition("/confirm/")[2].split()[0]
    assert await at_once(lambda: sign_ups.confirm(database, token, PASSWORD), 4) == 1
    async with database.system_reading() as session:
        user = await session.scalar(accounts.signed_up_as("ann@acme.example"))
    assert user
    assert user.address_proved_at is not None


async def test_a_letter_is_sent_once_what_it_is_about_is_committed(database: Database, post: Post) -> None:
    writing = mailer(database, post)

    async def undo() -> None:
        async with database.system() as session:
            await writing.write(session, "ann@acme.example", "Hello", "never")
            raise LinkOverError

    with pytest.raises(LinkOverError):
        await undo()
    async with database.system() as session:
        await writing.write(session, "ann@acme.example", "Hello", "once")
    await asyncio.gather(*(writing.deliver() for _ in range(4)))
    assert [(letter.recipients, letter.text) for letter in post.taken] == [(("ann@acme.example",), "once")]


async def test_a_letter_that_the_server_does_not_take_now_is_tried_again_and_then_given_up(
    database: Database, post: Post
) -> None:
    writing = mailer(database, post)
    async with database.system() as session:
        await writing.write(session, "ann@acme.example", "Hello", "again")
    post.answers = [Delivery("failed", "busy")] * 9
    for _ in range(8):
        await writing.deliver()
        async with database.system() as session:
            await session.execute(update(OutgoingLetter).values(next_at=now() - timedelta(seconds=1)))
    assert len(post.taken) == 5
    assert len({letter.id for letter in post.taken}) == 1
    async with database.system_reading() as session:
        assert await session.scalar(select(func.count()).select_from(OutgoingLetter)) == 0


async def test_an_unknown_address_takes_as_long_as_a_known_one(database: Database) -> None:
    user = (await sign_up(database)).user

    async def seconds(email: str) -> float:
        taken: list[float] = []
        for _ in range(3):
            began = time.process_time()
            with pytest.raises(NotAuthenticatedError):
                await accounts.authenticate(database, email, "a wrong password")
            taken.append(time.process_time() - began)
        return min(taken)

    known, unknown = await seconds(user.email), await seconds("nobody@acme.example")
    # Both have hashed, which is nearly all of it.
    assert unknown > known / 2
    assert known > unknown / 2


def test_usual_passwords_are_none_and_others_are() -> None:
    for good in (PASSWORD, "another long password", "Tr0ub4dor&3xyz", "abcdefghij-klmno", "my dog eats 9 shoes"):
        assert passwords.problem(good, "ann@acme.example") is None, good
    assert passwords.problem("ann@acme.example", "ann@acme.example")
