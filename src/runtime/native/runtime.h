/* dockerrun-runtime: what its files share. See main.c. */
#ifndef RUNTIME_H
#define RUNTIME_H
#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define MOST_FRAME (16 * 1024 * 1024)
#define MOST_FILE (1024 * 1024)
#define MOST_MOUNTS 128
#define MOST_FIELDS (2 * MOST_MOUNTS + 8)
/* Seconds dockerrun-authz may take for an answer, and a file system for the paths of one container. */
#define PATIENCE 10
/* Seconds it may be away; milliseconds between looks. */
#define AWAY 5
#define AWAY_LOOK 20

/* main.c: the command line, and the end. */
struct call {
	const char *verb, *id, *bundle, *pid_file, *process_file, *log_file;
	/* Where dockerrun-authz listens. */
	const char *socket;
};
extern struct call call;
/* Says why in the engine's log, removes what runc has made, and exits. */
void refuse(const char *form, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* wire.c: frames of four bytes of length and fields with a NUL between them. */
void connect_authz(void);
/* Returns how many fields; they end with a NUL and stay until the next call. The last one may have NULs itself. */
int receive(char **field, int most, size_t *last_size);
void say(const char *word);
void say_text(const char *word, const char *text, size_t size);
/* "fail" with what, and errno in words. */
void say_failure(const char *what);

/* files.c: files that are root's. */
char *read_all(int fd, size_t most, size_t *size);
char *read_roots(const char *path, size_t *size);
void write_roots(const char *path, const char *text, size_t size);
int open_how(int at, const char *path, unsigned long long flags, unsigned long long resolve);

/* deeds.c: what dockerrun-authz may ask for, with how many fields at least; INSIDE: of the container that runc has made. */
enum when { BEFORE, INSIDE, ALWAYS };
struct deed { const char *word; int least; enum when when; void (*act)(char **field, int count, size_t last_size); };
extern const struct deed deeds[];
void enter_mounts(pid_t pid);
void leave_mounts(void);
void remove_files(void);
int number_of(const char *text);

/* cgroups.c: of the host's processes. */
extern int host_proc;
void open_host(void);
char *read_at(int folder, const char *path);
bool is_stepd(long pid);
void do_cgroup(char **field, int count, size_t size);
void do_job(char **field, int count, size_t size);

/* job_end.c: for the Epilog of Slurm. */
int end_job(int count, char **argv);

/* look.c: what was opened as the user, by number; fd is a path's alone. */
extern struct opened { int fd; char kind; size_t size; } *opened;
void do_open(char **field, int count, size_t size);
void do_contents(char **field, int count, size_t size);
#endif
