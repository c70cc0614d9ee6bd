/* The file system as LevelDB sees it. The build redirects the archive's system calls (see
 * redirected.txt) to the functions below, which pass them on, or make them fail when a plan asked
 * for it with leveldb_world_fail_io. All of them may run on any thread at the same time: LevelDB
 * compacts on a thread of its own. */
#ifndef LEVELDB_WORLD_H
#define LEVELDB_WORLD_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

int leveldb_world_open(const char *path, int flags, ...);
ssize_t leveldb_world_read(int fd, void *buffer, size_t size);
ssize_t leveldb_world_pread(int fd, void *buffer, size_t size, off_t offset);
ssize_t leveldb_world_write(int fd, const void *buffer, size_t size);
/* Never waits for the disk: what survives a power failure is not tested, and it costs milliseconds.
 */
int leveldb_world_fdatasync(int fd);
int leveldb_world_rename(const char *from, const char *to);
int leveldb_world_unlink(const char *path);
void *leveldb_world_mmap(void *address, size_t size, int protection, int flags, int fd,
                         off_t offset);
DIR *leveldb_world_opendir(const char *path);
int leveldb_world_mkdir(const char *path, mode_t mode);
/* Counts the locks that open databases hold. */
int leveldb_world_fcntl(int fd, int command, ...);

/* Whether a database is open. */
bool leveldb_world_any_open(void);

/* ---- files.c ---- */

/* Removes everything in the directory and leaves the directory. Does not allocate. */
void leveldb_files_empty(const char *directory);

#ifdef __cplusplus
}
#endif

#endif
