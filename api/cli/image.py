"""`sealwright image build`: the image, before anything needs it."""

import click

from api.settings import Settings
from sandbox import images


@click.group()
def image() -> None:
    """The image that every tool is forked from."""


@image.command("build")
@click.pass_obj
def build_image(settings: Settings) -> None:
    """Build this release's image, or say that it is there."""
    built = images.ensure(settings.images, lambda step: click.echo(step, err=True), settings.sandbox_meter)
    click.echo(built.digest)
