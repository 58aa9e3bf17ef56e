//! Where profiles are kept: a folder of files, and a secret store beside it.

mod folder_error;
mod permissions;
mod private_folder;
mod profile_id;
mod secret_store;

pub use folder_error::FolderError;
pub use private_folder::{FolderLock, PrivateFile, PrivateFolder};
pub use profile_id::ProfileId;
pub use secret_store::{
    LONGEST_SECRET_NAME, MemorySecretStore, SecretStore, SecretStoreError, check_secret_name,
};
