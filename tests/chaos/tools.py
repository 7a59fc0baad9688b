"""What the storms call. It runs in the sandbox, so it is text here."""

STORM = '''
"""Send a letter and post an order for each item, each exactly once, batch by batch."""

from sealwright import email, http, ledger, progress

BATCH = 25


def storm_send(campaign: str, count: int, url: str) -> dict:
    """Return how many items came to which end."""
    ends = {"sent": 0, "skipped": 0, "uncertain": 0, "failed": 0, "posted": 0, "unposted": 0}
    items = [f"{campaign}-{number:05}" for number in range(count)]
    for start in range(0, count, BATCH):
        batch = items[start : start + BATCH]
        states = ledger.claim([f"storm/{item}" for item in batch])
        mine = [item for item, state in zip(batch, states, strict=True) if state == "claimed"]
        ends["skipped"] += len(batch) - len(mine)
        answers = email.send_many(
            [{"to": f"{item}@example.com", "subject": item, "text": item, "key": f"storm/{item}"} for item in mine]
        )
        done = [item for item, answer in zip(mine, answers, strict=True) if answer["status"] == "sent"]
        for answer in answers:
            ends[answer["status"]] += 1
        ledger.done([f"storm/{item}" for item in done])
        posts = http.send_many([{"method": "POST", "url": url, "json": {"item": item}, "key": item} for item in mine])
        for post in posts:
            ends["posted" if getattr(post, "status", 0) == 201 else "unposted"] += 1
        progress(start + len(batch), count)
    return ends
'''
