use std::ffi::c_void;

/// What a host's callback is given, which is freed once when nothing calls it any more.
pub(crate) struct Userdata {
    pointer: *mut c_void,
    free: Option<extern "C" fn(userdata: *mut c_void)>,
}

// SAFETY: the header says that callbacks, and the freeing of what they are given, happen in any thread of the library.
unsafe impl Send for Userdata {}
// SAFETY: as above; the library itself never looks at what it points to.
unsafe impl Sync for Userdata {}

impl Userdata {
    pub(crate) fn new(
        pointer: *mut c_void,
        free: Option<extern "C" fn(userdata: *mut c_void)>,
    ) -> Self {
        Self { pointer, free }
    }

    pub(crate) fn pointer(&self) -> *mut c_void {
        self.pointer
    }
}

impl Drop for Userdata {
    fn drop(&mut self) {
        if let Some(free) = self.free {
            free(self.pointer);
        }
    }
}
