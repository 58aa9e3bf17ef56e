//! Gives the shared library the name that programs look for when they start.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_TARGET_OS").is_some_and(|system| system == "linux") {
        // The number goes up when programs that were linked before no longer work.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libp2svpn.so.0");
    }
}
