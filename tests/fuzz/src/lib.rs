//! What the programs of cargo-fuzz share: which target each runs, and how much memory one input may take.
//!
//! The targets of the protocol are entry points of `core/openvpn` that are built for fuzzing only; that of profiles
//! is the public function that reads one. `bin/fuzz` builds and runs them all.

use std::alloc::System;
use std::sync::Once;
use std::time::Instant;

use cap::Cap;
use p2svpn_openvpn::fuzz::TARGETS;
use p2svpn_profile::{ImportOptions, Profile, SourceFile, import};

/// Counts what Rust code allocates, which is all but libFuzzer's own corpus.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// The most bytes that an import may take, as `p2svpn_profile::import` states.
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

/// Imports one file of whatever kind.
pub fn file(input: &[u8]) {
    import_all(&[SourceFile {
        name: "file",
        bytes: input,
    }]);
}

/// Imports a package: an archive, or the files that would be in one.
///
/// Nobody who changes bytes of an archive meets its checksums again, so that what is behind them would never be
/// reached. The second form is text: `=== NAME` in a line of its own, and below it the file.
pub fn package(input: &[u8]) {
    if input.starts_with(b"PK") {
        return file(input);
    }
    let files: Vec<SourceFile<'_>> = split(input, b"=== ")
        .filter_map(|part| {
            let line = part.iter().position(|&byte| byte == b'\n')?;
            let (name, bytes) = part.split_at(line);
            Some(SourceFile {
                name: std::str::from_utf8(name).ok()?,
                bytes: bytes.get(1..)?,
            })
        })
        .collect();
    import_all(&files);
}

fn split<'a>(input: &'a [u8], mark: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(input);
    std::iter::from_fn(move || {
        let input = rest?;
        let at = input.windows(mark.len()).position(|window| window == mark);
        let (part, behind) = match at {
            Some(at) => (&input[..at], Some(&input[at + mark.len()..])),
            None => (input, None),
        };
        rest = behind;
        Some(part)
    })
}

fn import_all(files: &[SourceFile<'_>]) {
    within(PROFILE_MEMORY, || {
        match import(files, &ImportOptions::default()) {
            Ok(profiles) => {
                assert!(!profiles.is_empty());
                for imported in profiles {
                    let said = imported.warnings.iter().map(ToString::to_string);
                    assert!(
                        said.into_iter()
                            .all(|line| !line.contains(char::is_control))
                    );
                    assert!(!format!("{:?}", imported.profile).is_empty());
                }
            }
            Err(failure) => {
                assert!(!failure.to_string().contains(char::is_control));
                assert!(!failure.error.remedy().is_empty());
            }
        }
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
