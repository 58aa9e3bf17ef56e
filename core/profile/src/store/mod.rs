//! Where profiles are kept: several of them in a folder of files, with a secret store beside it.
//!
//! `store` is the door. `catalog` knows what the last look found, `disk` is the folder and the secret
//! store, `record` and `order` are the forms of their files, and `private_folder` writes files as a
//! whole.

mod catalog;
mod change;
mod disk;
mod folder_error;
mod lost_secrets;
mod order;
mod permissions;
mod private_folder;
mod problem;
mod profile_id;
mod record;
mod relation;
mod secret_store;
#[expect(
    clippy::module_inception,
    reason = "the store is what the folder is about"
)]
mod store;
mod store_error;
mod stored_profile;
mod trace;

pub use change::Change;
pub use folder_error::FolderError;
pub use private_folder::{FolderLock, PrivateFile, PrivateFolder};
pub use problem::{Problem, ProblemKind};
pub use profile_id::ProfileId;
pub use relation::Relation;
pub use secret_store::{
    LONGEST_SECRET_NAME, MemorySecretStore, SecretStore, SecretStoreError, check_secret_name,
};
pub use store::{Store, Update};
pub use store_error::StoreError;
pub use stored_profile::StoredProfile;
