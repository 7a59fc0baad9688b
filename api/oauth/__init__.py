"""The authorization server: who may act for whom, with what. Authlib is used here and nowhere else.

`router` serves `app.state.oauth`, an `OAuth`; its `verify` is what the MCP edge asks about access tokens.
"""
