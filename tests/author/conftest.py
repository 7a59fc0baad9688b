from collections.abc import AsyncGenerator

import pytest

from tests.author.messages_api import MessagesApi, serving_messages


@pytest.fixture
async def messages_api() -> AsyncGenerator[MessagesApi]:
    async with serving_messages() as api:
        yield api
