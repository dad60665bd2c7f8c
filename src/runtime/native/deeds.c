/*
 * What dockerrun-authz may ask for while it decides, each a word with its fields, answered with `ok` or what is said here.
 * Nothing is mounted on the host: runc binds an empty, read-only place where something of the user's shall be, and when
 * runc is through, that is laid over it from a descriptor. So runc, which is root, never looks at a path of the user's.
 */
#include "runtime.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int root_fd = -1, host_mounts = -1;

/* By number: a copy of the mount with flags of its own, the place it will be laid over, and what it is where it is a file of ours. */
static struct { int tree; struct stat place, file_itself; char file[32]; } mounts[MOST_MOUNTS];
static int files_folder = -1;

int number_of(const char *text)
{
	long number = strtol(text, NULL, 10);
	if (number < 0 || number >= MOST_MOUNTS) refuse("dockerrun-authz answered what is no answer");
	return number;
}

/* root PATH: the root file system, as the spec has it. */
static void do_root(char **field, int count, size_t size)
{
	(void)count, (void)size;
	int bundle = open(call.bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	root_fd = openat(bundle, field[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0) say_failure(field[1]);
	else say("ok");
	close(bundle);
}

/* 1 and the text of a link of the root file system, 0 for what is none or not there. No link is on the way to it. */
static int read_link(const char *path, char *text, size_t most)
{
	struct stat it;
	int fd = open_how(root_fd, path, O_PATH | O_NOFOLLOW, RESOLVE_IN_ROOT);
	if (fd < 0) return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	ssize_t length = fstat(fd, &it) < 0 ? -1 : S_ISLNK(it.st_mode) ? readlinkat(fd, "", text, most) : 0;
	close(fd);
	if (length < 0 || length >= (ssize_t)most) return -1;
	text[length] = 0;
	return length > 0;
}

/* Writes each folder on the way to `target`, links followed as runc will, then where it ends, then an empty text. */
static bool walk(const char *target, FILE *steps)
{
	char done[PATH_MAX] = "", left[2 * PATH_MAX], path[PATH_MAX], text[PATH_MAX], rest[PATH_MAX];
	int links = 0, found;
	if (snprintf(left, sizeof left, "%s", target) >= PATH_MAX) return false;
	for (;;) {
		char *name = left + strspn(left, "/");
		size_t length = strcspn(name, "/");
		fwrite(done[0] == 0 ? "/" : done, strlen(done[0] == 0 ? "/" : done) + 1, 1, steps);
		if (length == 0) return fputc(0, steps) == 0;
		if (ftell(steps) > MOST_FILE) return false;
		if (snprintf(rest, sizeof rest, "%s", name + length) >= (int)sizeof rest) return false;
		if (length == 2 && memcmp(name, "..", 2) == 0) *(strrchr(done, '/') == NULL ? done : strrchr(done, '/')) = 0;
		else if (length != 1 || *name != '.') {
			if (snprintf(path, sizeof path, "%s/%.*s", done, (int)length, name) >= (int)sizeof path) return false;
			found = read_link(path, text, sizeof text);
			if (found < 0 || (found > 0 && ++links > 40)) return false;
			if (found == 0) strcpy(done, path);
			else if (text[0] == '/') done[0] = 0;
			snprintf(left, sizeof left, "%s%s", found > 0 ? text : "", rest);
			continue;
		}
		strcpy(left, rest);
	}
}

/* places PATH...: of each the way there in the root file system. Nobody changes that of a container that is not yet made. */
static void do_places(char **field, int count, size_t size)
{
	char *text = NULL;
	FILE *steps = open_memstream(&text, &size);
	if (steps == NULL) refuse("no memory");
	int i = 1;
	errno = ELOOP;
	while (i < count && walk(field[i], steps)) i++;
	fclose(steps);
	if (i < count) say_failure(field[i]);
	else say_text("places", text, size);
	free(text);
}

/* `file` with its contents, `none`, or `odd`. What is no regular file would do something when it is opened. */
static void say_contents(int path_fd)
{
	struct stat it;
	char path[64];
	size_t size;
	int fd = -1;
	if (path_fd < 0) return say(errno == ENOENT || errno == ENOTDIR ? "none" : "odd");
	snprintf(path, sizeof path, "/proc/self/fd/%d", path_fd);
	if (fstat(path_fd, &it) == 0 && S_ISREG(it.st_mode)) fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = fd < 0 ? NULL : read_all(fd, MOST_FILE, &size);
	if (text == NULL) say("odd");
	else say_text("file", text, size);
	free(text);
	if (fd >= 0) close(fd);
	close(path_fd);
}

/* read PATH: a file of the image, links followed inside of it. */
static void do_read(char **field, int count, size_t size)
{
	(void)count, (void)size;
	say_contents(open_how(root_fd, field[1], O_PATH, RESOLVE_IN_ROOT));
}

/* Where runc binds it first: empty, and the same for all containers. Others may pass, since a remapped runc is no root. */
static void make_place(int number, bool is_folder, char *path, size_t most)
{
	char folder[PATH_MAX];
	snprintf(folder, sizeof folder, "%s", call.socket);
	snprintf(path, most, "%.3000s/places", dirname(folder));
	if (mkdir(path, 0755) < 0 && errno != EEXIST) refuse("cannot make %s: %s", path, strerror(errno));
	size_t end = strlen(path);
	snprintf(path + end, most - end, "/%c%d", is_folder ? 'd' : 'f', number);
	int fd = is_folder ? (mkdir(path, 0555), open(path, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
			   : open(path, O_CREAT | O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0444);
	if (fd < 0 || fstat(fd, &mounts[number].place) < 0 || mounts[number].place.st_uid != 0)
		refuse("cannot make %s: %s", path, strerror(errno));
	close(fd);
}

static void copy_mount(int number, int fd, bool is_folder, bool is_read_only)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE;
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (is_read_only ? MOUNT_ATTR_RDONLY : 0),
		.propagation = MS_PRIVATE,
	};
	int tree = syscall(SYS_open_tree, fd, "", flags);
	/* Root may not even look at it: fstat(2) of a home on FUSE is refused. */
	if (tree < 0 || syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) < 0)
		return say_failure("copying the mount");
	mounts[number].tree = tree;
	char place[PATH_MAX];
	make_place(number, is_folder, place, sizeof place);
	say_text("ok", place, strlen(place));
}

/* mount N FLAGS: of what was opened as N, with the mounts below it. FLAGS: r read-only. Answers with the path of its place. */
static void do_mount(char **field, int count, size_t size)
{
	(void)count, (void)size;
	int number = number_of(field[1]);
	copy_mount(number, opened[number].fd, opened[number].kind == 'd', strchr(field[2], 'r') != NULL);
}

/* file N CONTENTS: a file of root's that lives as long as the container has it. */
static void do_file(char **field, int count, size_t size)
{
	(void)count;
	char folder[PATH_MAX], path[PATH_MAX];
	int number = number_of(field[1]);
	snprintf(folder, sizeof folder, "%s", call.socket);
	snprintf(path, sizeof path, "%.3000s/file-XXXXXX", dirname(folder));
	int fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0) return say_failure("making a file");
	if (files_folder < 0) files_folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(mounts[number].file, sizeof mounts[number].file, "%s", strrchr(path, '/') + 1);
	if (write(fd, field[2], size) == (ssize_t)size && fchmod(fd, 0444) == 0 && fstat(fd, &mounts[number].file_itself) == 0)
		copy_mount(number, fd, false, true);
	else say_failure("writing a file");
	close(fd);
}

