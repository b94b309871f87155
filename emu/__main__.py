"""`python -m emu` and the `emu` command."""

from emu import home


def main() -> None:
    """Run the command line. The house goes on the path before anything of it is imported."""
    home.put_house_on_path()
    from emu.cli import main as run_command_line

    run_command_line()


if __name__ == "__main__":
    main()
