/* Files that root alone can have written. */
#include "runtime.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* NULL where it is larger than `most`, or cannot be read. */
char *read_all(int fd, size_t most, size_t *size)
{
	char *text = malloc(most + 1);
	size_t at = 0;
	ssize_t got = 1;
	if (text == NULL) refuse("no memory");
	while (at <= most && got != 0) {
		got = read(fd, text + at, most + 1 - at);
		if (got < 0 && errno != EINTR) break;
		if (got > 0) at += got;
	}
	if (got < 0 || at > most) {
		free(text);
		return NULL;
	}
	text[at] = 0;
	*size = at;
	return text;
}

static int open_roots(const char *path, int flags)
{
	struct stat it;
	int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) refuse("cannot open %s: %s", path, strerror(errno));
	if (fstat(fd, &it) < 0 || !S_ISREG(it.st_mode) || it.st_uid != 0 || (it.st_mode & 022))
		refuse("%s is no file of root's alone", path);
	return fd;
}

char *read_roots(const char *path, size_t *size)
{
	int fd = open_roots(path, O_RDONLY);
	char *text = read_all(fd, MOST_FRAME / 4, size);
	close(fd);
	if (text == NULL) refuse("%s cannot be read, or is too large", path);
	return text;
}

void write_roots(const char *path, const char *text, size_t size)
{
	int fd = open_roots(path, O_WRONLY | O_TRUNC);
	while (size > 0) {
		ssize_t did = write(fd, text, size);
		if (did < 0 && errno == EINTR) continue;
		if (did < 0) refuse("cannot write %s: %s", path, strerror(errno));
		text += did;
		size -= did;
	}
	close(fd);
}

/* /proc's links lead anywhere: never followed. */
int open_how(int at, const char *path, unsigned long long flags, unsigned long long resolve)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = resolve | RESOLVE_NO_MAGICLINKS };
	return syscall(SYS_openat2, at, path, &how, sizeof how);
}
