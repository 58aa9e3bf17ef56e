use std::ffi::{CString, c_char};

use p2svpn_client::{ExplainedProfile, Plan};

use crate::guard::{act, look};
use crate::output::c_string;
use crate::warning::{Warnings, p2svpn_warning};

/// What a profile needs and what it would change on this machine, before anything is connected. It holds no secret. Any
/// thread may use it.
pub struct p2svpn_plan {
    text: CString,
    json: CString,
    warnings: Warnings,
}

/// The plans of the profiles in files. Any thread may use it.
pub struct p2svpn_plans(Vec<p2svpn_plan>);

impl p2svpn_plan {
    /// The plan of a profile that was imported, which has told its warnings.
    pub(crate) fn of_kept(plan: &Plan) -> Self {
        Self::new(plan, Warnings::default())
    }

    fn new(plan: &Plan, warnings: Warnings) -> Self {
        Self {
            text: c_string(plan),
            json: c_string(plan.to_json()),
            warnings,
        }
    }
}

impl p2svpn_plans {
    pub(crate) fn new(explained: &[ExplainedProfile]) -> Self {
        let plans = explained.iter().map(|explained| {
            let warnings = Warnings::new(&explained.warnings, explained.warnings_left_out);
            p2svpn_plan::new(&explained.plan, warnings)
        });
        Self(plans.collect())
    }
}

/// Frees a plan that p2svpn_client_explain() gave, not one of a list. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_plan_free(plan: Option<Box<p2svpn_plan>>) {
    act(|| drop(plan));
}

/// Returns the plan as a text for people; "" for NULL. It belongs to the plan.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_plan_text(plan: Option<&p2svpn_plan>) -> *const c_char {
    look(plan, c"".as_ptr(), |plan| plan.text.as_ptr())
}

/// Returns the plan as JSON for programs, whose names are stable; "" for NULL. It belongs to the plan.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_plan_json(plan: Option<&p2svpn_plan>) -> *const c_char {
    look(plan, c"".as_ptr(), |plan| plan.json.as_ptr())
}

/// Returns how many things had to be forgiven to read the file that p2svpn_client_explain_files() explained; at most 200 are
/// kept.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_plan_warning_count(plan: Option<&p2svpn_plan>) -> usize {
    look(plan, 0, |plan| plan.warnings.count())
}

/// Returns what had to be forgiven, in the order of the file; NULL beyond the last. It belongs to the plan.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_plan_warning(
    plan: Option<&p2svpn_plan>,
    index: usize,
) -> Option<&p2svpn_warning> {
    look(plan, None, |plan| plan.warnings.at(index))
}

/// Returns how many warnings there were beyond those kept.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_plan_warnings_left_out(plan: Option<&p2svpn_plan>) -> usize {
    look(plan, 0, |plan| plan.warnings.left_out())
}

/// Frees a list of plans and the plans in it. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_plans_free(plans: Option<Box<p2svpn_plans>>) {
    act(|| drop(plans));
}

/// Returns how many plans there are.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_plans_count(plans: Option<&p2svpn_plans>) -> usize {
    look(plans, 0, |plans| plans.0.len())
}

/// Returns a plan of the list; NULL beyond the last. It belongs to the list.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_plans_at(
    plans: Option<&p2svpn_plans>,
    index: usize,
) -> Option<&p2svpn_plan> {
    look(plans, None, |plans| plans.0.get(index))
}
