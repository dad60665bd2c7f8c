/*
 * The end of what a Slurm job has left on this host, for its Epilog: the processes in its cgroups are killed and the cgroups
 * removed. What is below a job belongs to its user, who may have made folders deep and wide, frozen some, put single threads into
 * them, or go on putting processes there from outside. So the folders are taken from the user first, processes are found by what
 * the kernel says of each, and whoever still holds a file of these cgroups open is killed too. All of it has an end in time.
 */
#include "runtime.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Seconds for all of it, and of these for the last look. Slurm waits for an Epilog as long as it is told (PrologEpilogTimeout). */
#define LONGEST 10
#define LAST_LOOK 2
#define ROOT "/sys/fs/cgroup"

static unsigned owner;
static char **paths;
static int path_count;
static struct timespec end;

static bool is_late(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec);
}

/* ---- folders ---- */

struct level { int fd; char **names; int count, next; };

static void read_names(struct level *level)
{
	DIR *list = fdopendir(dup(level->fd));
	if (list == NULL) return;
	rewinddir(list);
	for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
		level->names = realloc(level->names, (level->count + 1) * sizeof *level->names);
		if (level->names == NULL || (level->names[level->count++] = strdup(entry->d_name)) == NULL) refuse("no memory");
	}
	closedir(list);
}

static void free_level(struct level *level)
{
	for (int i = 0; i < level->count; i++) free(level->names[i]);
	free(level->names);
	close(level->fd);
}

