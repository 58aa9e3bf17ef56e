"""Keeps profiles in a folder: imports, explains, edits, updates and exports them.

    python profiles.py FOLDER KEY COMMAND

FOLDER is made if it is not there. KEY is a file with the 32 bytes that the profiles' secrets are sealed with; a
program for users keeps them where the system keeps secrets. The commands are:

    import FILE...               keeps every profile in the files, and prints their ids
    explain FILE...              tells what the profiles in the files need and would change, and keeps none of them
    list                         prints the profiles, and what is wrong in the folder
    show ID                      prints what a profile says, needs and would change
    edit ID CHANGE...            makes all of the changes, or none; see below
    update ID FILE...            brings a profile up to date with a newer package, and keeps the edits
    export ID FORMAT [secrets]   writes it as xml, json or ovpn; without its secrets unless they are asked for
    remove ID                    forgets a profile and its secrets
    discard                      deletes the damaged files that were set aside

A change is name=TEXT, secondary=TEXT, user=TEXT, forced=yes, forced=no, always=yes, always=no, or a list: servers,
include, exclude, dns, suffixes or trusted, with = for another one, += for more entries and -= for fewer of them.

Exit codes: 0 done, 2 an error that somebody has to do something about, 64 wrong arguments.
"""

import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import p2svpn

FORMATS = {"xml": "azure_xml", "json": "json", "ovpn": "openvpn"}
TEXTS = {"name": "name", "secondary": "secondary_profile", "user": "user_name"}
SWITCHES = {"forced": "forced_tunnel", "always": "always_on"}
LISTS = {
    "servers": "servers",
    "include": "include_routes",
    "exclude": "exclude_routes",
    "dns": "dns_servers",
    "suffixes": "dns_suffixes",
    "trusted": "trusted_networks",
}


class WrongArguments(Exception):
    """What was typed is no command of this program."""


def import_files(profiles: p2svpn.Profiles, *files: str) -> None:
    for profile in profiles.import_files(files):
        print(profile.id, profile.name)
        show_warnings(profile.warnings)
        if profile.update_of:
            print(f"  It is newer than {profile.update_of}, which 'update' brings up to date with the edits kept.")


def explain_files(profiles: p2svpn.Profiles, *files: str) -> None:
    for plan in profiles.explain_files(files):
        print(plan)
        show_warnings(plan.warnings)


def list_profiles(profiles: p2svpn.Profiles) -> None:
    for profile in profiles.list():
        print(profile.id, profile.name, "(edited)" if profile.edited else "")
    for problem in profiles.problems():
        print(f"Problem: {problem}")


def show(profiles: p2svpn.Profiles, profile: str) -> None:
    details = profiles.details(profile)
    rows = {
        "Servers": [f"{server.host}:{server.port}/{server.transport}" for server in details.servers],
        "Sign-in": [sign_in.kind for sign_in in details.sign_ins],
        "Include": details.include_routes,
        "Exclude": details.exclude_routes,
        "DNS": details.dns_servers,
        "Suffixes": details.dns_suffixes,
        "Trusted": details.trusted_networks,
    }
    for name, values in rows.items():
        print(f"{name:10}{', '.join(values) or '-'}")
    print()
    print(profiles.explain(profile))


def edit(profiles: p2svpn.Profiles, profile: str, *changes: str) -> None:
    fields: Dict[str, Any] = {}
    for change in changes:
        field, value = read_change(change)
        both = isinstance(value, list) and field in fields
        fields[field] = fields[field] + value if both else value
    print(profiles.edit(profile, **fields))


def update(profiles: p2svpn.Profiles, profile: str, file: str, *others: str) -> None:
    updated = profiles.update(profile, file, *others)
    print(f"{updated.id} {updated.name}: kept {', '.join(updated.kept) or 'no edit'}")
    if updated.conflicts:
        print(f"Somebody should look at what the package says otherwise: {', '.join(updated.conflicts)}")
    if updated.removed:
        print(f"Removed {updated.removed}, as which the package was imported before")
    show_warnings(updated.warnings)


def export(profiles: p2svpn.Profiles, profile: str, name: str, secrets: str = "") -> None:
    if name not in FORMATS or secrets not in ("", "secrets"):
        raise WrongArguments
    exported = profiles.export(profile, FORMATS[name], secrets=bool(secrets))
    print(exported.text, end="")
    for note in exported.notes:
        print(f"Note: {note}", file=sys.stderr)


def remove(profiles: p2svpn.Profiles, profile: str) -> None:
    profiles.remove(profile)


def discard(profiles: p2svpn.Profiles) -> None:
    for problem in profiles.problems():
        if problem.set_aside and profiles.discard(problem):
            print(f"deleted {problem.path}")


# What each command runs, and how many arguments it takes.
MANY = sys.maxsize
COMMANDS: Dict[str, Tuple[Callable[..., None], int, int]] = {
    "import": (import_files, 1, MANY),
    "explain": (explain_files, 1, MANY),
    "list": (list_profiles, 0, 0),
    "show": (show, 1, 1),
    "edit": (edit, 2, MANY),
    "update": (update, 2, MANY),
    "export": (export, 2, 3),
    "remove": (remove, 1, 1),
    "discard": (discard, 0, 0),
}


def read_change(change: str) -> Tuple[str, Any]:
    """Makes of ``include+=10.0.0.0/8`` what :meth:`p2svpn.Profiles.edit` takes."""
    field, equals, value = change.partition("=")
    prefix = {"+": "add_", "-": "remove_"}.get(field[-1:], "")
    field = field[:-1] if prefix else field
    if not equals:
        raise WrongArguments
    if field in LISTS:
        return prefix + LISTS[field], [entry for entry in value.split(",") if entry]
    if field in TEXTS and not prefix:
        return TEXTS[field], value
    if field in SWITCHES and not prefix and value in ("yes", "no"):
        return SWITCHES[field], value == "yes"
    raise WrongArguments


def show_warnings(warnings: Tuple[p2svpn.VpnWarning, ...]) -> None:
    for warning in warnings:
        print(f"  Warning: {warning}")


def main(arguments: List[str]) -> int:
    if len(arguments) < 3 or arguments[2] not in COMMANDS:
        print(__doc__)
        return 64
    folder, key, name, *rest = arguments
    run, least, most = COMMANDS[name]
    try:
        if not least <= len(rest) <= most:
            raise WrongArguments
        run(p2svpn.Client(profile_folder=folder, sealing_key=Path(key).read_bytes()).profiles, *rest)
    except WrongArguments:
        print(__doc__)
        return 64
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    except p2svpn.P2SVpnError as error:
        print(f"Error {error.number} ({error.name}): {error.message}", file=sys.stderr)
        for cause in error.causes:
            print(f"  because: {cause}", file=sys.stderr)
        print(error.remedy, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
