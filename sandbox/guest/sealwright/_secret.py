def secret(name):
    """A placeholder for a secret of the tenant: `headers={"Authorization": f"Bearer {secret('stripe_key')}"}`.

    The value never enters the tool. The host puts it in when the request leaves, and only towards the hosts the
    secret is bound to, so do not encode, hash or compare it.
    """
    return "{{secret:" + str(name) + "}}"
