//! Writes the other languages' side of `libp2svpn_uniffi`, from the library itself.
//!
//! maturin runs it when it builds the Python package; by hand it is
//! `cargo run -p p2svpn-uniffi-bindgen -- generate --language python --out-dir FOLDER target/debug/libp2svpn_uniffi.so`.
//! The options are those of uniffi's own program, without the parts of it that are for other ways of working.

mod python;

use std::error::Error;
use std::process::ExitCode;

use lexopt::prelude::*;
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate};

const USAGE: &str = "uniffi-bindgen generate --language python|swift --out-dir FOLDER LIBRARY";

fn main() -> ExitCode {
    match options().and_then(write) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}\nusage: {USAGE}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<GenerateOptions, Box<dyn Error>> {
    let mut languages = Vec::new();
    let mut out_dir = None;
    let mut positional = Vec::new();
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('l') | Long("language") => languages.push(arguments.value()?.string()?),
            Short('o') | Long("out-dir") => out_dir = Some(arguments.value()?.string()?),
            // What they say is so anyway: a library is the only source, and nothing formats what is written.
            Long("library" | "no-format") => {}
            Value(value) => positional.push(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let [command, library] = positional.as_slice() else {
        return Err("one command and one library are wanted".into());
    };
    if command != "generate" {
        return Err(format!("{command}: there is only the command generate").into());
    }
    Ok(GenerateOptions {
        languages: languages
            .iter()
            .map(|name| language(name))
            .collect::<Result<_, _>>()?,
        source: library.into(),
        out_dir: out_dir.ok_or("--out-dir is missing")?.into(),
        ..GenerateOptions::default()
    })
}

fn write(options: GenerateOptions) -> Result<(), Box<dyn Error>> {
    let python = options
        .languages
        .iter()
        .any(|language| matches!(language, TargetLanguage::Python))
        .then(|| python::File::in_folder(options.out_dir.as_std_path()));
    let Some(python) = python else {
        return Ok(generate(options)?);
    };
    python.remove_old()?;
    generate(options)?;
    python.write_bytes_at_once()
}

fn language(name: &str) -> Result<TargetLanguage, String> {
    match name {
        "python" => Ok(TargetLanguage::Python),
        "swift" => Ok(TargetLanguage::Swift),
        _ => Err(format!("{name}: the languages are python and swift")),
    }
}
