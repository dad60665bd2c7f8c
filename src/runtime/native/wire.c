/* Talks with dockerrun-authz over its socket. */
#include "runtime.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

static int authz = -1;
static char *frame;

static const char *until = "tell the administrator; nothing starts until it runs";

/* One that starts again, for an upgrade, is away for a moment, and nobody's container fails for it. */
static int reach(const struct sockaddr_un *address)
{
	const struct timespec moment = { .tv_nsec = 1000 * 1000 * AWAY_LOOK };
	for (int left = AWAY * 1000 / AWAY_LOOK; connect(authz, (const struct sockaddr *)address, sizeof *address) < 0; left--) {
		if (left == 0 || (errno != ENOENT && errno != ECONNREFUSED)) return -1;
		nanosleep(&moment, NULL);
	}
	return 0;
}

void connect_authz(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ucred peer = { .uid = -1 };
	socklen_t size = sizeof peer;
	struct timeval patience = { .tv_sec = PATIENCE };
	if (strlen(call.socket) >= sizeof address.sun_path) refuse("%s: too long for the path of a socket", call.socket);
	strcpy(address.sun_path, call.socket);
	authz = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (authz < 0 || setsockopt(authz, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 ||
	    setsockopt(authz, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0 || reach(&address) < 0)
		refuse("dockerrun-authz is not reached on %s (%s): %s", call.socket, strerror(errno), until);
	if (getsockopt(authz, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || peer.uid != 0)
		refuse("who listens on %s is not root", call.socket);
}

static void read_whole(void *to, size_t want)
{
	for (char *at = to; want > 0;) {
		ssize_t got = recv(authz, at, want, 0);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) refuse("dockerrun-authz gave no answer (%s): %s", got < 0 ? strerror(errno) : "it ended", until);
		at += got;
		want -= got;
	}
}

int receive(char **field, int most, size_t *last_size)
{
	uint32_t length;
	int count = 0;
	read_whole(&length, sizeof length);
	size_t size = ntohl(length);
	free(frame);
	frame = size == 0 || size > MOST_FRAME ? NULL : malloc(size + 1);
	if (frame == NULL) refuse("dockerrun-authz answered what is no answer");
	read_whole(frame, size);
	char *end = frame + size, *at = frame;
	*end = 0;
	/* What is behind these words is not to be split: it is the contents of a file. */
	int limit = strcmp(frame, "spec") == 0 || strcmp(frame, "process") == 0 ? 2 : strcmp(frame, "file") == 0 ? 3 : most;
	while (count < limit) {
		char *next = count + 1 < limit ? memchr(at, 0, end - at) : NULL;
		field[count++] = at;
		if (next == NULL) break;
		at = next + 1;
	}
	*last_size = end - field[count - 1];
	return count;
}

static void write_whole(const char *text, size_t size)
{
	while (size > 0) {
		ssize_t did = send(authz, text, size, MSG_NOSIGNAL);
		if (did < 0 && errno == EINTR) continue;
		if (did < 0) refuse("dockerrun-authz is not reached (%s): %s", strerror(errno), until);
		text += did;
		size -= did;
	}
}

void say_text(const char *word, const char *text, size_t size)
{
	size_t first = strlen(word);
	uint32_t length = htonl(first + 1 + size);
	write_whole((char *)&length, sizeof length);
	write_whole(word, first + 1);
	write_whole(text, size);
}

void say(const char *word)
{
	uint32_t length = htonl(strlen(word));
	write_whole((char *)&length, sizeof length);
	write_whole(word, strlen(word));
}

void say_failure(const char *what)
{
	char text[400];
	snprintf(text, sizeof text, "%.300s: %s", what, strerror(errno));
	say_text("fail", text, strlen(text));
}
