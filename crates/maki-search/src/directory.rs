//! Opening the files of an index, also where this process may only read them.
//!
//! The engine takes a lock even to read, so that no file goes away between the list of files and their opening. Where
//! no lock file can be written, nobody of this account writes either; a reader that meets a file gone meanwhile fails
//! and tries again.

use std::io::{Error as IoError, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, INDEX_WRITER_LOCK, Lock, META_LOCK, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
};

use crate::error::Error;

/// Opens the index that a folder holds.
pub(crate) fn open_engine(path: &Path) -> Result<tantivy::Index, Error> {
    let mapped = MmapDirectory::open(path).map_err(tantivy::TantivyError::from)?;
    match mapped.acquire_lock(&META_LOCK) {
        Err(LockError::IoError(error)) if is_refusal(&error) => Ok(tantivy::Index::open(OnlyRead(mapped))?),
        // Anything else is met again and told by the engine.
        lock => {
            drop(lock);
            Ok(tantivy::Index::open(mapped)?)
        }
    }
}

fn is_refusal(error: &IoError) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// A folder in which nothing is written, not even a lock.
#[derive(Debug, Clone)]
struct OnlyRead(MmapDirectory);

fn refused() -> IoError {
    IoError::from(ErrorKind::PermissionDenied)
}

impl Directory for OnlyRead {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.0.get_file_handle(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.0.exists(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.0.atomic_read(path)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.0.watch(callback)
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        if lock.filepath == INDEX_WRITER_LOCK.filepath {
            return Err(LockError::IoError(Arc::new(refused())));
        }
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError { io_error: Arc::new(refused()), filepath: path.to_owned() })
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(refused(), path.to_owned()))
    }

    fn atomic_write(&self, _path: &Path, _data: &[u8]) -> std::io::Result<()> {
        Err(refused())
    }

    fn sync_directory(&self) -> std::io::Result<()> {
        Err(refused())
    }
}
