/*
 * dockerrun-runtime, the hands of gate 2: the OCI runtime an engine calls instead of runc. What makes no process becomes
 * runc at once. For `create` and `exec` it shows the OCI spec to dockerrun-authz, does what that asks for, and is runc's
 * parent until the container is as it shall be. All is decided there (src/runtime); nothing in here reads JSON.
 *
 * In C, since no shell has mount_setattr(2) and Node would cost a container's start 40 to 100 ms. Wants Linux 5.12.
 */
#include "runtime.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct call call = { .socket = "/run/dockerrun/runtime.sock" };
static const char *runc = "runc";
/* As runc gets them, and how many of them stand before the verb. */
static char **arguments;
static int before_verb;
static int log_fd = -1;
static bool is_created;
/* The container's first process, once it is known to be our child: nobody else can have its number until we have waited for it. */
static pid_t init_pid;

static int run_runc(char **argv)
{
	int status = -1;
	pid_t child = fork();
	if (child == 0) {
		/* Alone it would make a container that nobody finishes. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(runc, argv);
		_exit(127);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR) return -1;
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void remove_container(void)
{
	char *argv[before_verb + 5];
	memcpy(argv, arguments, (before_verb + 1) * sizeof *argv);
	argv[before_verb + 1] = "delete";
	argv[before_verb + 2] = "--force";
	argv[before_verb + 3] = (char *)call.id;
	argv[before_verb + 4] = NULL;
	is_created = false;
	leave_mounts();
	/* runc takes a process that has ended and was not waited for to be alive, and waits ten seconds for it. */
	if (init_pid > 0 && kill(init_pid, SIGKILL) == 0) waitpid(init_pid, NULL, 0);
	run_runc(argv);
}

/* As runc would: the engine shows its user the last error it finds there. */
static void write_log(const char *text)
{
	char line[4200], when[40];
	time_t now = time(NULL);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	int at = snprintf(line, sizeof line, "{\"level\":\"error\",\"msg\":\"");
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\') line[at++] = '\\';
		line[at++] = *c < 32 ? ' ' : *c;
	}
	at += snprintf(line + at, sizeof line - at, "\",\"time\":\"%s\"}\n", when);
	if (log_fd >= 0 && write(log_fd, line, at) < 0) perror("dockerrun-runtime: log");
}

void refuse(const char *form, ...)
{
	char text[2000];
	va_list list;
	va_start(list, form);
	vsnprintf(text, sizeof text, form, list);
	va_end(list);
	if (is_created) remove_container();
	write_log(text);
	fprintf(stderr, "dockerrun-runtime: %s\n", text);
	remove_files();
	/* A child that looks as the user, and hangs, shares our descriptors: nobody shall wait for their end. */
	syscall(SYS_close_range, 0, ~0U, 0);
	_exit(1);
}

static void become_runc(void)
{
	execvp(runc, arguments);
	refuse("cannot run %s: %s", runc, strerror(errno));
}

/* ---- the command line ---- */

/* One option: where its value goes, or NULL; how many words it takes. Only what engines send is known (containerd/go-runc). */
struct option { const char *name; const char **value; int words; };

static const struct option global_options[] = {
	{ "--root", NULL, 2 }, { "--log", &call.log_file, 2 }, { "--log-format", NULL, 2 }, { "--systemd-cgroup", NULL, 1 },
	{ "--debug", NULL, 1 }, { "--criu", NULL, 2 }, { "--rootless", NULL, 2 }, { NULL, NULL, 0 },
};
static const struct option create_options[] = {
	{ "--bundle", &call.bundle, 2 }, { "--pid-file", &call.pid_file, 2 }, { "--console-socket", NULL, 2 },
	{ "--pidfd-socket", NULL, 2 }, { "--no-pivot", NULL, 1 }, { "--no-new-keyring", NULL, 1 }, { NULL, NULL, 0 },
};
static const struct option exec_options[] = {
	{ "--process", &call.process_file, 2 }, { "--pid-file", &call.pid_file, 2 }, { "--console-socket", NULL, 2 },
	{ "--pidfd-socket", NULL, 2 }, { "--detach", NULL, 1 }, { NULL, NULL, 0 },
};

/* The index of the first word that is no option; refuses options that are not in the table. */
static int read_options(int at, int count, char **argv, const struct option *table)
{
	while (at < count && argv[at][0] == '-') {
		const struct option *option = table;
		size_t length = strcspn(argv[at], "=");
		while (option->name != NULL && (strlen(option->name) != length || strncmp(option->name, argv[at], length) != 0)) option++;
		if (option->name == NULL) refuse("the option %s is not one that engines use", argv[at]);
		bool is_one_word = argv[at][length] == '=';
		if (!is_one_word && at + option->words > count) refuse("%s wants a value", argv[at]);
		if (option->value != NULL) *option->value = is_one_word ? argv[at] + length + 1 : argv[at + 1];
		at += is_one_word ? 1 : option->words;
	}
	return at;
}

/* What creates no process is runc's own matter. */
static bool is_checked(const char *verb)
{
	static const char *const free_verbs[] = { "start", "state", "kill", "delete", "pause", "resume", "update", "events",
						  "list", "ps", "features", "help", "spec", NULL };
	for (const char *const *each = free_verbs; *each != NULL; each++)
		if (strcmp(verb, *each) == 0) return false;
	return true;
}

