//! What the tests of the C interface share: the header, the built library, and compiling programs against them.

#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod gateway;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use p2svpn_client::ErrorCode;

/// The source files whose items make the header, in its order.
const SOURCES: [&str; 17] = [
    "version",
    "wait",
    "string",
    "error",
    "warning",
    "profile",
    "client_options",
    "certificate",
    "connect_options",
    "client",
    "session",
    "challenge",
    "event",
    "network_config",
    "status",
    "statistics",
    "stream",
];

/// The crate's folder.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The tree's folder.
pub(crate) fn root() -> PathBuf {
    folder().join("../..").canonicalize().unwrap()
}

/// The committed header.
pub(crate) fn header_path() -> PathBuf {
    root().join("include/p2svpn.h")
}

/// Makes the header from the source.
pub(crate) fn generate_header() -> String {
    let mut config = cbindgen::Config::from_file(folder().join("cbindgen.toml")).unwrap();
    config.after_includes = Some(version_macros() + &error_numbers());
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(folder().join("src").join(source).with_extension("rs"));
    }
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    String::from_utf8(text).unwrap()
}

fn version_macros() -> String {
    let parts = [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ];
    let mut text = String::from("\n");
    for (name, number) in parts {
        let part = name.to_lowercase();
        writeln!(text, "/** The {part} version of this header. */").unwrap();
        writeln!(text, "#define P2SVPN_VERSION_{name} {number}\n").unwrap();
    }
    text += "/** The version of this header; p2svpn_version() is that of the library. */\n";
    text + "#define P2SVPN_VERSION \"" + env!("CARGO_PKG_VERSION") + "\"\n"
}

/// The catalogue of the errors as an enum.
fn error_numbers() -> String {
    let mut text = String::from(
        "\n/**\n * The numbers of errors. The hundreds tell where it went wrong: 1 use of the library,",
    );
    text += " 2 profile, 3 certificates\n * and sign-in, 4 network towards the gateway, 5 the gateway's identity, 6 protocol";
    text += " and the gateway's answers,\n * 7 this machine, 8 connections through the userspace stack, 9 defects.\n */\n";
    text += "enum p2svpn_error_numbers {\n";
    for code in ErrorCode::all() {
        writeln!(text, "    /** {}. */", code.title()).unwrap();
        writeln!(
            text,
            "    P2SVPN_ERROR_{} = {},",
            code.name(),
            code.number()
        )
        .unwrap();
    }
    text + "};\n"
}

/// The names of the functions that a header declares.
pub(crate) fn functions(header: &str) -> Vec<String> {
    let code = without_comments(header);
    let mut names: Vec<String> = code
        .split(';')
        .filter(|statement| !statement.contains("(*") && !statement.contains("typedef"))
        .filter_map(|statement| statement.split_once('('))
        .filter_map(|(before, _)| before.rsplit([' ', '*', '\n']).next())
        .filter(|name| name.starts_with("p2svpn_"))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

fn without_comments(header: &str) -> String {
    let mut code = String::new();
    let mut rest = header;
    while let Some((before, after)) = rest.split_once("/*") {
        code += before;
        rest = after.split_once("*/").unwrap().1;
    }
    code + rest
}

/// The folder with the library as cargo has just built it for this test, and the name that it is loaded by.
pub(crate) struct Library {
    folder: tempfile::TempDir,
}

impl Library {
    pub(crate) fn built() -> Self {
        // Beside the test's own program, where cargo puts what the test depends on.
        let program = std::env::current_exe().unwrap();
        let built = program.parent().unwrap().join("libp2svpn.so");
        let folder = tempfile::tempdir().unwrap();
        for name in ["libp2svpn.so", "libp2svpn.so.0"] {
            std::os::unix::fs::symlink(&built, folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder().join("libp2svpn.so")
    }

    /// Compiles a C program against the header and this library; warnings are errors. It is checked for addresses that
    /// it must not use, undefined behaviour and leaks while it runs.
    pub(crate) fn compile(&self, source: &Path) -> Program<'_> {
        let program = self.folder.path().join(source.file_stem().unwrap());
        let mut compiler = Command::new("cc");
        compiler.args(["-std=c11", "-g", "-Wall", "-Wextra", "-Werror", "-pedantic"]);
        compiler
            .arg("-fsanitize=address,undefined")
            .arg("-fno-sanitize-recover=all");
        compiler.arg("-I").arg(root().join("include"));
        compiler.arg(source).arg("-o").arg(&program).arg("-pthread");
        compiler
            .arg(self.path())
            .arg(format!("-Wl,-rpath,{}", self.folder.path().display()));
        succeed(&mut compiler);
        Program {
            path: program,
            _library: self,
        }
    }
}

/// A compiled program.
pub(crate) struct Program<'a> {
    path: PathBuf,
    _library: &'a Library,
}

impl Program<'_> {
    /// Prepares a run of it.
    pub(crate) fn command(&self) -> Command {
        Command::new(&self.path)
    }
}

/// Runs a program and requires that it succeeds; returns what it wrote.
pub(crate) fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}",
        output.status,
        everything(&output)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What a program wrote, for people.
pub(crate) fn everything(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
