# Waits for the end of the owner, which holds the other end of standard input, then ends the server in directory $1
# and removes it.
trap '' HUP INT QUIT TERM
while read -r _; do :; done
read -r pid 2>/dev/null <"$1/data/postmaster.pid" || pid=
if [ -n "$pid" ] && kill -QUIT "$pid"; then
    tries=0
    # An ended server removes that file, but stays a process until whoever adopted it asks for its exit status.
    while [ -e "$1/data/postmaster.pid" ] && kill -0 "$pid"; do
        tries=$((tries + 1))
        [ "$tries" -eq 100 ] && kill -KILL "$pid"
        [ "$tries" -ge 110 ] && break
        sleep 0.05
    done
fi
rm -rf -- "$1"
