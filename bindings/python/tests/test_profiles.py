"""Profiles: imported, explained, edited, kept and exported."""

import re
import tempfile
from pathlib import Path
from unittest import TestCase

import p2svpn

from .support import ROOT

FIXTURES = ROOT / "core/profile/tests/fixtures"
CERTIFICATE = FIXTURES / "certificate.xml"
KEY = bytes(range(32))


def newer_package(package: bytes) -> bytes:
    """The package of the same gateway after it moved to another host."""
    moved = re.sub(rb"(azuregateway-[0-9a-f-]{36}-)[0-9a-f]{12}", rb"\g<1>0123456789ab", package)
    assert moved != package
    return moved


class ProfilesTest(TestCase):
    def setUp(self) -> None:
        self.profiles = p2svpn.Client().profiles

    def test_an_edit_changes_what_it_names(self) -> None:
        profile = self.profiles.import_file(CERTIFICATE)

        report = self.profiles.edit(profile, name="Office", add_include_routes=["10.7.0.0/16", "10.8.0.0/16"])

        edited = self.profiles.get(profile.id)
        self.assertEqual((edited.name, edited.edited), ("Office", True))
        self.assertEqual(report.changed, ("name", "include_routes"))
        self.assertIn("include_routes", str(report))
        routes = str(self.profiles.explain(profile).data["network"]["routes"])
        self.assertIn("10.8.0.0/16", routes)

    def test_an_unprotected_folder_is_opened_again_and_takes_no_key(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder) / "store"
            first = p2svpn.Client(profile_folder=store, unprotected_secrets=True)
            profile = first.profiles.import_file(CERTIFICATE)
            again = p2svpn.Client(profile_folder=store, unprotected_secrets=True)
            self.assertEqual(again.profiles.get(profile.id).name, profile.name)
            with self.assertRaises(p2svpn.BugError):
                p2svpn.Client(profile_folder=store, sealing_key=KEY, unprotected_secrets=True)

    def test_entries_are_added_to_each_list_and_taken_out(self) -> None:
        profile = self.profiles.import_file(CERTIFICATE)
        self.profiles.edit(
            profile,
            servers=["one.example.com", "two.example.com"],
            dns_servers="10.0.0.4, 10.0.0.5",
            dns_suffixes=["one.example", "two.example"],
            trusted_networks="one.example",
        )

        self.profiles.edit(
            profile,
            add_servers=["three.example.com"],
            remove_servers=["one.example.com"],
            transport="udp",
            remove_dns_servers="10.0.0.4",
            add_dns_servers=["10.0.0.6"],
            remove_dns_suffixes="one.example",
            add_dns_suffixes="three.example",
            add_trusted_networks="two.example",
            remove_trusted_networks="one.example",
        )
        self.profiles.edit(profile, server_order=["three.example.com/udp", "two.example.com/udp"])

        details = self.profiles.details(profile)
        self.assertEqual(
            [(server.host, server.transport) for server in details.servers],
            [("three.example.com", "udp"), ("two.example.com", "udp")],
        )
        self.assertEqual(details.dns_servers, ("10.0.0.5", "10.0.0.6"))
        self.assertEqual(details.dns_suffixes, ("two.example", "three.example"))
        self.assertEqual(details.trusted_networks, ("two.example",))

    def test_a_report_tells_what_an_edit_passed_over_and_joined(self) -> None:
        profile = self.profiles.import_file(CERTIFICATE)
        self.profiles.edit(profile, include_routes="10.7.0.0/16", exclude_routes=["10.6.0.0/24", "10.6.1.0/24"])

        report = self.profiles.edit(
            profile,
            add_include_routes=["10.7.0.0/16", "10.7.1.0/24", "10.6.1.1/16"],
            aggregate_exclude_routes=True,
        )

        self.assertEqual([(one.field, one.text) for one in report.duplicates], [("include_routes", "10.7.0.0/16")])
        self.assertEqual([(one.written, one.used) for one in report.host_bits], [("10.6.1.1/16", "10.6.0.0/16")])
        self.assertEqual([(one.inner, one.outer) for one in report.nested], [("10.7.1.0/24", "10.7.0.0/16")])
        self.assertEqual([(one.include, one.exclude) for one in report.overlaps], [("10.6.0.0/16", "10.6.0.0/23")])
        self.assertEqual((report.aggregated, report.identity_removed), (1, False))

    def test_a_plan_is_for_the_device_that_it_is_asked_for(self) -> None:
        profile = self.profiles.import_file(CERTIFICATE)

        changing = self.profiles.explain(profile, device=p2svpn.Tun())
        untouched = self.profiles.explain(profile, device=p2svpn.Userspace())
        (of_file,) = self.profiles.explain_files([CERTIFICATE], device=p2svpn.Userspace())

        self.assertNotEqual(str(changing), str(untouched))
        self.assertEqual(of_file.data["network"]["routes"], untouched.data["network"]["routes"])

    def test_an_update_keeps_edits_and_removes_the_import_of_the_same_package(self) -> None:
        profile = self.profiles.import_file(CERTIFICATE)
        self.profiles.edit(profile, name="Office")
        newer = newer_package(CERTIFICATE.read_bytes())
        twin = self.profiles.import_bytes(newer)
        self.assertEqual(twin.update_of, profile.id)

        updated = self.profiles.update_bytes(profile, newer)

        self.assertEqual((updated.id, updated.name, updated.kept), (profile.id, "Office", ("name",)))
        self.assertEqual((updated.removed, updated.conflicts), (twin.id, ()))
        self.assertEqual(updated.servers, twin.servers)
        self.assertEqual([kept.id for kept in self.profiles.list()], [profile.id])

    def test_an_update_tells_what_was_odd_in_the_newer_package(self) -> None:
        profile = self.profiles.import_file(CERTIFICATE)
        odd = newer_package(CERTIFICATE.read_bytes()).replace(b"<version>", b"<colour>red</colour><version>", 1)

        updated = self.profiles.update_bytes(profile, odd)

        self.assertTrue(any("colour" in warning.message for warning in updated.warnings), updated.warnings)

    def test_a_damaged_file_is_told_and_discarded(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            kept = p2svpn.Client(profile_folder=folder, sealing_key=KEY).profiles.import_file(CERTIFICATE)
            (Path(folder) / "profiles" / f"{kept.id}.json").write_text("{")
            profiles = p2svpn.Client(profile_folder=folder, sealing_key=KEY).profiles

            (problem,) = profiles.problems()

            self.assertEqual((problem.kind, problem.profile), ("set_aside", kept.id))
            self.assertIn(problem.remedy, str(problem))
            self.assertTrue(profiles.discard(problem))
            self.assertFalse(profiles.discard(problem))
            self.assertEqual(profiles.problems(), [])

    def test_a_profile_stands_for_its_id(self) -> None:
        profile = self.profiles.import_file(CERTIFICATE)

        self.assertEqual(self.profiles.get(profile), self.profiles.get(profile.id))

    def test_details_show_what_was_edited(self) -> None:
        profile = self.profiles.import_file(CERTIFICATE)
        self.profiles.edit(
            profile,
            servers=["vpn.example.com:8443", "192.0.2.1/udp"],
            include_routes=["10.7.0.0/16"],
            dns_servers=["10.7.0.4"],
        )

        details = self.profiles.details(profile)

        first, second = details.servers
        self.assertEqual((first.host, first.port, first.transport), ("vpn.example.com", 8443, "tcp"))
        self.assertEqual((second.host, second.transport), ("192.0.2.1", "udp"))
        self.assertEqual((details.include_routes, details.dns_servers), (("10.7.0.0/16",), ("10.7.0.4",)))
        self.assertEqual([sign_in.kind for sign_in in details.sign_ins], list(profile.sign_ins))

    def test_a_refreshed_client_knows_what_another_did(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            one, other = (p2svpn.Client(profile_folder=folder, sealing_key=KEY).profiles for _ in range(2))
            kept = one.import_file(CERTIFICATE)

            other.refresh()

            self.assertEqual(other.get(kept.id).name, kept.name)

    def test_a_refused_edit_says_why_and_changes_nothing(self) -> None:
        profile = self.profiles.import_file(CERTIFICATE)

        with self.assertRaises(p2svpn.UserActionError) as raised:
            self.profiles.edit(profile, name="Office", include_routes="10.0.0.0/33")

        self.assertEqual(raised.exception.name, "EDIT_REFUSED")
        self.assertIn("10.0.0.0/33", raised.exception.message)
        self.assertEqual(self.profiles.get(profile.id).name, profile.name)

    def test_a_plan_is_text_and_data(self) -> None:
        plan = self.profiles.explain(self.profiles.import_file(FIXTURES / "entra.xml"))

        self.assertIn("login.microsoftonline.com", str(plan))
        self.assertEqual(plan.data["profile"], "contoso-vnet")

    def test_files_are_explained_without_being_kept(self) -> None:
        plans = self.profiles.explain_files([CERTIFICATE])

        self.assertEqual(len(plans), 1)
        self.assertEqual(self.profiles.list(), [])

    def test_an_export_has_secrets_only_when_asked_for(self) -> None:
        profile = self.profiles.import_file(CERTIFICATE)

        without = self.profiles.export(profile)
        with_secrets = self.profiles.export(profile, secrets=True)

        self.assertTrue(without.notes)
        self.assertNotIn(with_secrets.text, repr(with_secrets))
        again = p2svpn.Client().profiles.import_bytes(with_secrets.text.encode())
        self.assertEqual(again.servers, profile.servers)

    def test_copies_and_order_are_the_users(self) -> None:
        first = self.profiles.import_file(CERTIFICATE)
        copy = self.profiles.duplicate(first, "Copy")

        self.profiles.move_to(copy, 0)

        self.assertEqual([profile.name for profile in self.profiles.list()], ["Copy", first.name])

    def test_profiles_in_a_folder_outlive_their_client(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "profiles"
            kept = p2svpn.Client(profile_folder=place, sealing_key=KEY).profiles.import_file(CERTIFICATE)

            again = p2svpn.Client(profile_folder=place, sealing_key=KEY)

            self.assertEqual([profile.id for profile in again.profiles.list()], [kept.id])
            self.assertEqual(again.profiles.problems(), [])
            with self.assertRaises(p2svpn.ConfigurationError) as raised:
                p2svpn.Client(profile_folder=place, sealing_key=bytes(32))
            self.assertEqual(raised.exception.name, "STORE_KEY_WRONG")
