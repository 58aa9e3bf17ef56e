"""Profiles: imported, explained, edited, kept and exported."""

import tempfile
from pathlib import Path
from unittest import TestCase

import p2svpn

from .support import ROOT

FIXTURES = ROOT / "core/profile/tests/fixtures"
CERTIFICATE = FIXTURES / "certificate.xml"
KEY = bytes(range(32))


class ProfilesTest(TestCase):
    def setUp(self) -> None:
        self.profiles = p2svpn.Client().profiles

    def test_an_edit_changes_what_it_names(self) -> None:
        profile = self.profiles.import_file(CERTIFICATE)

        report = self.profiles.edit(profile, name="Office", add_include_routes=["10.7.0.0/16", "10.8.0.0/16"])

        edited = self.profiles.get(profile.id)
        self.assertEqual((edited.name, edited.edited), ("Office", True))
        self.assertIn("include_routes", report)
        routes = str(self.profiles.explain(profile).data["network"]["routes"])
        self.assertIn("10.8.0.0/16", routes)

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
