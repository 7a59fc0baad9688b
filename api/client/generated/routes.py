"""Written by api/client/generator.py from the OpenAPI document; changes belong there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Literal

from api.client.generated import shapes
from api.client.requests import Request, new_key, part, parts


class Routes:
    """One method for each route that a key is of use for."""

    def _ask(self, request: Request, /) -> Any:
        raise NotImplementedError

    def list_gates(self) -> list[shapes.GateOut]:
        """Every gate in its order: what it holds versions to, and whether a tenant's policy may relax it."""
        return self._ask(Request("GET", "/api/v1/gates", of_tenant=False))

    def read_image(self) -> shapes.ImageOut:
        """The Python and the libraries every tool can import."""
        return self._ask(Request("GET", "/api/v1/image", of_tenant=False))

    def read_spec_schema(self) -> Any:
        """The JSON Schema of a spec, for editors: `# yaml-language-server: $schema=THIS-URL` in a spec.yaml."""
        return self._ask(Request("GET", "/api/v1/schemas/spec.json", of_tenant=False))

    def read_sdk(self) -> shapes.PageOfGuide:
        """The `sealwright` package inside the sandbox: what a tool's source may call, in Markdown."""
        return self._ask(Request("GET", "/api/v1/sdk", of_tenant=False))

    def read_tenant(self) -> shapes.TenantPage:
        """Read Tenant"""
        return self._ask(Request("GET", ""))

    def list_alerts(self) -> shapes.AlertsOut:
        """List Alerts"""
        return self._ask(Request("GET", "/alerts"))

    def set_alert(self, body: shapes.AlertIn) -> shapes.AlertOut:
        """Webhooks hear of it by `alert.fired` and `alert.over`; letters go to whoever asks for them."""
        return self._ask(Request("POST", "/alerts", body=body))

    def remove_alert(self, alert_id: str) -> None:
        """Remove Alert"""
        return self._ask(Request("DELETE", f"/alerts/{part(alert_id)}"))

    def change_alert(self, alert_id: str, body: shapes.AlertChange) -> shapes.AlertOut:
        """Count otherwise, pause or go on. What fires is judged anew within seconds."""
        return self._ask(Request("PATCH", f"/alerts/{part(alert_id)}", body=body))

    def ask_for_letters(self, alert_id: str, body: shapes.LettersIn) -> shapes.AlertOut:
        """Have letters written to oneself, or no more: nobody asks for another."""
        return self._ask(Request("PUT", f"/alerts/{part(alert_id)}/letters", body=body))

    def list_keys(self) -> shapes.KeyOutPage:
        """List Keys"""
        return self._ask(Request("GET", "/api-keys"))

    def create_key(self, body: shapes.KeyIn) -> shapes.NewKeyOut:
        """Make an API key. Its token is in this answer and nowhere else."""
        return self._ask(Request("POST", "/api-keys", body=body))

    def revoke_key(self, key_id: str) -> None:
        """Revoke Key"""
        return self._ask(Request("DELETE", f"/api-keys/{part(key_id)}"))

    def list_audit(self, *, kind: str | None = None, who: str | None = None, about: str | None = None, since: str | None = None, until: str | None = None, cursor: str | None = None, limit: int | None = None) -> shapes.AuditOutPage:
        """List Audit"""
        return self._ask(Request("GET", "/audit", query={"kind": kind, "who": who, "about": about, "since": since, "until": until, "cursor": cursor, "limit": limit}))

    def iterate_audit(self, *, kind: str | None = None, who: str | None = None, about: str | None = None, since: str | None = None, until: str | None = None, limit: int | None = None) -> Iterator[shapes.AuditOut]:
        """What `list_audit` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.list_audit(kind=kind, who=who, about=about, since=since, until=until, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def export_audit(self) -> bytes:
        """The whole trail, as `sealwright audit verify` reads it on any machine."""
        return self._ask(Request("GET", "/audit/export"))

    def verify_audit(self) -> shapes.VerifiedOut:
        """Go through the whole trail: that no event was changed, taken out or put in between.  What was cut off
        at its end cannot be seen: compare `last_hash` with one that was noted elsewhere.
        """
        return self._ask(Request("GET", "/audit/verification"))

    def list_clients(self) -> shapes.AgentOutPage:
        """What is connected: your own, or everybody's when you manage the members."""
        return self._ask(Request("GET", "/clients"))

    def create_client(self, body: shapes.ClientIn) -> shapes.NewClientOut:
        """Make a client for a machine (OAuth client credentials). Its secret is in this answer and nowhere else."""
        return self._ask(Request("POST", "/clients", body=body))

    def disconnect(self, grant_id: str) -> None:
        """Disconnect an agent or a machine: its tokens stop working at once."""
        return self._ask(Request("DELETE", f"/clients/{part(grant_id)}"))

    def list_connections(self) -> shapes.ConnectionOutPage:
        """List Connections"""
        return self._ask(Request("GET", "/connections"))

    def remove_connection(self, name: str) -> None:
        """Remove Connection"""
        return self._ask(Request("DELETE", f"/connections/{part(name)}"))

    def put_connection(self, name: str, body: shapes.ConnectionIn) -> shapes.ConnectionOut:
        """Set up a database, or change where its name leads. Tools name it: `sql.query("NAME", ...)`."""
        return self._ask(Request("PUT", f"/connections/{part(name)}", body=body))

    def check_connection(self, name: str) -> shapes.CheckOut:
        """Connect once, as a tool would; the answer says what is wrong."""
        return self._ask(Request("POST", f"/connections/{part(name)}/check"))

    def list_effects(self, *, q: str | None = None, state: Literal["claimed", "done"] | None = None, cursor: str | None = None, limit: int | None = None) -> shapes.EffectOutPage:
        """The ledger by key: what has happened, and what runs hold; `q` is a part of a key, or a run's id."""
        return self._ask(Request("GET", "/data/effects", query={"q": q, "state": state, "cursor": cursor, "limit": limit}))

    def iterate_effects(self, *, q: str | None = None, state: Literal["claimed", "done"] | None = None, limit: int | None = None) -> Iterator[shapes.EffectOut]:
        """What `list_effects` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.list_effects(q=q, state=state, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def forget_effects(self, body: shapes.ForgetIn) -> None:
        """Forget that these happened: the next run that comes to one does it again. All are forgotten, or none."""
        return self._ask(Request("POST", "/data/effects/forget", body=body))

    def list_scopes(self) -> shapes.ScopeOutPage:
        """Whose values there are."""
        return self._ask(Request("GET", "/data/scopes"))

    def list_values(self, *, scope: str | None = None, q: str | None = None, cursor: str | None = None, limit: int | None = None) -> shapes.ValueOutPage:
        """The values of one scope by key, or those that have `q` in their key or value."""
        return self._ask(Request("GET", "/data/values", query={"scope": scope, "q": q, "cursor": cursor, "limit": limit}))

    def iterate_values(self, *, scope: str | None = None, q: str | None = None, limit: int | None = None) -> Iterator[shapes.ValueOut]:
        """What `list_values` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.list_values(scope=scope, q=q, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def change_value(self, body: shapes.ValueIn) -> None:
        """Change, make or remove one value, if it is still the one that was read. The audit trail keeps who did."""
        return self._ask(Request("PUT", "/data/values", body=body))

    def list_files(self, *, prefix: str | None = None) -> shapes.FileOutPage:
        """What tools have written and read, by path; more than 1,000 are listed by a longer prefix."""
        return self._ask(Request("GET", "/files", query={"prefix": prefix}))

    def remove_file(self, path: str) -> None:
        """Remove File"""
        return self._ask(Request("DELETE", f"/files/{parts(path)}"))

    def read_file(self, path: str) -> bytes:
        """Read File"""
        return self._ask(Request("GET", f"/files/{parts(path)}"))

    def put_file(self, path: str, content: bytes, *, content_type: str | None = None) -> None:
        """Put a file there for tools to read; the body is its content, as application/octet-stream."""
        return self._ask(Request("PUT", f"/files/{parts(path)}", query={"content_type": content_type}, content=content))

    def open_folder(self, *, path: str | None = None) -> shapes.FolderOut:
        """What lies in a folder: the folders in it, and its own files, with who wrote each and when."""
        return self._ask(Request("GET", "/folders", query={"path": path}))

    def show_guide(self) -> shapes.PageOfGuide:
        """Every page of the guide as one text in Markdown; for authors it ends with what the tenant has."""
        return self._ask(Request("GET", "/guide"))

    def list_identity_providers(self) -> shapes.IdentityProviderOutPage:
        """List Identity Providers"""
        return self._ask(Request("GET", "/identity-providers"))

    def remove_identity_provider(self, name: str) -> None:
        """Stop trusting a provider: whom it signed in is signed out at once."""
        return self._ask(Request("DELETE", f"/identity-providers/{part(name)}"))

    def put_identity_provider(self, name: str, body: shapes.IdentityProviderIn) -> shapes.IdentityProviderOut:
        """Let people sign in by an OpenID Connect provider, or change how. It is asked who it is before it is
        kept.
        """
        return self._ask(Request("PUT", f"/identity-providers/{part(name)}", body=body))

    def list_invitations(self) -> shapes.InvitationOutPage:
        """What can still be accepted."""
        return self._ask(Request("GET", "/invitations"))

    def invite(self, body: shapes.MemberIn) -> shapes.NewInvitationOut:
        """Invite somebody, who need not have signed up. The link holds until `expires_at`, once; the one before
        it ends.  Nobody gives a role that holds more than they do; approvers and owners are made by a person
        who is signed in.
        """
        return self._ask(Request("POST", "/invitations", body=body))

    def revoke_invitation(self, invitation_id: str) -> None:
        """Revoke Invitation"""
        return self._ask(Request("DELETE", f"/invitations/{part(invitation_id)}"))

    def settle_effect(self, body: shapes.SettleIn) -> None:
        """A person's word on an effect that nobody knows the end of."""
        return self._ask(Request("POST", "/ledger/settle", body=body))

    def settle_effects(self, body: shapes.SettleAllIn) -> None:
        """A person's word on several of them: all are settled, or none."""
        return self._ask(Request("POST", "/ledger/settle-all", body=body))

    def list_unsettled(self) -> shapes.UnsettledOutPage:
        """Effects that nobody knows the end of: their run is over, and neither did nor released them."""
        return self._ask(Request("GET", "/ledger/unsettled"))

    def list_members(self) -> shapes.MemberOutPage:
        """List Members"""
        return self._ask(Request("GET", "/members"))

    def add_member(self, body: shapes.MemberIn) -> shapes.NewInvitationOut:
        """The same: whoever it is becomes a member by accepting, whether or not there is an account with the
        address.
        """
        return self._ask(Request("POST", "/members", body=body))

    def remove_member(self, user_id: str) -> None:
        """Remove Member"""
        return self._ask(Request("DELETE", f"/members/{part(user_id)}"))

    def change_role(self, user_id: str, body: shapes.RoleIn) -> shapes.MemberOut:
        """Change Role"""
        return self._ask(Request("PATCH", f"/members/{part(user_id)}", body=body))

    def read_overview(self, *, hours: int | None = None) -> shapes.OverviewOut:
        """What waits, what happened and what it saved. What the caller may not read is null."""
        return self._ask(Request("GET", "/overview", query={"hours": hours}))

    def list_tool_names(self) -> shapes.ToolNamePage:
        """Every tool that is not retired, by name, up to 5,000: for what lets one choose."""
        return self._ask(Request("GET", "/overview/tools"))

    def change_policy(self, body: dict[str, Any]) -> shapes.PolicyOut:
        """Change Policy"""
        return self._ask(Request("PATCH", "/policy", body=body))

    def list_questions(self, *, open: bool | None = None, cursor: str | None = None, limit: int | None = None) -> shapes.QuestionOutPage:
        """What suspended runs ask people."""
        return self._ask(Request("GET", "/questions", query={"open": open, "cursor": cursor, "limit": limit}))

    def iterate_questions(self, *, open: bool | None = None, limit: int | None = None) -> Iterator[shapes.QuestionOut]:
        """What `list_questions` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.list_questions(open=open, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def answer_question(self, question_id: str, body: shapes.AnswerIn) -> shapes.QuestionOut:
        """Answer; the run goes on by itself."""
        return self._ask(Request("POST", f"/questions/{part(question_id)}/answer", body=body))

    def list_reviews(self, *, cursor: str | None = None, limit: int | None = None) -> shapes.WaitingOutPage:
        """Versions that await approval, of all tools; the newest first."""
        return self._ask(Request("GET", "/reviews", query={"cursor": cursor, "limit": limit}))

    def iterate_reviews(self, *, limit: int | None = None) -> Iterator[shapes.WaitingOut]:
        """What `list_reviews` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.list_reviews(limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def list_runs(self, *, q: str | None = None, cursor: str | None = None, limit: int | None = None, tool: str | None = None, tool_part: str | None = None, version: int | None = None, caller: str | None = None, status: Literal["queued", "running", "suspended", "finished"] | None = None, outcome: Literal["returned", "failed", "refused", "exhausted", "trapped", "cancelled"] | None = None, code: str | None = None, parent: str | None = None, since: str | None = None, until: str | None = None) -> shapes.RunListedPage:
        """List Runs"""
        return self._ask(Request("GET", "/runs", query={"q": q, "cursor": cursor, "limit": limit, "tool": tool, "tool_part": tool_part, "version": version, "caller": caller, "status": status, "outcome": outcome, "code": code, "parent": parent, "since": since, "until": until}))

    def iterate_runs(self, *, q: str | None = None, limit: int | None = None, tool: str | None = None, tool_part: str | None = None, version: int | None = None, caller: str | None = None, status: Literal["queued", "running", "suspended", "finished"] | None = None, outcome: Literal["returned", "failed", "refused", "exhausted", "trapped", "cancelled"] | None = None, code: str | None = None, parent: str | None = None, since: str | None = None, until: str | None = None) -> Iterator[shapes.RunListed]:
        """What `list_runs` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.list_runs(q=q, limit=limit, tool=tool, tool_part=tool_part, version=version, caller=caller, status=status, outcome=outcome, code=code, parent=parent, since=since, until=until, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def read_run(self, run_id: str) -> shapes.RunDetail:
        """Read Run"""
        return self._ask(Request("GET", f"/runs/{part(run_id)}"))

    def cancel_run(self, run_id: str) -> shapes.RunDetail:
        """Stop a run. The instance is killed, also inside a host call; what it had done stays recorded."""
        return self._ask(Request("POST", f"/runs/{part(run_id)}/cancel"))

    def read_journal(self, run_id: str, *, cursor: str | None = None, limit: int | None = None) -> shapes.EntryOutPage:
        """Every call the run made, oldest first, with its reply."""
        return self._ask(Request("GET", f"/runs/{part(run_id)}/journal", query={"cursor": cursor, "limit": limit}))

    def iterate_journal(self, run_id: str, *, limit: int | None = None) -> Iterator[shapes.EntryOut]:
        """What `read_journal` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.read_journal(run_id, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def replay(self, run_id: str) -> shapes.ReplayOut:
        """Execute the run again from its journal, with no effect on the world."""
        return self._ask(Request("POST", f"/runs/{part(run_id)}/replay"))

    def list_schedules(self, *, cursor: str | None = None, limit: int | None = None) -> shapes.ScheduleOutPage:
        """List Schedules"""
        return self._ask(Request("GET", "/schedules", query={"cursor": cursor, "limit": limit}))

    def iterate_schedules(self, *, limit: int | None = None) -> Iterator[shapes.ScheduleOut]:
        """What `list_schedules` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.list_schedules(limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def create_schedule(self, body: shapes.ScheduleIn) -> shapes.ScheduleOut:
        """Have a live tool called at set times, on behalf of whoever asks. Its arguments are checked as a call's
        are.
        """
        return self._ask(Request("POST", "/schedules", body=body))

    def preview_schedule(self, *, cron: str, zone: str | None = None) -> shapes.SchedulePreview:
        """What a cron expression means, in words, and the next times that it names."""
        return self._ask(Request("GET", "/schedules/preview", query={"cron": cron, "zone": zone}))

    def remove_schedule(self, schedule_id: str) -> None:
        """Remove Schedule"""
        return self._ask(Request("DELETE", f"/schedules/{part(schedule_id)}"))

    def pause_schedule(self, schedule_id: str, body: shapes.ScheduleChange) -> shapes.ScheduleOut:
        """Pause Schedule"""
        return self._ask(Request("PATCH", f"/schedules/{part(schedule_id)}", body=body))

    def list_secrets(self) -> shapes.SecretOutPage:
        """List Secrets"""
        return self._ask(Request("GET", "/secrets"))

    def remove_secret(self, name: str) -> None:
        """Remove Secret"""
        return self._ask(Request("DELETE", f"/secrets/{part(name)}"))

    def put_secret(self, name: str, body: shapes.SecretIn) -> shapes.SecretOut:
        """Store a secret, or replace it. Tools name it as `secret("NAME")`; its value is put in as a request
        leaves.
        """
        return self._ask(Request("PUT", f"/secrets/{part(name)}", body=body))

    def renew_key(self) -> shapes.RenewedOut:
        """Give the tenant a new key: every sealed value is sealed anew with it, and the old key is destroyed."""
        return self._ask(Request("POST", "/secrets:renew-key"))

    def list_ways_in(self) -> shapes.WaysInOut:
        """What the tenant's sign-in page offers besides a password. For anybody; a tenant that is not there has
        none.
        """
        return self._ask(Request("GET", "/sign-in"))

    def draft_spec(self, body: shapes.DraftIn) -> shapes.DraftOut:
        """Have a model propose a spec from a paragraph: the least that can do the job, with examples and hold-
        outs.
        """
        return self._ask(Request("POST", "/specs:draft", body=body))

    def search_tools(self, *, q: str | None = None, standing: shapes.Standing | None = None, sort: shapes.Order | None = None, cursor: str | None = None, limit: int | None = None) -> shapes.ToolOutPage:
        """Tools as they stand; those that words are looked for in come the best first, whatever else is asked."""
        return self._ask(Request("GET", "/tools", query={"q": q, "standing": standing, "sort": sort, "cursor": cursor, "limit": limit}))

    def iterate_tools(self, *, q: str | None = None, standing: shapes.Standing | None = None, sort: shapes.Order | None = None, limit: int | None = None) -> Iterator[shapes.ToolOut]:
        """What `search_tools` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.search_tools(q=q, standing=standing, sort=sort, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def submit_tool(self, body: shapes.SpecIn) -> shapes.ToolOut:
        """Submit a tool's spec, as JSON or YAML. Every problem in it is reported at once."""
        return self._ask(Request("POST", "/tools", body=body))

    def retire_tool(self, name: str) -> None:
        """Stop serving the tool. Its versions, runs and records stay."""
        return self._ask(Request("DELETE", f"/tools/{part(name)}"))

    def read_tool(self, name: str) -> shapes.ToolOut:
        """Read Tool"""
        return self._ask(Request("GET", f"/tools/{part(name)}"))

    def revise_tool(self, name: str, body: shapes.SpecIn) -> shapes.ToolOut:
        """Replace the spec. Versions keep the spec they were made for; the next version takes the new one."""
        return self._ask(Request("PUT", f"/tools/{part(name)}", body=body))

    def list_canaries(self, name: str, *, cursor: str | None = None, limit: int | None = None) -> shapes.CanaryOutPage:
        """Newest first; only the first can be running. Each with its figures beside those of the version before."""
        return self._ask(Request("GET", f"/tools/{part(name)}/canaries", query={"cursor": cursor, "limit": limit}))

    def iterate_canaries(self, name: str, *, limit: int | None = None) -> Iterator[shapes.CanaryOut]:
        """What `list_canaries` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.list_canaries(name, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def change_canary(self, name: str, body: shapes.CanaryShareIn) -> shapes.CanaryOut:
        """Give the running canary another share of the calls. What is compared begins anew."""
        return self._ask(Request("PATCH", f"/tools/{part(name)}/canary", body=body))

    def promote_canary(self, name: str) -> shapes.CanaryOut:
        """Let the canary serve every call from now on."""
        return self._ask(Request("POST", f"/tools/{part(name)}/canary/promote"))

    def stop_canary(self, name: str, body: shapes.CanaryStopIn) -> shapes.CanaryOut:
        """Go back to the version before, at once. Runs in flight finish on theirs."""
        return self._ask(Request("POST", f"/tools/{part(name)}/canary/stop", body=body))

    def deprecate_tool(self, name: str, body: shapes.DeprecateIn) -> shapes.DeprecationOut:
        """Tell every caller that the tool is to go. It works on until it is retired, at `ends_at` by itself."""
        return self._ask(Request("POST", f"/tools/{part(name)}/deprecate", body=body))

    def undo_deprecation(self, name: str) -> None:
        """Take the notice back: the tool stays."""
        return self._ask(Request("DELETE", f"/tools/{part(name)}/deprecation"))

    def dry_run(self, name: str, body: shapes.TryIn) -> shapes.TriedOut:
        """Build a draft and run it in canned worlds: what is wrong with it, and what each case did. Nothing is
        kept.
        """
        return self._ask(Request("POST", f"/tools/{part(name)}/dry-run", body=body))

    def read_economics(self, name: str) -> shapes.EconomicsOut:
        """What the tool cost to make, what its runs save, by a stated method, and whether it has paid for
        itself.
        """
        return self._ask(Request("GET", f"/tools/{part(name)}/economics"))

    def list_outside_cases(self, name: str) -> list[shapes.OutsideCasesOut]:
        """Who has written how many. What they say is shown to who wrote them, and to approvers who wrote no
        source.
        """
        return self._ask(Request("GET", f"/tools/{part(name)}/outside-cases"))

    def add_outside_cases(self, name: str, body: shapes.OutsideCasesIn) -> dict[str, Any]:
        """Add hold-outs, stories and invariants. A version that waits for approval is examined anew with them.
        Refused to whoever wrote the source of any version, and to the person behind.
        """
        return self._ask(Request("POST", f"/tools/{part(name)}/outside-cases", body=body))

    def remove_outside_cases(self, name: str, cases_id: str) -> None:
        """Take them away: whoever wrote them, or an approver who wrote no source of the tool."""
        return self._ask(Request("DELETE", f"/tools/{part(name)}/outside-cases/{part(cases_id)}"))

    def read_promise(self, name: str) -> shapes.PromiseOut:
        """What the tool promises, for who is to write cases from that alone: no source, no examples, no hold-
        outs.
        """
        return self._ask(Request("GET", f"/tools/{part(name)}/promise"))

    def roll_back(self, name: str, body: shapes.RollbackIn) -> shapes.ToolOut:
        """Point the tool at an earlier approved version, at once. Runs in flight finish on theirs."""
        return self._ask(Request("POST", f"/tools/{part(name)}/rollback", body=body))

    def call_tool(self, name: str, body: shapes.RunIn, *, idempotency_key: str | None = None, prefer: str | None = None) -> shapes.RunDetail | shapes.RunOut:
        """Call a live tool. The answer is the run's record, whatever its outcome; a run exists even when it was
        refused.
        """
        return self._ask(Request("POST", f"/tools/{part(name)}/runs", headers={"idempotency-key": idempotency_key or new_key(), "prefer": prefer}, body=body))

    def list_versions(self, name: str, *, cursor: str | None = None, limit: int | None = None) -> shapes.VersionSummaryPage:
        """List Versions"""
        return self._ask(Request("GET", f"/tools/{part(name)}/versions", query={"cursor": cursor, "limit": limit}))

    def iterate_versions(self, name: str, *, limit: int | None = None) -> Iterator[shapes.VersionSummary]:
        """What `list_versions` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.list_versions(name, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def submit_version(self, name: str, body: shapes.VersionIn) -> shapes.VersionOut:
        """Submit a source, or ask for one to be generated. It is built and checked in the background."""
        return self._ask(Request("POST", f"/tools/{part(name)}/versions", body=body))

    def read_version(self, name: str, number: int, *, source: bool | None = None) -> shapes.VersionOut:
        """A version with its source. Who was shown it once can write no outside cases for the tool any more."""
        return self._ask(Request("GET", f"/tools/{part(name)}/versions/{part(number)}", query={"source": source}))

    def approve_version(self, name: str, number: int, body: shapes.ApproveIn) -> shapes.VersionOut:
        """Approve exactly what you reviewed: the digest must still be the version's.  With `canary_percent`
        below 100 the version that is live serves the rest, and the new one is taken back by itself when it
        fails more often: see `/canaries`.
        """
        return self._ask(Request("POST", f"/tools/{part(name)}/versions/{part(number)}/approve", body=body))

    def list_line_comments(self, name: str, number: int) -> list[shapes.LineCommentOut]:
        """By their lines. Who is shown one counts as shown the source, and writes no outside cases for it any
        more.
        """
        return self._ask(Request("GET", f"/tools/{part(name)}/versions/{part(number)}/comments"))

    def add_line_comment(self, name: str, number: int, body: shapes.LineCommentIn) -> shapes.LineCommentOut:
        """Say something of a line: its author reads it here, an agent in `get_version`. It stays with the
        version.
        """
        return self._ask(Request("POST", f"/tools/{part(name)}/versions/{part(number)}/comments", body=body))

    def settle_line_comment(self, name: str, number: int, comment_id: str, body: shapes.SettledIn) -> shapes.LineCommentOut:
        """Say that it has been answered, or take that back."""
        return self._ask(Request("PATCH", f"/tools/{part(name)}/versions/{part(number)}/comments/{part(comment_id)}", body=body))

    def read_component(self, name: str, number: int, *, form: Literal["standalone"] | None = None) -> bytes:
        """The WebAssembly component, tens of megabytes: any component host runs it that offers
        `sealwright:tool/host`.
        """
        return self._ask(Request("GET", f"/tools/{part(name)}/versions/{part(number)}/component", query={"form": form}))

    def list_exchanges(self, name: str, number: int) -> shapes.ExchangeOutPage:
        """What was said to the model that wrote this version, and what it answered: its source is in it."""
        return self._ask(Request("GET", f"/tools/{part(name)}/versions/{part(number)}/exchanges"))

    def compare_with_history(self, name: str, number: int, *, runs: int | None = None) -> shapes.ComparisonOutPage:
        """Run a version against the journals of the tool's last runs: what would have come out, or been done,
        otherwise.
        """
        return self._ask(Request("POST", f"/tools/{part(name)}/versions/{part(number)}/history", query={"runs": runs}))

    def reject_version(self, name: str, number: int, body: shapes.RejectIn) -> shapes.VersionOut:
        """Reject Version"""
        return self._ask(Request("POST", f"/tools/{part(name)}/versions/{part(number)}/reject", body=body))

    def read_usage(self) -> shapes.UsageOut:
        """Read Usage"""
        return self._ask(Request("GET", "/usage"))

    def read_daily_usage(self, *, by: Literal["tool", "caller"] | None = None, days: int | None = None) -> shapes.DailyUsageOut:
        """What was used day by day (in UTC), by tool or by caller, the one with most runs first."""
        return self._ask(Request("GET", "/usage/daily", query={"by": by, "days": days}))

    def read_limits(self) -> shapes.LimitOutPage:
        """What the tenant may use at once, and what it uses of that now."""
        return self._ask(Request("GET", "/usage/limits"))

    def read_tidy_report(self) -> shapes.TidyOut:
        """What the tenant could do without. Nothing is retired by itself."""
        return self._ask(Request("GET", "/usage/tidy"))

    def read_tool_figures(self, *, days: int | None = None, tool: str | None = None) -> shapes.ToolsFiguresOut:
        """How every tool that was called has fared, whole and by version: one answer for all of them."""
        return self._ask(Request("GET", "/usage/tools", query={"days": days, "tool": tool}))

    def list_webhooks(self) -> shapes.WebhookOutPage:
        """List Webhooks"""
        return self._ask(Request("GET", "/webhooks"))

    def create_webhook(self, body: shapes.WebhookIn) -> shapes.NewWebhookOut:
        """Create Webhook"""
        return self._ask(Request("POST", "/webhooks", body=body))

    def remove_webhook(self, webhook_id: str) -> None:
        """Remove Webhook"""
        return self._ask(Request("DELETE", f"/webhooks/{part(webhook_id)}"))

    def change_webhook(self, webhook_id: str, body: shapes.WebhookChange) -> shapes.WebhookOut:
        """Tell it of other events, or at another address; pause it, or go on."""
        return self._ask(Request("PATCH", f"/webhooks/{part(webhook_id)}", body=body))

    def list_deliveries(self, webhook_id: str, *, cursor: str | None = None, limit: int | None = None) -> shapes.DeliveryOutPage:
        """Every notice, and what came of its last attempt."""
        return self._ask(Request("GET", f"/webhooks/{part(webhook_id)}/deliveries", query={"cursor": cursor, "limit": limit}))

    def iterate_deliveries(self, webhook_id: str, *, limit: int | None = None) -> Iterator[shapes.DeliveryOut]:
        """What `list_deliveries` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = self.list_deliveries(webhook_id, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def redeliver(self, webhook_id: str, delivery_id: str) -> shapes.DeliveryOut:
        """Send a notice again, under its own id."""
        return self._ask(Request("POST", f"/webhooks/{part(webhook_id)}/deliveries/{part(delivery_id)}/redeliver"))

    def rotate_webhook_key(self, webhook_id: str) -> shapes.NewWebhookOut:
        """Make a new signing key, at once: what is sent from now on is signed with it alone."""
        return self._ask(Request("POST", f"/webhooks/{part(webhook_id)}/key"))

    def test_webhook(self, webhook_id: str) -> shapes.DeliveryOut:
        """Send it a notice of the kind `webhook.test`. What comes of it stands in its deliveries."""
        return self._ask(Request("POST", f"/webhooks/{part(webhook_id)}/test"))

    def read_health(self) -> shapes.Health:
        """Answer once the database and the sandbox answer."""
        return self._ask(Request("GET", "/healthz", of_tenant=False))


class AsyncRoutes:
    """One method for each route that a key is of use for."""

    async def _ask(self, request: Request, /) -> Any:
        raise NotImplementedError

    async def list_gates(self) -> list[shapes.GateOut]:
        """Every gate in its order: what it holds versions to, and whether a tenant's policy may relax it."""
        return await self._ask(Request("GET", "/api/v1/gates", of_tenant=False))

    async def read_image(self) -> shapes.ImageOut:
        """The Python and the libraries every tool can import."""
        return await self._ask(Request("GET", "/api/v1/image", of_tenant=False))

    async def read_spec_schema(self) -> Any:
        """The JSON Schema of a spec, for editors: `# yaml-language-server: $schema=THIS-URL` in a spec.yaml."""
        return await self._ask(Request("GET", "/api/v1/schemas/spec.json", of_tenant=False))

    async def read_sdk(self) -> shapes.PageOfGuide:
        """The `sealwright` package inside the sandbox: what a tool's source may call, in Markdown."""
        return await self._ask(Request("GET", "/api/v1/sdk", of_tenant=False))

    async def read_tenant(self) -> shapes.TenantPage:
        """Read Tenant"""
        return await self._ask(Request("GET", ""))

    async def list_alerts(self) -> shapes.AlertsOut:
        """List Alerts"""
        return await self._ask(Request("GET", "/alerts"))

    async def set_alert(self, body: shapes.AlertIn) -> shapes.AlertOut:
        """Webhooks hear of it by `alert.fired` and `alert.over`; letters go to whoever asks for them."""
        return await self._ask(Request("POST", "/alerts", body=body))

    async def remove_alert(self, alert_id: str) -> None:
        """Remove Alert"""
        return await self._ask(Request("DELETE", f"/alerts/{part(alert_id)}"))

    async def change_alert(self, alert_id: str, body: shapes.AlertChange) -> shapes.AlertOut:
        """Count otherwise, pause or go on. What fires is judged anew within seconds."""
        return await self._ask(Request("PATCH", f"/alerts/{part(alert_id)}", body=body))

    async def ask_for_letters(self, alert_id: str, body: shapes.LettersIn) -> shapes.AlertOut:
        """Have letters written to oneself, or no more: nobody asks for another."""
        return await self._ask(Request("PUT", f"/alerts/{part(alert_id)}/letters", body=body))

    async def list_keys(self) -> shapes.KeyOutPage:
        """List Keys"""
        return await self._ask(Request("GET", "/api-keys"))

    async def create_key(self, body: shapes.KeyIn) -> shapes.NewKeyOut:
        """Make an API key. Its token is in this answer and nowhere else."""
        return await self._ask(Request("POST", "/api-keys", body=body))

    async def revoke_key(self, key_id: str) -> None:
        """Revoke Key"""
        return await self._ask(Request("DELETE", f"/api-keys/{part(key_id)}"))

    async def list_audit(self, *, kind: str | None = None, who: str | None = None, about: str | None = None, since: str | None = None, until: str | None = None, cursor: str | None = None, limit: int | None = None) -> shapes.AuditOutPage:
        """List Audit"""
        return await self._ask(Request("GET", "/audit", query={"kind": kind, "who": who, "about": about, "since": since, "until": until, "cursor": cursor, "limit": limit}))

    async def iterate_audit(self, *, kind: str | None = None, who: str | None = None, about: str | None = None, since: str | None = None, until: str | None = None, limit: int | None = None) -> AsyncIterator[shapes.AuditOut]:
        """What `list_audit` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.list_audit(kind=kind, who=who, about=about, since=since, until=until, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def export_audit(self) -> bytes:
        """The whole trail, as `sealwright audit verify` reads it on any machine."""
        return await self._ask(Request("GET", "/audit/export"))

    async def verify_audit(self) -> shapes.VerifiedOut:
        """Go through the whole trail: that no event was changed, taken out or put in between.  What was cut off
        at its end cannot be seen: compare `last_hash` with one that was noted elsewhere.
        """
        return await self._ask(Request("GET", "/audit/verification"))

    async def list_clients(self) -> shapes.AgentOutPage:
        """What is connected: your own, or everybody's when you manage the members."""
        return await self._ask(Request("GET", "/clients"))

    async def create_client(self, body: shapes.ClientIn) -> shapes.NewClientOut:
        """Make a client for a machine (OAuth client credentials). Its secret is in this answer and nowhere else."""
        return await self._ask(Request("POST", "/clients", body=body))

    async def disconnect(self, grant_id: str) -> None:
        """Disconnect an agent or a machine: its tokens stop working at once."""
        return await self._ask(Request("DELETE", f"/clients/{part(grant_id)}"))

    async def list_connections(self) -> shapes.ConnectionOutPage:
        """List Connections"""
        return await self._ask(Request("GET", "/connections"))

    async def remove_connection(self, name: str) -> None:
        """Remove Connection"""
        return await self._ask(Request("DELETE", f"/connections/{part(name)}"))

    async def put_connection(self, name: str, body: shapes.ConnectionIn) -> shapes.ConnectionOut:
        """Set up a database, or change where its name leads. Tools name it: `sql.query("NAME", ...)`."""
        return await self._ask(Request("PUT", f"/connections/{part(name)}", body=body))

    async def check_connection(self, name: str) -> shapes.CheckOut:
        """Connect once, as a tool would; the answer says what is wrong."""
        return await self._ask(Request("POST", f"/connections/{part(name)}/check"))

    async def list_effects(self, *, q: str | None = None, state: Literal["claimed", "done"] | None = None, cursor: str | None = None, limit: int | None = None) -> shapes.EffectOutPage:
        """The ledger by key: what has happened, and what runs hold; `q` is a part of a key, or a run's id."""
        return await self._ask(Request("GET", "/data/effects", query={"q": q, "state": state, "cursor": cursor, "limit": limit}))

    async def iterate_effects(self, *, q: str | None = None, state: Literal["claimed", "done"] | None = None, limit: int | None = None) -> AsyncIterator[shapes.EffectOut]:
        """What `list_effects` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.list_effects(q=q, state=state, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def forget_effects(self, body: shapes.ForgetIn) -> None:
        """Forget that these happened: the next run that comes to one does it again. All are forgotten, or none."""
        return await self._ask(Request("POST", "/data/effects/forget", body=body))

    async def list_scopes(self) -> shapes.ScopeOutPage:
        """Whose values there are."""
        return await self._ask(Request("GET", "/data/scopes"))

    async def list_values(self, *, scope: str | None = None, q: str | None = None, cursor: str | None = None, limit: int | None = None) -> shapes.ValueOutPage:
        """The values of one scope by key, or those that have `q` in their key or value."""
        return await self._ask(Request("GET", "/data/values", query={"scope": scope, "q": q, "cursor": cursor, "limit": limit}))

    async def iterate_values(self, *, scope: str | None = None, q: str | None = None, limit: int | None = None) -> AsyncIterator[shapes.ValueOut]:
        """What `list_values` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.list_values(scope=scope, q=q, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def change_value(self, body: shapes.ValueIn) -> None:
        """Change, make or remove one value, if it is still the one that was read. The audit trail keeps who did."""
        return await self._ask(Request("PUT", "/data/values", body=body))

    async def list_files(self, *, prefix: str | None = None) -> shapes.FileOutPage:
        """What tools have written and read, by path; more than 1,000 are listed by a longer prefix."""
        return await self._ask(Request("GET", "/files", query={"prefix": prefix}))

    async def remove_file(self, path: str) -> None:
        """Remove File"""
        return await self._ask(Request("DELETE", f"/files/{parts(path)}"))

    async def read_file(self, path: str) -> bytes:
        """Read File"""
        return await self._ask(Request("GET", f"/files/{parts(path)}"))

    async def put_file(self, path: str, content: bytes, *, content_type: str | None = None) -> None:
        """Put a file there for tools to read; the body is its content, as application/octet-stream."""
        return await self._ask(Request("PUT", f"/files/{parts(path)}", query={"content_type": content_type}, content=content))

    async def open_folder(self, *, path: str | None = None) -> shapes.FolderOut:
        """What lies in a folder: the folders in it, and its own files, with who wrote each and when."""
        return await self._ask(Request("GET", "/folders", query={"path": path}))

    async def show_guide(self) -> shapes.PageOfGuide:
        """Every page of the guide as one text in Markdown; for authors it ends with what the tenant has."""
        return await self._ask(Request("GET", "/guide"))

    async def list_identity_providers(self) -> shapes.IdentityProviderOutPage:
        """List Identity Providers"""
        return await self._ask(Request("GET", "/identity-providers"))

    async def remove_identity_provider(self, name: str) -> None:
        """Stop trusting a provider: whom it signed in is signed out at once."""
        return await self._ask(Request("DELETE", f"/identity-providers/{part(name)}"))

    async def put_identity_provider(self, name: str, body: shapes.IdentityProviderIn) -> shapes.IdentityProviderOut:
        """Let people sign in by an OpenID Connect provider, or change how. It is asked who it is before it is
        kept.
        """
        return await self._ask(Request("PUT", f"/identity-providers/{part(name)}", body=body))

    async def list_invitations(self) -> shapes.InvitationOutPage:
        """What can still be accepted."""
        return await self._ask(Request("GET", "/invitations"))

    async def invite(self, body: shapes.MemberIn) -> shapes.NewInvitationOut:
        """Invite somebody, who need not have signed up. The link holds until `expires_at`, once; the one before
        it ends.  Nobody gives a role that holds more than they do; approvers and owners are made by a person
        who is signed in.
        """
        return await self._ask(Request("POST", "/invitations", body=body))

    async def revoke_invitation(self, invitation_id: str) -> None:
        """Revoke Invitation"""
        return await self._ask(Request("DELETE", f"/invitations/{part(invitation_id)}"))

    async def settle_effect(self, body: shapes.SettleIn) -> None:
        """A person's word on an effect that nobody knows the end of."""
        return await self._ask(Request("POST", "/ledger/settle", body=body))

    async def settle_effects(self, body: shapes.SettleAllIn) -> None:
        """A person's word on several of them: all are settled, or none."""
        return await self._ask(Request("POST", "/ledger/settle-all", body=body))

    async def list_unsettled(self) -> shapes.UnsettledOutPage:
        """Effects that nobody knows the end of: their run is over, and neither did nor released them."""
        return await self._ask(Request("GET", "/ledger/unsettled"))

    async def list_members(self) -> shapes.MemberOutPage:
        """List Members"""
        return await self._ask(Request("GET", "/members"))

    async def add_member(self, body: shapes.MemberIn) -> shapes.NewInvitationOut:
        """The same: whoever it is becomes a member by accepting, whether or not there is an account with the
        address.
        """
        return await self._ask(Request("POST", "/members", body=body))

    async def remove_member(self, user_id: str) -> None:
        """Remove Member"""
        return await self._ask(Request("DELETE", f"/members/{part(user_id)}"))

    async def change_role(self, user_id: str, body: shapes.RoleIn) -> shapes.MemberOut:
        """Change Role"""
        return await self._ask(Request("PATCH", f"/members/{part(user_id)}", body=body))

    async def read_overview(self, *, hours: int | None = None) -> shapes.OverviewOut:
        """What waits, what happened and what it saved. What the caller may not read is null."""
        return await self._ask(Request("GET", "/overview", query={"hours": hours}))

    async def list_tool_names(self) -> shapes.ToolNamePage:
        """Every tool that is not retired, by name, up to 5,000: for what lets one choose."""
        return await self._ask(Request("GET", "/overview/tools"))

    async def change_policy(self, body: dict[str, Any]) -> shapes.PolicyOut:
        """Change Policy"""
        return await self._ask(Request("PATCH", "/policy", body=body))

    async def list_questions(self, *, open: bool | None = None, cursor: str | None = None, limit: int | None = None) -> shapes.QuestionOutPage:
        """What suspended runs ask people."""
        return await self._ask(Request("GET", "/questions", query={"open": open, "cursor": cursor, "limit": limit}))

    async def iterate_questions(self, *, open: bool | None = None, limit: int | None = None) -> AsyncIterator[shapes.QuestionOut]:
        """What `list_questions` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.list_questions(open=open, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def answer_question(self, question_id: str, body: shapes.AnswerIn) -> shapes.QuestionOut:
        """Answer; the run goes on by itself."""
        return await self._ask(Request("POST", f"/questions/{part(question_id)}/answer", body=body))

    async def list_reviews(self, *, cursor: str | None = None, limit: int | None = None) -> shapes.WaitingOutPage:
        """Versions that await approval, of all tools; the newest first."""
        return await self._ask(Request("GET", "/reviews", query={"cursor": cursor, "limit": limit}))

    async def iterate_reviews(self, *, limit: int | None = None) -> AsyncIterator[shapes.WaitingOut]:
        """What `list_reviews` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.list_reviews(limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def list_runs(self, *, q: str | None = None, cursor: str | None = None, limit: int | None = None, tool: str | None = None, tool_part: str | None = None, version: int | None = None, caller: str | None = None, status: Literal["queued", "running", "suspended", "finished"] | None = None, outcome: Literal["returned", "failed", "refused", "exhausted", "trapped", "cancelled"] | None = None, code: str | None = None, parent: str | None = None, since: str | None = None, until: str | None = None) -> shapes.RunListedPage:
        """List Runs"""
        return await self._ask(Request("GET", "/runs", query={"q": q, "cursor": cursor, "limit": limit, "tool": tool, "tool_part": tool_part, "version": version, "caller": caller, "status": status, "outcome": outcome, "code": code, "parent": parent, "since": since, "until": until}))

    async def iterate_runs(self, *, q: str | None = None, limit: int | None = None, tool: str | None = None, tool_part: str | None = None, version: int | None = None, caller: str | None = None, status: Literal["queued", "running", "suspended", "finished"] | None = None, outcome: Literal["returned", "failed", "refused", "exhausted", "trapped", "cancelled"] | None = None, code: str | None = None, parent: str | None = None, since: str | None = None, until: str | None = None) -> AsyncIterator[shapes.RunListed]:
        """What `list_runs` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.list_runs(q=q, limit=limit, tool=tool, tool_part=tool_part, version=version, caller=caller, status=status, outcome=outcome, code=code, parent=parent, since=since, until=until, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def read_run(self, run_id: str) -> shapes.RunDetail:
        """Read Run"""
        return await self._ask(Request("GET", f"/runs/{part(run_id)}"))

    async def cancel_run(self, run_id: str) -> shapes.RunDetail:
        """Stop a run. The instance is killed, also inside a host call; what it had done stays recorded."""
        return await self._ask(Request("POST", f"/runs/{part(run_id)}/cancel"))

    async def read_journal(self, run_id: str, *, cursor: str | None = None, limit: int | None = None) -> shapes.EntryOutPage:
        """Every call the run made, oldest first, with its reply."""
        return await self._ask(Request("GET", f"/runs/{part(run_id)}/journal", query={"cursor": cursor, "limit": limit}))

    async def iterate_journal(self, run_id: str, *, limit: int | None = None) -> AsyncIterator[shapes.EntryOut]:
        """What `read_journal` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.read_journal(run_id, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def replay(self, run_id: str) -> shapes.ReplayOut:
        """Execute the run again from its journal, with no effect on the world."""
        return await self._ask(Request("POST", f"/runs/{part(run_id)}/replay"))

    async def list_schedules(self, *, cursor: str | None = None, limit: int | None = None) -> shapes.ScheduleOutPage:
        """List Schedules"""
        return await self._ask(Request("GET", "/schedules", query={"cursor": cursor, "limit": limit}))

    async def iterate_schedules(self, *, limit: int | None = None) -> AsyncIterator[shapes.ScheduleOut]:
        """What `list_schedules` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.list_schedules(limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def create_schedule(self, body: shapes.ScheduleIn) -> shapes.ScheduleOut:
        """Have a live tool called at set times, on behalf of whoever asks. Its arguments are checked as a call's
        are.
        """
        return await self._ask(Request("POST", "/schedules", body=body))

    async def preview_schedule(self, *, cron: str, zone: str | None = None) -> shapes.SchedulePreview:
        """What a cron expression means, in words, and the next times that it names."""
        return await self._ask(Request("GET", "/schedules/preview", query={"cron": cron, "zone": zone}))

    async def remove_schedule(self, schedule_id: str) -> None:
        """Remove Schedule"""
        return await self._ask(Request("DELETE", f"/schedules/{part(schedule_id)}"))

    async def pause_schedule(self, schedule_id: str, body: shapes.ScheduleChange) -> shapes.ScheduleOut:
        """Pause Schedule"""
        return await self._ask(Request("PATCH", f"/schedules/{part(schedule_id)}", body=body))

    async def list_secrets(self) -> shapes.SecretOutPage:
        """List Secrets"""
        return await self._ask(Request("GET", "/secrets"))

    async def remove_secret(self, name: str) -> None:
        """Remove Secret"""
        return await self._ask(Request("DELETE", f"/secrets/{part(name)}"))

    async def put_secret(self, name: str, body: shapes.SecretIn) -> shapes.SecretOut:
        """Store a secret, or replace it. Tools name it as `secret("NAME")`; its value is put in as a request
        leaves.
        """
        return await self._ask(Request("PUT", f"/secrets/{part(name)}", body=body))

    async def renew_key(self) -> shapes.RenewedOut:
        """Give the tenant a new key: every sealed value is sealed anew with it, and the old key is destroyed."""
        return await self._ask(Request("POST", "/secrets:renew-key"))

    async def list_ways_in(self) -> shapes.WaysInOut:
        """What the tenant's sign-in page offers besides a password. For anybody; a tenant that is not there has
        none.
        """
        return await self._ask(Request("GET", "/sign-in"))

    async def draft_spec(self, body: shapes.DraftIn) -> shapes.DraftOut:
        """Have a model propose a spec from a paragraph: the least that can do the job, with examples and hold-
        outs.
        """
        return await self._ask(Request("POST", "/specs:draft", body=body))

    async def search_tools(self, *, q: str | None = None, standing: shapes.Standing | None = None, sort: shapes.Order | None = None, cursor: str | None = None, limit: int | None = None) -> shapes.ToolOutPage:
        """Tools as they stand; those that words are looked for in come the best first, whatever else is asked."""
        return await self._ask(Request("GET", "/tools", query={"q": q, "standing": standing, "sort": sort, "cursor": cursor, "limit": limit}))

    async def iterate_tools(self, *, q: str | None = None, standing: shapes.Standing | None = None, sort: shapes.Order | None = None, limit: int | None = None) -> AsyncIterator[shapes.ToolOut]:
        """What `search_tools` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.search_tools(q=q, standing=standing, sort=sort, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def submit_tool(self, body: shapes.SpecIn) -> shapes.ToolOut:
        """Submit a tool's spec, as JSON or YAML. Every problem in it is reported at once."""
        return await self._ask(Request("POST", "/tools", body=body))

    async def retire_tool(self, name: str) -> None:
        """Stop serving the tool. Its versions, runs and records stay."""
        return await self._ask(Request("DELETE", f"/tools/{part(name)}"))

    async def read_tool(self, name: str) -> shapes.ToolOut:
        """Read Tool"""
        return await self._ask(Request("GET", f"/tools/{part(name)}"))

    async def revise_tool(self, name: str, body: shapes.SpecIn) -> shapes.ToolOut:
        """Replace the spec. Versions keep the spec they were made for; the next version takes the new one."""
        return await self._ask(Request("PUT", f"/tools/{part(name)}", body=body))

    async def list_canaries(self, name: str, *, cursor: str | None = None, limit: int | None = None) -> shapes.CanaryOutPage:
        """Newest first; only the first can be running. Each with its figures beside those of the version before."""
        return await self._ask(Request("GET", f"/tools/{part(name)}/canaries", query={"cursor": cursor, "limit": limit}))

    async def iterate_canaries(self, name: str, *, limit: int | None = None) -> AsyncIterator[shapes.CanaryOut]:
        """What `list_canaries` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.list_canaries(name, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def change_canary(self, name: str, body: shapes.CanaryShareIn) -> shapes.CanaryOut:
        """Give the running canary another share of the calls. What is compared begins anew."""
        return await self._ask(Request("PATCH", f"/tools/{part(name)}/canary", body=body))

    async def promote_canary(self, name: str) -> shapes.CanaryOut:
        """Let the canary serve every call from now on."""
        return await self._ask(Request("POST", f"/tools/{part(name)}/canary/promote"))

    async def stop_canary(self, name: str, body: shapes.CanaryStopIn) -> shapes.CanaryOut:
        """Go back to the version before, at once. Runs in flight finish on theirs."""
        return await self._ask(Request("POST", f"/tools/{part(name)}/canary/stop", body=body))

    async def deprecate_tool(self, name: str, body: shapes.DeprecateIn) -> shapes.DeprecationOut:
        """Tell every caller that the tool is to go. It works on until it is retired, at `ends_at` by itself."""
        return await self._ask(Request("POST", f"/tools/{part(name)}/deprecate", body=body))

    async def undo_deprecation(self, name: str) -> None:
        """Take the notice back: the tool stays."""
        return await self._ask(Request("DELETE", f"/tools/{part(name)}/deprecation"))

    async def dry_run(self, name: str, body: shapes.TryIn) -> shapes.TriedOut:
        """Build a draft and run it in canned worlds: what is wrong with it, and what each case did. Nothing is
        kept.
        """
        return await self._ask(Request("POST", f"/tools/{part(name)}/dry-run", body=body))

    async def read_economics(self, name: str) -> shapes.EconomicsOut:
        """What the tool cost to make, what its runs save, by a stated method, and whether it has paid for
        itself.
        """
        return await self._ask(Request("GET", f"/tools/{part(name)}/economics"))

    async def list_outside_cases(self, name: str) -> list[shapes.OutsideCasesOut]:
        """Who has written how many. What they say is shown to who wrote them, and to approvers who wrote no
        source.
        """
        return await self._ask(Request("GET", f"/tools/{part(name)}/outside-cases"))

    async def add_outside_cases(self, name: str, body: shapes.OutsideCasesIn) -> dict[str, Any]:
        """Add hold-outs, stories and invariants. A version that waits for approval is examined anew with them.
        Refused to whoever wrote the source of any version, and to the person behind.
        """
        return await self._ask(Request("POST", f"/tools/{part(name)}/outside-cases", body=body))

    async def remove_outside_cases(self, name: str, cases_id: str) -> None:
        """Take them away: whoever wrote them, or an approver who wrote no source of the tool."""
        return await self._ask(Request("DELETE", f"/tools/{part(name)}/outside-cases/{part(cases_id)}"))

    async def read_promise(self, name: str) -> shapes.PromiseOut:
        """What the tool promises, for who is to write cases from that alone: no source, no examples, no hold-
        outs.
        """
        return await self._ask(Request("GET", f"/tools/{part(name)}/promise"))

    async def roll_back(self, name: str, body: shapes.RollbackIn) -> shapes.ToolOut:
        """Point the tool at an earlier approved version, at once. Runs in flight finish on theirs."""
        return await self._ask(Request("POST", f"/tools/{part(name)}/rollback", body=body))

    async def call_tool(self, name: str, body: shapes.RunIn, *, idempotency_key: str | None = None, prefer: str | None = None) -> shapes.RunDetail | shapes.RunOut:
        """Call a live tool. The answer is the run's record, whatever its outcome; a run exists even when it was
        refused.
        """
        return await self._ask(Request("POST", f"/tools/{part(name)}/runs", headers={"idempotency-key": idempotency_key or new_key(), "prefer": prefer}, body=body))

    async def list_versions(self, name: str, *, cursor: str | None = None, limit: int | None = None) -> shapes.VersionSummaryPage:
        """List Versions"""
        return await self._ask(Request("GET", f"/tools/{part(name)}/versions", query={"cursor": cursor, "limit": limit}))

    async def iterate_versions(self, name: str, *, limit: int | None = None) -> AsyncIterator[shapes.VersionSummary]:
        """What `list_versions` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.list_versions(name, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def submit_version(self, name: str, body: shapes.VersionIn) -> shapes.VersionOut:
        """Submit a source, or ask for one to be generated. It is built and checked in the background."""
        return await self._ask(Request("POST", f"/tools/{part(name)}/versions", body=body))

    async def read_version(self, name: str, number: int, *, source: bool | None = None) -> shapes.VersionOut:
        """A version with its source. Who was shown it once can write no outside cases for the tool any more."""
        return await self._ask(Request("GET", f"/tools/{part(name)}/versions/{part(number)}", query={"source": source}))

    async def approve_version(self, name: str, number: int, body: shapes.ApproveIn) -> shapes.VersionOut:
        """Approve exactly what you reviewed: the digest must still be the version's.  With `canary_percent`
        below 100 the version that is live serves the rest, and the new one is taken back by itself when it
        fails more often: see `/canaries`.
        """
        return await self._ask(Request("POST", f"/tools/{part(name)}/versions/{part(number)}/approve", body=body))

    async def list_line_comments(self, name: str, number: int) -> list[shapes.LineCommentOut]:
        """By their lines. Who is shown one counts as shown the source, and writes no outside cases for it any
        more.
        """
        return await self._ask(Request("GET", f"/tools/{part(name)}/versions/{part(number)}/comments"))

    async def add_line_comment(self, name: str, number: int, body: shapes.LineCommentIn) -> shapes.LineCommentOut:
        """Say something of a line: its author reads it here, an agent in `get_version`. It stays with the
        version.
        """
        return await self._ask(Request("POST", f"/tools/{part(name)}/versions/{part(number)}/comments", body=body))

    async def settle_line_comment(self, name: str, number: int, comment_id: str, body: shapes.SettledIn) -> shapes.LineCommentOut:
        """Say that it has been answered, or take that back."""
        return await self._ask(Request("PATCH", f"/tools/{part(name)}/versions/{part(number)}/comments/{part(comment_id)}", body=body))

    async def read_component(self, name: str, number: int, *, form: Literal["standalone"] | None = None) -> bytes:
        """The WebAssembly component, tens of megabytes: any component host runs it that offers
        `sealwright:tool/host`.
        """
        return await self._ask(Request("GET", f"/tools/{part(name)}/versions/{part(number)}/component", query={"form": form}))

    async def list_exchanges(self, name: str, number: int) -> shapes.ExchangeOutPage:
        """What was said to the model that wrote this version, and what it answered: its source is in it."""
        return await self._ask(Request("GET", f"/tools/{part(name)}/versions/{part(number)}/exchanges"))

    async def compare_with_history(self, name: str, number: int, *, runs: int | None = None) -> shapes.ComparisonOutPage:
        """Run a version against the journals of the tool's last runs: what would have come out, or been done,
        otherwise.
        """
        return await self._ask(Request("POST", f"/tools/{part(name)}/versions/{part(number)}/history", query={"runs": runs}))

    async def reject_version(self, name: str, number: int, body: shapes.RejectIn) -> shapes.VersionOut:
        """Reject Version"""
        return await self._ask(Request("POST", f"/tools/{part(name)}/versions/{part(number)}/reject", body=body))

    async def read_usage(self) -> shapes.UsageOut:
        """Read Usage"""
        return await self._ask(Request("GET", "/usage"))

    async def read_daily_usage(self, *, by: Literal["tool", "caller"] | None = None, days: int | None = None) -> shapes.DailyUsageOut:
        """What was used day by day (in UTC), by tool or by caller, the one with most runs first."""
        return await self._ask(Request("GET", "/usage/daily", query={"by": by, "days": days}))

    async def read_limits(self) -> shapes.LimitOutPage:
        """What the tenant may use at once, and what it uses of that now."""
        return await self._ask(Request("GET", "/usage/limits"))

    async def read_tidy_report(self) -> shapes.TidyOut:
        """What the tenant could do without. Nothing is retired by itself."""
        return await self._ask(Request("GET", "/usage/tidy"))

    async def read_tool_figures(self, *, days: int | None = None, tool: str | None = None) -> shapes.ToolsFiguresOut:
        """How every tool that was called has fared, whole and by version: one answer for all of them."""
        return await self._ask(Request("GET", "/usage/tools", query={"days": days, "tool": tool}))

    async def list_webhooks(self) -> shapes.WebhookOutPage:
        """List Webhooks"""
        return await self._ask(Request("GET", "/webhooks"))

    async def create_webhook(self, body: shapes.WebhookIn) -> shapes.NewWebhookOut:
        """Create Webhook"""
        return await self._ask(Request("POST", "/webhooks", body=body))

    async def remove_webhook(self, webhook_id: str) -> None:
        """Remove Webhook"""
        return await self._ask(Request("DELETE", f"/webhooks/{part(webhook_id)}"))

    async def change_webhook(self, webhook_id: str, body: shapes.WebhookChange) -> shapes.WebhookOut:
        """Tell it of other events, or at another address; pause it, or go on."""
        return await self._ask(Request("PATCH", f"/webhooks/{part(webhook_id)}", body=body))

    async def list_deliveries(self, webhook_id: str, *, cursor: str | None = None, limit: int | None = None) -> shapes.DeliveryOutPage:
        """Every notice, and what came of its last attempt."""
        return await self._ask(Request("GET", f"/webhooks/{part(webhook_id)}/deliveries", query={"cursor": cursor, "limit": limit}))

    async def iterate_deliveries(self, webhook_id: str, *, limit: int | None = None) -> AsyncIterator[shapes.DeliveryOut]:
        """What `list_deliveries` lists, all pages of it; `limit` is how many are asked for at a time."""
        cursor: str | None = None
        while True:
            page = await self.list_deliveries(webhook_id, limit=limit, cursor=cursor)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def redeliver(self, webhook_id: str, delivery_id: str) -> shapes.DeliveryOut:
        """Send a notice again, under its own id."""
        return await self._ask(Request("POST", f"/webhooks/{part(webhook_id)}/deliveries/{part(delivery_id)}/redeliver"))

    async def rotate_webhook_key(self, webhook_id: str) -> shapes.NewWebhookOut:
        """Make a new signing key, at once: what is sent from now on is signed with it alone."""
        return await self._ask(Request("POST", f"/webhooks/{part(webhook_id)}/key"))

    async def test_webhook(self, webhook_id: str) -> shapes.DeliveryOut:
        """Send it a notice of the kind `webhook.test`. What comes of it stands in its deliveries."""
        return await self._ask(Request("POST", f"/webhooks/{part(webhook_id)}/test"))

    async def read_health(self) -> shapes.Health:
        """Answer once the database and the sandbox answer."""
        return await self._ask(Request("GET", "/healthz", of_tenant=False))