/* `socket = /path` and `runc = /path`, from a file of root's beside this program or in /etc/dockerrun. */
static void read_settings(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 20);
	char *end = length < 0 ? NULL : memrchr(path, '/', length);
	size_t size;
	if (end == NULL) refuse("cannot find myself");
	strcpy(end, "/runtime.conf");
	const char *file = access(path, F_OK) == 0 ? path : "/etc/dockerrun/runtime.conf";
	if (access(file, F_OK) < 0) return;
	for (char *line = strtok(read_roots(file, &size), "\n"); line != NULL; line = strtok(NULL, "\n")) {
		char *name = NULL, *value = NULL;
		if (line[strspn(line, " \t")] == '#' || line[strspn(line, " \t")] == 0) continue;
		if (sscanf(line, " %m[a-z] = %ms", &name, &value) != 2) refuse("%s: not understood: %s", file, line);
		if (strcmp(name, "socket") == 0) call.socket = value;
		else if (strcmp(name, "runc") == 0) runc = value;
		else refuse("%s: %s is no setting: socket and runc are", file, name);
	}
}

/* Our own options stand first: the engine's runtimeArgs. What is left is runc's. */
static int read_own_options(int count, char **argv)
{
	int at = 1;
	for (; at + 1 < count; at += 2) {
		if (strcmp(argv[at], "--dockerrun-socket") == 0) call.socket = argv[at + 1];
		else if (strcmp(argv[at], "--dockerrun-runc") == 0) runc = argv[at + 1];
		else break;
	}
	return at;
}

/* ---- the conversation ---- */

/*
 * go: runc makes the container, which waits. Answers `created` and what the kernel says of its first process. When runc has
 * ended, that is a child of ours, or we refuse: the number in the file means this process and will, whoever ends it.
 */
static void do_go(void)
{
	char path[64], text[32] = "";
	size_t size;
	siginfo_t ended = { .si_pid = 0 };
	if (call.pid_file == NULL) refuse("engines name a pid file");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) refuse("cannot wait for the container: %s", strerror(errno));
	int status = run_runc(arguments);
	if (status != 0) exit(status);
	is_created = true;
	int fd = open(call.pid_file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof text - 1) <= 0) refuse("runc wrote no pid");
	close(fd);
	pid_t pid = strtol(text, NULL, 10);
	if (pid <= 0 || waitid(P_PID, pid, &ended, WEXITED | WNOHANG | WNOWAIT) < 0) refuse("runc told of a process that is not its child");
	init_pid = pid;
	if (ended.si_pid != 0) refuse("the container has ended before it began");
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	char *kernel = fd < 0 ? NULL : read_all(fd, MOST_FILE, &size);
	if (kernel == NULL) refuse("the container has ended before it began");
	close(fd);
	enter_mounts(pid);
	say_text("created", kernel, size);
	free(kernel);
}

static void converse(void)
{
	char *field[MOST_FIELDS], config[PATH_MAX];
	size_t size;
	snprintf(config, sizeof config, "%s/config.json", call.bundle == NULL ? "" : call.bundle);
	const char *shown = call.process_file == NULL ? config : call.process_file;
	char *text = read_roots(shown, &size), head[200];
	connect_authz();
	int length = snprintf(head, sizeof head, "%.20s %.100s", call.verb, call.id);
	if (length >= (int)sizeof head) refuse("the id is too long");
	say_text(head, text, size);
	free(text);
	for (;;) {
		int count = receive(field, MOST_FIELDS, &size);
		const struct deed *deed = deeds;
		if (strcmp(field[0], "deny") == 0) refuse("%s", count > 1 ? field[1] : "it is not permitted");
		if (strcmp(field[0], "done") == 0 && is_created) exit(0);
		if (strcmp(field[0], "pass") == 0 && !is_created) become_runc();
		if (strcmp(field[0], "go") == 0 && !is_created && strcmp(call.verb, "create") == 0) {
			do_go();
			continue;
		}
		if (strcmp(field[0], "spec") == 0 && count == 2) {
			write_roots(shown, field[1], size);
			say("ok");
			continue;
		}
		while (deed->word != NULL && (strcmp(deed->word, field[0]) != 0 || count < deed->least)) deed++;
		if (deed->word == NULL || (deed->when != ALWAYS && (deed->when == INSIDE) != is_created)) refuse("dockerrun-authz asked for what this version does not know: is it the same?");
		deed->act(field, count, size);
	}
}

int main(int count, char **argv)
{
	umask(022);
	atexit(remove_files);
	signal(SIGPIPE, SIG_IGN);
	if (count > 1 && strcmp(argv[1], "--dockerrun-end-job") == 0) return end_job(count - 2, argv + 2);
	read_settings();
	int first = read_own_options(count, argv);
	arguments = argv + first - 1;
	arguments[0] = (char *)runc;
	if (first == count || strcmp(argv[first], "--version") == 0 || strcmp(argv[first], "--help") == 0 || strcmp(argv[first], "-v") == 0)
		become_runc();
	int at = read_options(first, count, argv, global_options);
	if (at == count) become_runc();
	before_verb = at - first;
	call.verb = argv[at];
	if (!is_checked(call.verb)) become_runc();
	if (call.log_file != NULL) log_fd = open(call.log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	bool is_exec = strcmp(call.verb, "exec") == 0;
	if (!is_exec && strcmp(call.verb, "create") != 0) refuse("%s is not offered: engines use create, start and exec", call.verb);
	at = read_options(at + 1, count, argv, is_exec ? exec_options : create_options);
	if (at != count - 1) refuse("%s wants the id of one container behind its options", call.verb);
	call.id = argv[at];
	if (is_exec ? call.process_file == NULL : call.bundle == NULL) refuse("%s is not called as engines do", call.verb);
	converse();
}
