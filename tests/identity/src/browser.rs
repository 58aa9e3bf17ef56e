use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::provider::PASSWORD;
use crate::script;

/// A user's browser, with what it remembers.
pub struct Browser {
    folder: TempDir,
    user: String,
}

/// What a user has met in a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The provider's pages in order: `select_account`, `login`, `consent`, `code`, `confirm`.
    pub pages: Vec<String>,
    /// Where the browser is in the end.
    pub address: String,
    /// The title of the last page.
    pub title: String,
    /// The text of the last page.
    pub text: String,
}

impl Browser {
    /// A browser of this user's that remembers nothing yet.
    pub fn of(user: &str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            user: user.to_owned(),
        }
    }

    /// Opens a page and does what it asks for.
    pub async fn sign_in(&self, url: &str) -> Seen {
        self.run(url, &[]).await
    }

    /// Opens a page and says no where that can be said.
    pub async fn decline(&self, url: &str) -> Seen {
        self.run(url, &["deny"]).await
    }

    /// Opens a page and types a code there.
    pub async fn enter(&self, url: &str, code: &str) -> Seen {
        self.run(url, &[&format!("code={code}")]).await
    }

    async fn run(&self, url: &str, wishes: &[&str]) -> Seen {
        let output = Command::new("node")
            .arg(script("browser.mjs"))
            .arg(chromium())
            .arg(self.folder.path())
            .args([url, &self.user, PASSWORD])
            .args(wishes)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |name: &str| seen[name].as_str().unwrap().to_owned();
        let pages = seen["pages"].as_array().unwrap().iter();
        Seen {
            pages: pages
                .map(|page| page.as_str().unwrap().to_owned())
                .collect(),
            address: text("address"),
            title: text("title"),
            text: text("text"),
        }
    }
}

/// Where the browser is; what drives it looks for no program.
fn chromium() -> PathBuf {
    let places = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&places)
        .map(|place| place.join("chromium"))
        .find(|program| program.exists())
        .expect("there is no chromium")
}
