/* max-resident PROGRAM [ARG...]: runs it, with its stdout on stderr, and says on stdout its status and its largest resident set in
   kB, as the kernel counted it (getrusage(2)). Small itself: what a parent holds is counted for a child that begins as its copy. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  pid_t child = fork();
  if (child == 0) {
    dup2(2, 1);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 2;
  printf("%d %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1, usage.ru_maxrss);
  return 0;
}
