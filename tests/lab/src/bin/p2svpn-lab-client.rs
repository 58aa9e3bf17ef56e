//! This library's client, on a TUN device of the namespace it is started in; the lab drives it through standard input.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    match p2svpn_lab::run_client(std::env::args_os().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("The lab is made of network namespaces, which only Linux has.");
    ExitCode::FAILURE
}
