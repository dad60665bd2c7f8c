# complete.zsh SCRIPT LINE: types LINE and a tab into a zsh at a terminal of its own, and prints what compadd is given.
export SCRIPT=$1 MODULES FOLDER=$UNPACKED/usr/share/zsh/functions TERM=dumb
for MODULES in $UNPACKED/usr/lib/*/zsh/*(/); do :; done
module_path=($MODULES)
zmodload zsh/zpty
zpty terminal "$UNPACKED/bin/zsh -f"
say() { zpty -w terminal "$1" }
await() { zpty -r terminal told "*$1*" && print -r -- "$told" }

say 'module_path=($MODULES) fpath=($FOLDER $FOLDER/*(/) $FOLDER/Completion/*(/)); setopt zle; PS1= PS2='
say 'autoload -Uz compinit; compinit -u; source $SCRIPT; LISTMAX=1000000; bindkey "^I" complete-word'
say 'compadd() { local -a hits; builtin compadd -O hits "$@"; print -rl -- "" "${(@)hits/#/HIT }"; builtin compadd "$@" }'
say 'PS1=REA""DY'
await READY >/dev/null
zpty -w -n terminal "$2"$'\t'
say $'\x15print DO""NE'
await DONE
