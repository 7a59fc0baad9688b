"""Calling people out of bed. The grant says who."""

from sealwright import _host


def page(whom, text, key=None):
    """Page somebody: returns {"id"}. key: names this effect; a key that was paged before is not paged again."""
    return _host.call("pager", "page", _host.given(whom=whom, text=text, key=key))
