"""A version's component is given out whole, over REST and by the command line, to those who may see it."""

import asyncio
import sys
from pathlib import Path

from tests.makers import Product, TenantAccess, make_live, make_spec, sign_up

PATH = "/tools/add_numbers/versions/1/component"


async def test_a_component_is_downloaded_and_is_what_the_command_line_exports(
    tenant: TenantAccess, tmp_path: Path
) -> None:
    await make_live(tenant)
    got = await tenant.api.get(PATH, params={"form": "standalone"})
    assert got.status_code == 200, got.text
    assert got.headers["content-type"] == "application/wasm"
    assert 'filename="add_numbers-1.wasm"' in got.headers["content-disposition"]
    assert got.content.startswith(b"\0asm\x0d\0\x01\0")  # a component, not a core module
    settings = tenant.product.settings
    command = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("sealwright")), "export", "add_numbers", "--tenant", tenant.slug,
        env={"SEALWRIGHT_DATA_DIR": str(settings.data_dir), "SEALWRIGHT_IMAGES_DIR": str(settings.images)},
        cwd=tmp_path, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await command.communicate()
    digest = got.headers["etag"].strip('"')
    assert (command.returncode, digest in said.decode()) == (0, True)
    assert (tmp_path / "add_numbers-1.wasm").read_bytes() == got.content


async def test_what_cannot_be_given_out_is_refused(product: Product, tenant: TenantAccess) -> None:
    await make_live(tenant)
    assert (await tenant.api.get(PATH, params={"form": "delta"})).status_code == 422
    assert (await tenant.api.get(PATH.replace("/1/", "/2/"))).status_code == 404
    other = await sign_up(product)
    assert (await other.api.get(PATH)).status_code == 404
    await other.api.post("/tools", json=make_spec())
    assert (await other.api.get(PATH)).status_code == 404
