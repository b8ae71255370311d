"""The test servers themselves: what other tests rely on."""

from __future__ import annotations

import psycopg
import redis
from playwright.sync_api import Page

from tests.infrastructure import Postgres


def test_a_database_is_empty_and_its_copy_is_not(postgres: Postgres, postgres_url: str) -> None:
    """A test starts with an empty database, and a copy of it holds what it held."""
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        connection.execute("CREATE TABLE chair (number int)")
    assert tables == (0,)
    copy = postgres.create(template=postgres_url.rpartition("/")[2])
    with psycopg.connect(copy.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM chair").fetchone() == (0,)
    postgres.drop(copy)


def test_redis_passes_messages(redis_url: str) -> None:
    """What one client publishes another one hears."""
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as heard:
        heard.subscribe("site")
        assert heard.get_message(timeout=5)
        client.publish("site", "7")
        message = heard.get_message(timeout=5)
        assert message is not None
        assert message["data"] == b"7"


def test_chinese_is_painted(page: Page) -> None:
    """The browser has a font for Chinese: two characters are two different pictures, not one box twice."""
    pictures = []
    for character in "请诊":
        page.set_content(f"<p style='font-size: 60px'>{character}</p>")
        pictures.append(page.locator("p").screenshot())
    assert pictures[0] != pictures[1]
