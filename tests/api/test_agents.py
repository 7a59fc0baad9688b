"""Machines and agents over REST: made, listed, used, disconnected; none of them can approve."""

import httpx2

from tests.makers import TenantAccess, make_source, make_spec, submit


async def test_a_machine_authors_over_rest_and_cannot_approve_and_is_disconnected_at_once(tenant: TenantAccess) -> None:
    made = await tenant.api.post("/clients", json={"name": "CI", "scopes": ["tools:author", "runs:read"]})
    assert made.status_code == 201, made.text
    client = made.json()
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(
            client["token_endpoint"],
            data={"grant_type": "client_credentials"},
            auth=(client["client_id"], client["client_secret"]),
        )
        token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await http.get(f"{tenant.api.base_url}tools", headers=token)).status_code == 200

        version = await submit(tenant, make_spec(), make_source())
        digest = {"digest": version["digest"]}
        url = f"{tenant.api.base_url}tools/add_numbers/versions/1/approve"
        refused = await http.post(url, json=digest, headers=token)
        assert refused.status_code == 403
        assert "person" in refused.json()["hint"]

        [agent] = (await tenant.api.get("/clients")).json()["items"]
        assert agent["client_name"] == "CI"
        assert (await tenant.api.delete(f"/clients/{agent['id']}")).status_code == 204
        assert (await http.get(f"{tenant.api.base_url}tools", headers=token)).status_code == 401
    assert (await tenant.api.get("/clients")).json()["items"] == []