/* What is laid somewhere lives on without a name; before that the kernel wants one. */
void remove_files(void)
{
	for (int i = 0; i < MOST_MOUNTS; i++)
		if (mounts[i].file[0] != 0) unlinkat(files_folder, mounts[i].file, 0);
}

/* volume PATH: `ok` where the engine keeps it in a folder of its own, which is no mount of something else (M12). */
static void do_volume(char **field, int count, size_t size)
{
	(void)count, (void)size;
	struct statx it;
	/* The way there is root's, and may have links. */
	int fd = open(field[1], O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_statx, fd, "", AT_EMPTY_PATH, 0, &it) < 0) return say_failure(field[1]);
	errno = EBUSY;
	if (it.stx_attributes & STATX_ATTR_MOUNT_ROOT) say_failure(field[1]);
	else say("ok");
	close(fd);
}

/* device PATH: `device` with b or c, major and minor. */
static void do_device(char **field, int count, size_t size)
{
	(void)count, (void)size;
	struct stat it;
	char text[64];
	int fd = open_how(AT_FDCWD, field[1], O_PATH, 0);
	if (fd < 0 || fstat(fd, &it) < 0 || !(S_ISBLK(it.st_mode) || S_ISCHR(it.st_mode))) say("none");
	else say_text("device", text, snprintf(text, sizeof text, "%c %u %u", S_ISBLK(it.st_mode) ? 'b' : 'c', major(it.st_rdev), minor(it.st_rdev)));
	if (fd >= 0) close(fd);
}