/* From the top down, so that nothing new can be made in what was taken already; and what is frozen could not end. */
static void take(int folder)
{
	static const char *const files[] = { "cgroup.procs", "tasks", "cgroup.threads", "freezer.state", "cgroup.freeze" };
	if (fchown(folder, 0, 0) < 0) return;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (fchownat(folder, files[i], 0, 0, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT) return;
	for (int i = 3; i < 5; i++) {
		int state = openat(folder, files[i], O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
		if (state < 0) continue;
		/* A state that is not to be had now is asked for again with the next look. */
		ssize_t ignored = i == 3 ? write(state, "THAWED", 6) : write(state, "0", 1);
		(void)ignored;
		close(state);
	}
}

/* By descriptors: their paths may be longer than any that the kernel takes. */
static void walk(int top, bool is_removal)
{
	struct level *stack = malloc(sizeof *stack);
	int depth = 1;
	if (stack == NULL) refuse("no memory");
	stack[0] = (struct level){ .fd = top };
	take(top);
	read_names(stack);
	while (depth > 0 && !is_late()) {
		struct level *level = &stack[depth - 1];
		if (level->next < level->count) {
			int below = openat(level->fd, level->names[level->next++], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (below < 0) continue;
			stack = realloc(stack, (depth + 1) * sizeof *stack);
			if (stack == NULL) refuse("no memory");
			stack[depth] = (struct level){ .fd = below };
			take(below);
			read_names(&stack[depth++]);
			continue;
		}
		free_level(level);
		depth--;
		if (is_removal && depth > 0) unlinkat(stack[depth - 1].fd, stack[depth - 1].names[stack[depth - 1].next - 1], AT_REMOVEDIR);
	}
	while (depth > 0) free_level(&stack[--depth]);
	free(stack);
}

/* In each hierarchy of v1, and in cgroup2 where that is the root. False where one of them is still there. */
static bool walk_all(bool is_removal)
{
	char path[PATH_MAX];
	bool is_gone = true;
	DIR *list = opendir(ROOT);
	if (list == NULL) return true;
	for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
		if (entry->d_type != DT_DIR || strcmp(entry->d_name, "..") == 0) continue;
		for (int i = 0; i < path_count; i++) {
			if (snprintf(path, sizeof path, ROOT "/%s%s", entry->d_name, paths[i]) >= (int)sizeof path) continue;
			int top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (top < 0) continue;
			walk(top, is_removal);
			if (!is_removal || (rmdir(path) < 0 && errno != ENOENT)) is_gone = false;
		}
	}
	closedir(list);
	return is_gone;
}

/* ---- processes ---- */

/* Does the path of a cgroup lead to one of the job's, or below it? */
static bool is_jobs(const char *path)
{
	for (int i = 0; i < path_count; i++) {
		size_t length = strlen(paths[i]);
		if (strncmp(path, paths[i], length) == 0 && (path[length] == '/' || path[length] == 0)) return true;
	}
	return false;
}

/* The lines of /proc/PID/cgroup. What cannot be told of its user's own lies too deep to have a path. */
static bool is_listed(const char *path, bool is_owners)
{
	char *text = read_at(host_proc, path), *rest = text;
	bool is_it = text == NULL && is_owners && faccessat(host_proc, path, F_OK, 0) == 0;
	for (char *line; !is_it && (line = strsep(&rest, "\n")) != NULL;) {
		char *colon = strchr(line, ':'), *at = colon == NULL ? NULL : strchr(colon + 1, ':');
		is_it = at != NULL && is_jobs(at + 1);
	}
	free(text);
	return is_it;
}

/* A thread in one of the job's cgroups, or one of their files held open. `kind` is task or fd. */
static bool is_any(const char *pid, const char *kind)
{
	char path[PATH_MAX], link[PATH_MAX];
	snprintf(path, sizeof path, "%.20s/%s", pid, kind);
	int folder = openat(host_proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = folder < 0 ? NULL : fdopendir(folder);
	bool is_it = false;
	if (list == NULL) return false;
	for (struct dirent *entry; !is_it && (entry = readdir(list)) != NULL;) {
		if (entry->d_name[0] == '.') continue;
		if (strcmp(kind, "task") == 0) {
			snprintf(path, sizeof path, "%.20s/task/%.20s/cgroup", pid, entry->d_name);
			is_it = is_listed(path, true);
			continue;
		}
		ssize_t length = readlinkat(folder, entry->d_name, link, sizeof link - 1);
		link[length < 0 ? 0 : length] = 0;
		char *at = strncmp(link, ROOT "/", sizeof ROOT) == 0 ? strchr(link + sizeof ROOT, '/') : NULL;
		is_it = (length < 0 && errno == ENAMETOOLONG) || (at != NULL && (is_jobs(at) || is_jobs(link + sizeof ROOT - 1)));
	}
	closedir(list);
	return is_it;
}

static bool is_the_jobs(const char *pid)
{
	char path[64];
	unsigned uid = -1;
	snprintf(path, sizeof path, "%.20s/status", pid);
	char *text = read_at(host_proc, path), *state = text == NULL ? NULL : strstr(text, "\nState:\t"), *line = text == NULL ? NULL : strstr(text, "\nUid:");
	/* What has ended and is waited for is in nobody's way. */
	bool is_alive = state != NULL && strchr("ZX", state[8]) == NULL && line != NULL && sscanf(line, "\nUid: %u", &uid) == 1;
	free(text);
	/* Slurm's own may still be about to end; nothing of a user's is root here. */
	if (!is_alive || (uid == 0 && (owner != 0 || is_stepd(atol(pid))))) return false;
	snprintf(path, sizeof path, "%.20s/cgroup", pid);
	return is_listed(path, uid == owner) || (uid == owner && (is_any(pid, "task") || is_any(pid, "fd")));
}

/* By a descriptor that means this process whatever becomes of its number. True where there was one. */
static bool kill_all(void)
{
	bool is_any_there = false;
	int folder = openat(host_proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = folder < 0 ? NULL : fdopendir(folder);
	if (list == NULL) refuse("cannot read /proc: %s", strerror(errno));
	for (struct dirent *entry; (entry = readdir(list)) != NULL && !is_late();) {
		pid_t pid = strtol(entry->d_name, NULL, 10);
		if (pid <= 1 || pid == getpid()) continue;
		int process = syscall(SYS_pidfd_open, pid, 0);
		if (process < 0) continue;
		if (is_the_jobs(entry->d_name)) {
			is_any_there = true;
			syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
		}
		close(process);
	}
	closedir(list);
	return is_any_there;
}

/* In: the uid of the job's user, and the paths of its cgroups. Out: 0 where nothing of it runs any more. */
int end_job(int count, char **argv)
{
	const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
	struct rlimit most = { .rlim_cur = 1 << 20, .rlim_max = 1 << 20 };
	char *rest;
	owner = count < 2 ? 0 : strtoul(argv[0], &rest, 10);
	if (count < 2 || *argv[0] == 0 || *rest != 0) refuse("the uid of a user and cgroups are wanted");
	paths = argv + 1;
	path_count = count - 1;
	for (int i = 0; i < path_count; i++)
		if (paths[i][0] != '/' || strstr(paths[i], "/job_") == NULL || strstr(paths[i], "..") != NULL) refuse("%s: not the cgroup of a job", paths[i]);
	/* As deep as they are, each level is one. What the limit does not let us open is left, and told. */
	if (setrlimit(RLIMIT_NOFILE, &most) < 0 && getrlimit(RLIMIT_NOFILE, &most) == 0) {
		most.rlim_cur = most.rlim_max;
		setrlimit(RLIMIT_NOFILE, &most);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += LONGEST - LAST_LOOK;
	open_host();
	walk_all(false);
	for (;;) {
		bool was_any = kill_all();
		if (is_late()) break;
		/* What the engine had there it removes itself, at the same moment. */
		if (!was_any && walk_all(true)) return 0;
		if (was_any) walk_all(false);
		nanosleep(&moment, NULL);
	}
	/* Folders alone are in nobody's way. */
	end.tv_sec += LAST_LOOK;
	return kill_all() ? 1 : 0;
}
