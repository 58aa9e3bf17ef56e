"""Shows what the profiles in files need and would change, and keeps none: python3 profiles.py FILE..."""

import sys

import p2svpn


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__)
        return 64
    try:
        for plan in p2svpn.Client().profiles.explain_files(sys.argv[1:]):
            print(plan)
            for warning in plan.warnings:
                print(f"Warning: {warning}")
    except p2svpn.P2SVpnError as error:
        print(f"Error {error.number}: {error}\n{error.remedy}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
