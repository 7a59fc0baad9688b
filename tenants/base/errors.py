"""What can go wrong in the business, in its own words. No error knows HTTP: each edge maps them in one table."""

AWAY_RETRY_S = 2


class TenantsError(Exception):
    """Something this package refuses to do.

    The class docstring is the default message; `hint` says what to do next; `details` is JSON for programs.
    """

    code = "error"

    def __init__(self, message: str | None = None, *, hint: str | None = None, **details: object) -> None:
        self.message = message or (type(self).__doc__ or "").split("\n")[0]
        self.hint = hint
        self.details = details
        super().__init__(self.message)


class NotFoundError(TenantsError):
    """There is no such thing here."""

    code = "not_found"


class InvitationOverError(NotFoundError):
    """This invitation does not hold: it has been used or withdrawn, is over, or never was."""

    code = "invitation_over"

    def __init__(self) -> None:
        super().__init__(hint="Ask an owner for a new link.")


class LinkOverError(NotFoundError):
    """This link does not hold: it has been used, is over, or never was."""

    code = "link_over"

    def __init__(self) -> None:
        super().__init__(hint="Ask for a new letter.")


class NotAuthenticatedError(TenantsError):
    """Who you are could not be established."""

    code = "not_authenticated"


class NotAllowedError(TenantsError):
    """You may not do this."""

    code = "not_allowed"


class SignInRefusedError(NotAllowedError):
    """Your identity provider signed you in, but this tenant does not let you in.

    `reason` is for programs: email_not_verified, domain_not_allowed, not_a_member, bound_to_another.
    """

    code = "sign_in_refused"

    def __init__(self, reason: str, message: str, *, hint: str | None = None) -> None:
        self.reason = reason
        super().__init__(message, hint=hint, reason=reason)


class ReauthenticationNeededError(NotAllowedError):
    """This needs you to show once more that it is you."""

    code = "reauthentication_needed"

    def __init__(self) -> None:
        super().__init__(hint="Enter your password or a second factor: POST /api/v1/account/reauthentication.")


class SecondFactorNeededError(NotAllowedError):
    """This tenant asks for a second factor from whoever may do this, and your session has shown none."""

    code = "second_factor_needed"

    def __init__(self, permission: str) -> None:
        hint = "Add an authenticator app or a passkey to your account, at /profile; or sign in again with yours."
        super().__init__(hint=hint, permission=permission)


class ConflictError(TenantsError):
    """This does not fit the present state."""

    code = "conflict"


class StaleDigestError(ConflictError):
    """What you approved is not what is there now."""

    code = "stale_digest"


class WrongStateError(ConflictError):
    """The version is not in a state that allows this."""

    code = "wrong_state"


class IdempotencyKeyReusedError(ConflictError):
    """This idempotency key was used before, with other arguments."""

    code = "idempotency_key_reused"


class RunInFlightError(ConflictError):
    """A run with this idempotency key is still going on."""

    code = "run_in_flight"


class InvalidError(TenantsError):
    """Something in what you sent is not valid.

    `problems` lists each as `{"path": "/input_schema/type", "message": ..., "hint"?: ...}`.
    """

    code = "invalid"

    def __init__(
        self,
        message: str | None = None,
        *,
        problems: list[dict[str, str]] | None = None,
        hint: str | None = None,
    ) -> None:
        self.problems = problems or []
        super().__init__(message, hint=hint, problems=self.problems)


class OverQuotaError(TenantsError):
    """You have used up what your plan allows for now."""

    code = "over_quota"

    def __init__(self, message: str | None = None, *, retry_after_s: int, hint: str | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message, hint=hint, retry_after_s=retry_after_s)


class BudgetSpentError(OverQuotaError):
    """What this tenant lets itself spend in a month is spent."""

    code = "budget_spent"


class BackgroundFullError(OverQuotaError):
    """This tenant has as many runs going on in the background as it may."""


class StorageFullError(TenantsError):
    """This tenant has stored as much as it may."""

    code = "storage_full"


class NotKeptError(TenantsError):
    """What has to be recorded could not be written, so it was not done."""

    code = "not_kept"


class DatabaseAwayError(TenantsError):
    """The database is out of reach for a moment, so nothing was done."""

    code = "database_away"

    def __init__(self) -> None:
        super().__init__(hint="Try again in a few seconds.", retry_after_s=AWAY_RETRY_S)


class ModelUnavailableError(TenantsError):
    """The model that writes cannot be asked now."""

    code = "model_unavailable"


class NoTenantError(RuntimeError):
    """A query reached the database with no tenant set. This is our fault, never the caller's."""
