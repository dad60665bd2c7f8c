#!/bin/sh
# mpi.sh FOLDER HEADERS: makes the Open MPI that is unpacked in FOLDER one that can be laid over a Debian, with mpi-rank.c compiled.
set -eu
umask 022
folder=$1 headers=$2
source=$(dirname "$0")/mpi-rank.c
program=$folder/usr/local/bin/mpi-rank

exec 9>"$folder.lock"
flock 9
if [ -e "$program" ] && [ -z "$(find "$source" -newer "$program")" ]; then exit 0; fi

# Plugins for networks that are not here: they would complain of missing libraries.
for network in netlink ofi openib psm psm2 ucx; do rm -f "$folder"/usr/lib/*/openmpi/lib/openmpi3/mca_*_"$network".so; done
# As Debian's alternatives would; and as Slurm looks for it, which only the package for developers has.
for name in mpirun mpiexec; do ln -sf orterun "$folder/usr/bin/$name"; done
for library in "$folder"/usr/lib/*/pmix2/lib/libpmix.so.2; do ln -sf libpmix.so.2 "${library%.2}"; done
mkdir -p "${program%/*}"
# What Open MPI's libraries need themselves lies where the program will run.
cc -Wall -Wextra -Werror -O1 -I"$(ls -d "$headers"/usr/lib/*/openmpi/include)" -o "$program.new" "$source" \
  "$(ls "$folder"/usr/lib/*/libmpi.so.40)" -Wl,--unresolved-symbols=ignore-in-shared-libs
mv "$program.new" "$program"
