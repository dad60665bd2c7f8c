#!/bin/sh
# package-depends.sh NODE: the Debian packages whose libraries this Node needs. Refuses where it needs one, or a version of one,
# that nobody has looked at: a package that says too little is installed, and does not run.
set -eu
refuse() { printf 'package-depends.sh: %s: what Debian package has it?\n' "$1" >&2; exit 1; }

for library in $(objdump -p "$1" | sed -n 's/^ *NEEDED *//p'); do
  case $library in
    ld-linux*.so.* | libc.so.6 | libdl.so.2 | libm.so.6 | libpthread.so.0 | libgcc_s.so.1 | libstdc++.so.6) ;;
    *) refuse "$library" ;;
  esac
done

newest() { objdump -T "$1" | sed -n "s/.*(\{0,1\}\<$2_\([0-9.]*\).*/\1/p" | sort -uV | tail -n 1; }
gcc=$(newest "$1" GCC) glibc=$(newest "$1" GLIBC)
# The newest versions of symbols, and the GCC whose libstdc++ had them first.
case $(newest "$1" GLIBCXX):$(newest "$1" CXXABI) in
  3.4.21:1.3.11) cxx=7.1 ;;
  *) refuse "libstdc++ with GLIBCXX_$(newest "$1" GLIBCXX) and CXXABI_$(newest "$1" CXXABI)" ;;
esac
echo "libc6 (>= $glibc), libgcc-s1 (>= $gcc), libstdc++6 (>= $cxx)"
