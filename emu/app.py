"""Builds the ASGI application around a world: the gateway, and behind it the control plane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from emu.control.health import App, Probes
from emu.gateway import Gateway
from emu.hosts import virtual_hosts
from emu.init_scripts import InitScripts
from emu.routing import Router
from emu.world import World

if TYPE_CHECKING:
    from emu.lifecycle import Lifecycle


def build_app(
    world: World,
    init_scripts: InitScripts,
    *,
    single_namespace: bool = False,
    hostnames: Sequence[str] = (),
    host: str = "localhost",
    lifecycle: Callable[[], Lifecycle] | None = None,
) -> Gateway:
    """The application. Whoever serves it starts and stops the world around it. ``hostnames`` are further names of this
    server, ``host`` is what it listens on; ``lifecycle`` gives what carries out snapshots, restores and resets; it is
    asked for once the control plane is."""
    router = Router(
        world.services,
        world.home,
        single_namespace=single_namespace,
        virtual_host=virtual_hosts(hostnames),
    )

    def control() -> App:
        from emu.control.app import control_app
        from emu.control.guard import Guard

        return Guard(control_app(world, init_scripts, lifecycle() if lifecycle else None), (*hostnames, host))

    return Gateway(world, router, Probes(world, init_scripts, control))
