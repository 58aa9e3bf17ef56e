use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use p2svpn_profile::{
    AuthenticationKind, ImportOptions, Imported, LocalNetwork, Moment, Problem as StoreProblem,
    Profile, ProfileId, ProfileName, Relation, SourceFile, Store, StoredProfile, Surroundings,
    Update, import,
};
use p2svpn_system::{Clock, MAX_ROUTES, sets_dns};
use tokio::runtime::Handle;

use crate::error::Error;
use crate::event::{EventKind, EventQueue};

/// How often the folder is looked at for what other processes did.
const LOOK: Duration = Duration::from_secs(2);

/// The store of a client, and whom its changes are told to.
pub(crate) struct ProfileKeeper {
    store: Store,
    options: ImportOptions,
    events: Arc<EventQueue>,
    clock: Clock,
}

impl ProfileKeeper {
    pub(crate) fn new(
        store: Store,
        options: ImportOptions,
        events: Arc<EventQueue>,
        clock: Clock,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            options,
            events,
            clock,
        })
    }

    /// Looks at the folder from time to time, for as long as somebody uses the profiles.
    ///
    /// It asks the file system instead of waiting for its notices, which network drives do not give.
    pub(crate) fn watch(keeper: &Arc<Self>, runtime: &Handle) {
        if keeper.store.folder().is_some() {
            runtime.spawn(watch(Arc::downgrade(keeper)));
        }
    }

    pub(crate) fn read(&self, files: &[SourceFile<'_>]) -> Result<Vec<Imported>, Error> {
        Ok(import(files, &self.options)?)
    }

    pub(crate) fn list(&self) -> Vec<StoredProfile> {
        self.store.list()
    }

    pub(crate) fn get(&self, id: ProfileId) -> Result<StoredProfile, Error> {
        Ok(self.store.get(id)?)
    }

    pub(crate) fn relation(&self, profile: &Profile) -> Relation {
        self.store.relation(profile)
    }

    pub(crate) fn problems(&self) -> Vec<StoreProblem> {
        self.store.problems()
    }

    pub(crate) fn add(&self, profile: Profile) -> Result<StoredProfile, Error> {
        self.telling(|store| Ok(store.add(profile, self.now())?))
    }

    pub(crate) fn rename(&self, id: ProfileId, name: &ProfileName) -> Result<StoredProfile, Error> {
        self.change(id, |profile| {
            let mut renamed = profile.clone();
            renamed.name = name.clone();
            Ok(renamed)
        })
    }

    /// Makes a profile another one; `change` may be called several times.
    pub(crate) fn change(
        &self,
        id: ProfileId,
        change: impl FnMut(&Profile) -> Result<Profile, Error>,
    ) -> Result<StoredProfile, Error> {
        self.telling(|store| store.edit(id, change))
    }

    /// Brings a profile up to date with a newer one of the same gateway.
    pub(crate) fn update(&self, id: ProfileId, newer: Profile) -> Result<Update, Error> {
        self.telling(|store| Ok(store.update(id, newer, self.now())?))
    }

    pub(crate) fn duplicate(
        &self,
        id: ProfileId,
        name: ProfileName,
    ) -> Result<StoredProfile, Error> {
        self.telling(|store| Ok(store.duplicate(id, name)?))
    }

    pub(crate) fn move_to(&self, id: ProfileId, index: usize) -> Result<(), Error> {
        self.telling(|store| Ok(store.move_to(id, index)?))
    }

    pub(crate) fn remove(&self, id: ProfileId) -> Result<(), Error> {
        self.telling(|store| Ok(store.remove(id)?))
    }

    pub(crate) fn discard(&self, set_aside: &str) -> Result<bool, Error> {
        self.telling(|store| Ok(store.discard(set_aside)?))
    }

    pub(crate) fn refresh(&self) -> Result<(), Error> {
        self.telling(|store| Ok(store.refresh()?))
    }

    /// Looks at what other processes did, if a file is different.
    fn notice(&self) -> Result<(), Error> {
        self.telling(|store| Ok(store.notice()?))
    }

    /// What a plan has to know of the machine, and of what this client's host allows.
    pub(crate) fn surroundings(&self) -> Surroundings {
        Surroundings {
            now: Some(Moment(self.clock.unix_seconds())),
            local_networks: local_networks(),
            authorities: self.options.authorities.clone(),
            // What a session does, so that a plan promises nothing else.
            sign_ins: Some(AuthenticationKind::ALL.to_vec()),
            sets_dns: Some(sets_dns()),
            most_routes: Some(MAX_ROUTES),
            ..Surroundings::default()
        }
    }

    /// Does something and tells what became different by it, and what was noticed of others.
    fn telling<T>(&self, act: impl FnOnce(&Store) -> Result<T, Error>) -> Result<T, Error> {
        let outcome = act(&self.store);
        self.store.tell(|changes| {
            if !changes.is_empty() {
                self.events.push(None, EventKind::ProfilesChanged(changes));
            }
        });
        outcome
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.unix_seconds()).unwrap_or_default()
    }
}

impl fmt::Debug for ProfileKeeper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(formatter)
    }
}

/// The networks that the machine is in, if the system says.
fn local_networks() -> Option<Vec<LocalNetwork>> {
    let networks = p2svpn_system::local_networks()
        .inspect_err(|error| tracing::debug!(%error, "the machine's networks are not known"))
        .ok()?;
    let networks = networks.into_iter().map(|network| LocalNetwork {
        interface: network.interface,
        address: network.address,
        is_default: network.is_default,
    });
    Some(networks.collect())
}

async fn watch(keeper: Weak<ProfileKeeper>) {
    loop {
        tokio::time::sleep(LOOK).await;
        let Some(keeper) = keeper.upgrade() else {
            return;
        };
        let looked = tokio::task::spawn_blocking(move || keeper.notice()).await;
        if let Ok(Err(error)) = looked {
            tracing::debug!(%error, "the profiles' folder could not be looked at");
        }
    }
}
