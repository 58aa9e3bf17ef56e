//! What the programs of cargo-fuzz share: which target each runs, and how much memory one input may take.
//!
//! The targets of the protocol are entry points of `core/openvpn` that are built for fuzzing only; that of profiles
//! is the public function that reads one. `bin/fuzz` builds and runs them all.

use std::alloc::System;
use std::sync::Once;
use std::time::Instant;

use cap::Cap;
use p2svpn_openvpn::fuzz::TARGETS;
use p2svpn_profile::Profile;

/// Counts what Rust code allocates, which is all but libFuzzer's own corpus.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// The most bytes that reading a profile may take: the tree of its elements, for a file of the size tried here.
const PROFILE_MEMORY: usize = 16 << 20;

/// Runs a target of the protocol. An allocation beyond its bound ends the process.
///
/// # Panics
/// When a promise is broken; when there is no target of this name.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let target = target.unwrap_or_else(|| panic!("there is no target {name}"));
    within(target.memory, || (target.run)(Instant::now(), input));
}

/// Reads a profile and says all that there is to say of it.
pub fn profile(input: &[u8]) {
    within(PROFILE_MEMORY, || match Profile::from_azure_xml(input) {
        Ok(imported) => {
            let said: Vec<String> = imported.warnings.iter().map(ToString::to_string).collect();
            assert!(said.iter().all(|line| !line.is_empty()));
            assert!(!format!("{:?}", imported.profile).is_empty());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    });
}

fn within(bound: usize, judge: impl FnOnce()) {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(lift_the_bound_for_panics);
    // Fails only for a limit below what is allocated already.
    let _ = MEMORY.set_limit(MEMORY.allocated() + bound);
    judge();
    let _ = MEMORY.set_limit(usize::MAX);
}

/// A panic takes memory to be told.
fn lift_the_bound_for_panics() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let _ = MEMORY.set_limit(usize::MAX);
        tell(panic);
    }));
}
