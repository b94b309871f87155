"""Builds the ASGI application around a world: the gateway, and behind it the control plane."""

from __future__ import annotations

from collections.abc import Sequence

from emu.control.app import control_app
from emu.gateway import Gateway
from emu.hosts import virtual_hosts
from emu.init_scripts import InitScripts
from emu.routing import Router
from emu.world import World


def build_app(
    world: World, init_scripts: InitScripts, *, single_namespace: bool = False, hostnames: Sequence[str] = ()
) -> Gateway:
    """The application. Whoever serves it starts and stops the world around it."""
    router = Router(
        world.services,
        world.home,
        single_namespace=single_namespace,
        virtual_host=virtual_hosts(hostnames),
    )
    return Gateway(world, router, control_app(world, init_scripts))
