//! Benchmarks beside `openvpn`: `p2svpn-bench --help` tells.

#[cfg(target_os = "linux")]
mod command_line;
#[cfg(target_os = "linux")]
mod contender;
#[cfg(target_os = "linux")]
mod handshake;
#[cfg(target_os = "linux")]
mod profiles;
#[cfg(target_os = "linux")]
mod sample;
#[cfg(target_os = "linux")]
mod throughput;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    match command_line::run(std::env::args_os().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("The benchmarks run in network namespaces, which only Linux has.");
    ExitCode::FAILURE
}
