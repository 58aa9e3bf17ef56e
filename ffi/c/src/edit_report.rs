use std::ffi::{CString, c_char};
use std::ptr;

use p2svpn_client::{EditReport, Field};

use crate::guard::{act, look};
use crate::output::{Texts, c_string};

/// What an edit did to a profile, beside what it was asked for. Any thread may use it.
///
/// Fields of a profile have stable names: "name", "version", "servers", "authentication", "client_certificate",
/// "certificate_issuer", "user_name", "sign_in", "server_validation", "include_routes", "exclude_routes", "dns_servers",
/// "dns_suffixes", "secondary_profile", "always_on", "trusted_networks", "protocol", "network", "unknown_elements", and what a
/// later version adds. Networks are written as "10.1.0.0/16".
pub struct p2svpn_edit_report {
    text: CString,
    changed: Texts,
    duplicates: Texts,
    duplicate_fields: Texts,
    host_bits_fields: Texts,
    host_bits_written: Texts,
    host_bits_used: Texts,
    nested_fields: Texts,
    nested_inner: Texts,
    nested_outer: Texts,
    overlap_includes: Texts,
    overlap_excludes: Texts,
    aggregated: usize,
    identity_removed: bool,
}

impl p2svpn_edit_report {
    pub(crate) fn new(report: &EditReport) -> Self {
        let (duplicates, host_bits) = (&report.duplicates, &report.host_bits);
        let (nested, overlaps) = (&report.nested, &report.overlaps);
        Self {
            text: c_string(report),
            changed: Texts::new(report.changed.iter().copied().map(Field::name)),
            duplicates: Texts::new(duplicates.iter().map(|duplicate| &duplicate.text)),
            duplicate_fields: Texts::new(duplicates.iter().map(|duplicate| duplicate.field)),
            host_bits_fields: Texts::new(host_bits.iter().map(|inexact| inexact.field)),
            host_bits_written: Texts::new(host_bits.iter().map(|inexact| inexact.written)),
            host_bits_used: Texts::new(host_bits.iter().map(|inexact| inexact.used)),
            nested_fields: Texts::new(nested.iter().map(|nested| nested.field)),
            nested_inner: Texts::new(nested.iter().map(|nested| nested.inner)),
            nested_outer: Texts::new(nested.iter().map(|nested| nested.outer)),
            overlap_includes: Texts::new(overlaps.iter().map(|overlap| overlap.include)),
            overlap_excludes: Texts::new(overlaps.iter().map(|overlap| overlap.exclude)),
            aggregated: report.aggregated,
            identity_removed: report.identity_removed,
        }
    }
}

/// Frees a report. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_free(report: Option<Box<p2svpn_edit_report>>) {
    act(|| drop(report));
}

/// Returns the whole report for people, some lines of which the first says what changed; "" for NULL. It belongs to the
/// report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_text(report: Option<&p2svpn_edit_report>) -> *const c_char {
    look(report, c"".as_ptr(), |report| report.text.as_ptr())
}

/// Returns in how many fields the profile differs from the one before; 0 if it stays as it was.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_changed_count(report: Option<&p2svpn_edit_report>) -> usize {
    look(report, 0, |report| report.changed.count())
}

/// Returns a field that differs; NULL beyond the last. It belongs to the report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_changed(
    report: Option<&p2svpn_edit_report>,
    index: usize,
) -> *const c_char {
    look(report, ptr::null(), |report| report.changed.at(index))
}

/// Returns how many entries were passed over because they stood in their list already.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_duplicate_count(report: Option<&p2svpn_edit_report>) -> usize {
    look(report, 0, |report| report.duplicates.count())
}

/// Returns an entry that stood in its list already; NULL beyond the last. It belongs to the report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_duplicate(
    report: Option<&p2svpn_edit_report>,
    index: usize,
) -> *const c_char {
    look(report, ptr::null(), |report| report.duplicates.at(index))
}

/// Returns the field that a duplicate stands in; NULL beyond the last. It belongs to the report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_duplicate_field(
    report: Option<&p2svpn_edit_report>,
    index: usize,
) -> *const c_char {
    look(report, ptr::null(), |report| {
        report.duplicate_fields.at(index)
    })
}

/// Returns how many networks were written with address bits beyond their mask.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_host_bits_count(report: Option<&p2svpn_edit_report>) -> usize {
    look(report, 0, |report| report.host_bits_written.count())
}

/// Returns the field of a network with such bits; NULL beyond the last. It belongs to the report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_host_bits_field(
    report: Option<&p2svpn_edit_report>,
    index: usize,
) -> *const c_char {
    look(report, ptr::null(), |report| {
        report.host_bits_fields.at(index)
    })
}

/// Returns a network with such bits as it was written, "10.1.2.3/8"; NULL beyond the last. It belongs to the report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_host_bits_written(
    report: Option<&p2svpn_edit_report>,
    index: usize,
) -> *const c_char {
    look(report, ptr::null(), |report| {
        report.host_bits_written.at(index)
    })
}

/// Returns the same network as it is used, "10.0.0.0/8"; NULL beyond the last. It belongs to the report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_host_bits_used(
    report: Option<&p2svpn_edit_report>,
    index: usize,
) -> *const c_char {
    look(report, ptr::null(), |report| {
        report.host_bits_used.at(index)
    })
}

/// Returns how many networks of the edited lists lie inside another one of their list, and so add nothing to it.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_nested_count(report: Option<&p2svpn_edit_report>) -> usize {
    look(report, 0, |report| report.nested_inner.count())
}

/// Returns the field of a network that lies inside another one; NULL beyond the last. It belongs to the report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_nested_field(
    report: Option<&p2svpn_edit_report>,
    index: usize,
) -> *const c_char {
    look(report, ptr::null(), |report| report.nested_fields.at(index))
}

/// Returns a network that lies inside another one; NULL beyond the last. It belongs to the report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_nested_inner(
    report: Option<&p2svpn_edit_report>,
    index: usize,
) -> *const c_char {
    look(report, ptr::null(), |report| report.nested_inner.at(index))
}

/// Returns the smallest other network that it lies inside; NULL beyond the last. It belongs to the report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_nested_outer(
    report: Option<&p2svpn_edit_report>,
    index: usize,
) -> *const c_char {
    look(report, ptr::null(), |report| report.nested_outer.at(index))
}

/// Returns how many pairs there are of an include route and an exclude route of which one lies inside the other. The smaller
/// one has its way; if they are equal they contradict each other.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_overlap_count(report: Option<&p2svpn_edit_report>) -> usize {
    look(report, 0, |report| report.overlap_includes.count())
}

/// Returns the include route of such a pair; NULL beyond the last. It belongs to the report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_overlap_include(
    report: Option<&p2svpn_edit_report>,
    index: usize,
) -> *const c_char {
    look(report, ptr::null(), |report| {
        report.overlap_includes.at(index)
    })
}

/// Returns the exclude route of such a pair; NULL beyond the last. It belongs to the report.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_overlap_exclude(
    report: Option<&p2svpn_edit_report>,
    index: usize,
) -> *const c_char {
    look(report, ptr::null(), |report| {
        report.overlap_excludes.at(index)
    })
}

/// Returns how many networks fewer there are by aggregation.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_aggregated(report: Option<&p2svpn_edit_report>) -> usize {
    look(report, 0, |report| report.aggregated)
}

/// Says whether a client certificate that the profile brought along was taken out with its private key, because another one is
/// named now.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_edit_report_identity_removed(report: Option<&p2svpn_edit_report>) -> bool {
    look(report, false, |report| report.identity_removed)
}