void enter_mounts(pid_t pid)
{
	char path[64];
	struct stat it, own;
	snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)pid);
	int theirs = open(path, O_RDONLY | O_CLOEXEC);
	host_mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (theirs < 0 || host_mounts < 0 || fstat(theirs, &it) < 0 || fstat(host_mounts, &own) < 0)
		refuse("cannot enter the container: %s", strerror(errno));
	if (it.st_ino == own.st_ino) refuse("the container sees the host's mounts");
	open_host();
	if (setns(theirs, CLONE_NEWNS) < 0) refuse("cannot enter the container: %s", strerror(errno));
	close(theirs);
}

void leave_mounts(void)
{
	if (host_mounts >= 0 && setns(host_mounts, CLONE_NEWNS) < 0) _exit(1);
}

/* plain: the root file system has no power: no device and no set-id file of the image's works. */
static void do_plain(char **field, int count, size_t size)
{
	(void)field, (void)count, (void)size;
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };
	if (syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attr, sizeof attr) < 0) say_failure("/");
	else say("ok");
}

/* lay N PATH: over its place. Where the path leads to something else by now, the place is not there, and nothing is laid. */
static void do_lay(char **field, int count, size_t size)
{
	(void)count, (void)size;
	int number = number_of(field[1]);
	struct stat it;
	int fd = open_how(AT_FDCWD, field[2], O_PATH, 0);
	if (fd < 0 || fstat(fd, &it) < 0) return say_failure(field[2]);
	errno = ESTALE;
	if (it.st_dev != mounts[number].place.st_dev || it.st_ino != mounts[number].place.st_ino ||
	    syscall(SYS_move_mount, mounts[number].tree, "", fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		say_failure(field[2]);
	else say("ok");
	close(fd);
}

/* holds N PATH: `ok` where what is seen at the path is N, and nobody but root could ever put another there. */
static void do_holds(char **field, int count, size_t size)
{
	(void)count, (void)size;
	int number = number_of(field[1]);
	struct stat it;
	char folder[PATH_MAX];
	for (char *slash = strchr(field[2], '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof folder, "%.*s", slash == field[2] ? 1 : (int)(slash - field[2]), field[2]);
		if (lstat(folder, &it) < 0 || !S_ISDIR(it.st_mode) || it.st_uid != 0 || (it.st_mode & 022)) return say("no");
	}
	struct stat *own = &mounts[number].file_itself;
	bool is_it = lstat(field[2], &it) == 0 && it.st_dev == own->st_dev && it.st_ino == own->st_ino;
	say(is_it ? "ok" : "no");
}

const struct deed deeds[] = {
	{ "root", 2, BEFORE, do_root },	{ "places", 2, BEFORE, do_places }, { "read", 2, BEFORE, do_read },	    { "open", 6, BEFORE, do_open },
	{ "contents", 2, BEFORE, do_contents }, { "mount", 3, BEFORE, do_mount }, { "file", 3, BEFORE, do_file },
	{ "device", 2, BEFORE, do_device },	{ "volume", 2, BEFORE, do_volume },	{ "cgroup", 2, ALWAYS, do_cgroup }, { "job", 2, ALWAYS, do_job }, { "plain", 1, INSIDE, do_plain },
	{ "lay", 3, INSIDE, do_lay },		{ "holds", 3, INSIDE, do_holds },   { NULL, 0, BEFORE, NULL },
};
