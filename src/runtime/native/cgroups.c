/* What dockerrun-authz asks about processes of the host's, also when we see the mounts of a container. */
#include "runtime.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int host_proc = -1;
static int host_cgroups = -1;

/* Before we see other mounts. */
void open_host(void)
{
	if (host_proc < 0) host_proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (host_cgroups < 0) host_cgroups = open("/sys/fs/cgroup", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The contents of a file, to be freed, or NULL. */
char *read_at(int folder, const char *path)
{
	size_t length;
	int fd = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char *text = fd < 0 ? NULL : read_all(fd, MOST_FILE, &length);
	if (fd >= 0) close(fd);
	return text;
}

/* cgroup PID: in which cgroups a process is. */
void do_cgroup(char **field, int count, size_t size)
{
	(void)count, (void)size;
	char path[64];
	open_host();
	snprintf(path, sizeof path, "%d/cgroup", (int)strtol(field[1], NULL, 10));
	char *text = read_at(host_proc, path);
	if (text == NULL) say("none");
	else say_text("file", text, strlen(text));
	free(text);
}

/* More than a job has steps and tasks on a node. */
#define MOST_FOLDERS 4000
static struct { unsigned uid[8]; int count, folders; bool has_stepd; } members;

/* slurmstepd is there as long as the job is, and root's: nobody else can put a process of that name and uid there. */
bool is_stepd(long pid)
{
	char path[64], program[PATH_MAX];
	snprintf(path, sizeof path, "%ld/exe", pid);
	ssize_t length = readlinkat(host_proc, path, program, sizeof program - 1);
	program[length < 0 ? 0 : length] = 0;
	char *name = strrchr(program, '/');
	/* Debian's is slurmstepd-wlm; after an upgrade the kernel says (deleted). */
	return name != NULL && strncmp(name, "/slurmstepd", 11) == 0 && strchr("- ", name[11]) != NULL;
}

/* Its real uid: what others see of a process that hides itself belongs to root. One that has ended is nobody's. */
static bool add_member(long pid)
{
	char path[64];
	unsigned uid;
	/* In another pid namespace than ours it has no number. */
	if (pid <= 0) return false;
	snprintf(path, sizeof path, "%ld/status", pid);
	char *text = read_at(host_proc, path), *line = text == NULL ? NULL : strstr(text, "\nUid:");
	bool is_one = line != NULL && sscanf(line, "\nUid: %u", &uid) == 1;
	free(text);
	if (text == NULL) return true;
	if (!is_one) return false;
	if (uid == 0 && !members.has_stepd) members.has_stepd = is_stepd(pid);
	for (int i = 0; i < members.count; i++)
		if (members.uid[i] == uid) return true;
	if (members.count == (int)(sizeof members.uid / sizeof *members.uid)) return false;
	members.uid[members.count++] = uid;
	return true;
}

/* As src/policy/job-cgroup.ts has it: of containers there are others. */
static bool is_slurms(const char *name)
{
	return strncmp(name, "step_", 5) == 0 || strncmp(name, "task_", 5) == 0 || strcmp(name, "user") == 0 || strcmp(name, "slurm") == 0;
}

/* Only root can have made it, and put processes into it. */
static bool is_roots(int folder)
{
	struct stat it, procs;
	return fstat(folder, &it) == 0 && it.st_uid == 0 && (it.st_mode & 022) == 0 &&
	       fstatat(folder, "cgroup.procs", &procs, AT_SYMLINK_NOFOLLOW) == 0 && procs.st_uid == 0 && (procs.st_mode & 022) == 0;
}

/* Adds the members of the folder and of those below, which the user may have made. False where they cannot be told. Closes it. */
static bool add_members(int folder, int depth)
{
	int procs = openat(folder, "cgroup.procs", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool is_good = depth > 0 && ++members.folders < MOST_FOLDERS && procs >= 0;
	size_t length;
	char *text = is_good ? read_all(procs, MOST_FILE, &length) : NULL;
	if (procs >= 0) close(procs);
	is_good = text != NULL;
	for (char *line = text; is_good && *line != 0; line = strchr(line, '\n') + 1) is_good = strchr(line, '\n') != NULL && add_member(atol(line));
	free(text);
	DIR *list = fdopendir(folder);
	if (list == NULL) return close(folder), false;
	for (struct dirent *entry; is_good && (entry = readdir(list)) != NULL;) {
		if (!is_slurms(entry->d_name)) continue;
		int below = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		is_good = below < 0 ? errno == ENOENT || errno == ENOTDIR : add_members(below, depth - 1);
	}
	closedir(list);
	return is_good;
}

/*
 * job PATH: `members`, with 1 where the job runs and the uids of the processes in its cgroup; `none` where there is none or they
 * cannot be told. Without cgroup2 what lies beside the controllers is no cgroup, and would be one of v1's by another path.
 */
void do_job(char **field, int count, size_t size)
{
	(void)count, (void)size;
	static const char *const controllers[] = { "memory", "freezer", "." };
	char path[2048], text[128] = "";
	bool is_good = strlen(field[1]) < 1024, is_there = false;
	open_host();
	members.count = members.folders = 0;
	members.has_stepd = false;
	struct stat it;
	bool is_unified = host_cgroups >= 0 && fstatat(host_cgroups, "cgroup.procs", &it, 0) == 0;
	for (int i = is_unified ? 2 : 0; is_good && i < (is_unified ? 3 : 2); i++) {
		snprintf(path, sizeof path, "%s%s", controllers[i], field[1]);
		int folder = openat(host_cgroups, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (folder < 0) continue;
		is_there = true;
		is_good = is_roots(folder) ? add_members(folder, 5) : (close(folder), false);
	}
	if (!is_good || !is_there) return say("none");
	int end = snprintf(text, sizeof text, "%d", members.has_stepd);
	for (int i = 0; i < members.count; i++) end += snprintf(text + end, sizeof text - end, " %u", members.uid[i]);
	say_text("members", text, strlen(text));
}
