/*
 * One rank of an MPI program: who it is among how many, on which host, and whether 8 MiB that rank 0 sent to all have come as they
 * were. So large a message goes from memory to memory, or in pieces where that is not allowed.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { bytes = 8 << 20 };

/* FNV-1a */
static unsigned long sum_of(const unsigned char *data)
{
  unsigned long sum = 0xcbf29ce484222325;
  for (size_t at = 0; at < bytes; at++) sum = (sum ^ data[at]) * 0x100000001b3;
  return sum;
}

int main(int argc, char **argv)
{
  int rank, size, length;
  char host[MPI_MAX_PROCESSOR_NAME];
  unsigned char *data = calloc(bytes, 1);
  if (data == NULL) return 1;

  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Get_processor_name(host, &length);
  if (rank == 0)
    for (size_t at = 0; at < bytes; at++) data[at] = (unsigned char)(at * 2654435761u >> 7);
  unsigned long sent = sum_of(data);
  MPI_Bcast(&sent, 1, MPI_UNSIGNED_LONG, 0, MPI_COMM_WORLD);
  MPI_Bcast(data, bytes, MPI_BYTE, 0, MPI_COMM_WORLD);
  int good = sum_of(data) == sent;
  printf("rank %d of %d on %s: %s\n", rank, size, host, good ? "as sent" : "not as sent");
  MPI_Finalize();
  free(data);
  return !good;
}
