use p2svpn_client::StoreProblem;

/// Something in the folder of the profiles that is not as it should be. All other profiles are there.
#[derive(uniffi::Record)]
pub struct ProfileProblem {
    /// What is wrong, by a stable name such as `set_aside` or `secrets_missing`.
    pub kind: String,
    /// The file or folder, where it is now.
    pub path: String,
    /// The id of the profile, where the file's name tells.
    pub profile: Option<String>,
    /// The name to discard the file by, if it was set aside.
    pub set_aside: Option<String>,
    /// What is wrong, in a clause that repeats no secret.
    pub reason: String,
    /// What the user can do about it, in a sentence.
    pub remedy: String,
}

impl From<StoreProblem> for ProfileProblem {
    fn from(problem: StoreProblem) -> Self {
        Self {
            kind: problem.kind.name().to_owned(),
            path: problem.path.display().to_string(),
            profile: problem.id.map(|id| id.to_string()),
            set_aside: problem.set_aside().map(str::to_owned),
            remedy: problem.kind.remedy().to_owned(),
            reason: problem.reason,
        }
    }
}
