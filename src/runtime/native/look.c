/* What lies at the sources of binds, looked at by a process that is the user. */
#include "runtime.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct opened *opened;
/* Of files that are opened for their contents, each MOST_FILE bytes. Both are shared with the child that looks. */
static char *contents;

static bool can(int fd, int mode)
{
	return syscall(SYS_faccessat2, fd, "", mode, AT_EMPTY_PATH | AT_EACCESS) == 0;
}

/* Here, and not by root: a file system of the user's may answer when it likes, and be waited for again when it is closed. */
static int read_contents(int fd, int number)
{
	char own[64], *text = NULL;
	snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
	int file = open(own, O_RDONLY | O_CLOEXEC);
	if (file >= 0) text = read_all(file, MOST_FILE, &opened[number].size);
	if (text == NULL) return -1;
	memcpy(contents + number * MOST_FILE, text, opened[number].size);
	close(file);
	return fd;
}

static int open_one(const char *how, const char *path, int number)
{
	struct stat it;
	char *kind = &opened[number].kind;
	/* No link on the way: gate 1 wanted the real path, and what has become a link since was swapped. */
	int fd = open_how(AT_FDCWD, path, O_PATH, RESOLVE_NO_SYMLINKS);
	if (fd < 0 && errno == ENOENT && strchr(how, 'c') != NULL) *kind = 'n';
	if (fd < 0 || fstat(fd, &it) < 0) return -1;
	*kind = S_ISDIR(it.st_mode) ? 'd' : S_ISREG(it.st_mode) ? 'f' : S_ISBLK(it.st_mode) || S_ISCHR(it.st_mode) ? 'x' : 'o';
	bool is_opened = can(fd, R_OK) || (strchr(how, 'a') == NULL && (can(fd, W_OK) || can(fd, X_OK)));
	if (!is_opened) return -1;
	return strchr(how, 'c') == NULL || *kind != 'f' ? fd : read_contents(fd, number);
}

/* In a process that is the user, and shares our descriptors; the user can end and stop it, and not trace it. */
static void open_as_user(uid_t uid, gid_t gid, gid_t *groups, size_t held, char **pair, int pairs)
{
	if (setgroups(held, groups) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		_exit(1);
	for (int i = 0; i < pairs; i++) {
		opened[i].fd = open_one(pair[2 * i], pair[2 * i + 1], i);
		if (opened[i].fd < 0 && opened[i].kind != 'n') {
			opened[i].fd = -errno;
			_exit(2);
		}
	}
	_exit(0);
}

/* Waits so many seconds at most. The clock is here, since the user could stop the child, and any clock of its own. */
static bool has_ended(pid_t child, int *status, int seconds)
{
	struct pollfd end = { .fd = syscall(SYS_pidfd_open, child, 0), .events = POLLIN };
	if (end.fd < 0) refuse("cannot look as the user: %s", strerror(errno));
	bool is_over = poll(&end, 1, seconds * 1000) == 1 && waitpid(child, status, 0) == child;
	close(end.fd);
	return is_over;
}

/*
 * open UID GID "GID GID..." (HOW PATH)...: what the user reaches. HOW: a, it must be readable too; c, for its contents.
 * Answers `opened` with the kinds (d folder, f file, x device, o other; n, not there, of one with c), or `fail` with the path and why.
 */
void do_open(char **field, int count, size_t size)
{
	(void)size;
	static gid_t groups[65536];
	size_t held = 0;
	int pairs = (count - 4) / 2, status = -1;
	char kinds[MOST_MOUNTS];
	uid_t uid = strtoul(field[1], NULL, 10);
	gid_t gid = strtoul(field[2], NULL, 10);
	for (char *at = field[3]; *at && held < 65536; at += strspn(at, " ")) groups[held++] = strtoul(at, &at, 10);
	if (pairs < 1 || pairs > MOST_MOUNTS || uid == 0) refuse("dockerrun-authz answered what is no answer");
	opened = mmap(NULL, sizeof *opened * MOST_MOUNTS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	contents = mmap(NULL, MOST_MOUNTS * MOST_FILE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (opened == MAP_FAILED || contents == MAP_FAILED) refuse("no memory");
	for (int i = 0; i < pairs; i++) opened[i].fd = -EAGAIN;
	pid_t child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (child == 0) open_as_user(uid, gid, groups, held, field + 4, pairs);
	if (child < 0) refuse("cannot look as the user: %s", strerror(errno));
	/* One that a file system holds in the kernel outlives its SIGKILL, and us. */
	if (!has_ended(child, &status, PATIENCE) && kill(child, SIGKILL) == 0) has_ended(child, &status, 1);
	for (int i = 0; i < pairs; i++) {
		if (opened[i].fd < 0 && opened[i].kind != 'n') {
			errno = WIFEXITED(status) ? -opened[i].fd : ETIMEDOUT;
			return say_failure(field[5 + 2 * i]);
		}
		kinds[i] = opened[i].kind;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) refuse("cannot look as the user");
	say_text("opened", kinds, pairs);
}

/* contents N: of a file that was opened as the user with `c`. */
void do_contents(char **field, int count, size_t size)
{
	(void)count, (void)size;
	int number = number_of(field[1]);
	if (opened[number].size > MOST_FILE) say("odd");
	else say_text("file", contents + number * MOST_FILE, opened[number].size);
}

