# Sourced by the demo and by the tests that want a real broker: a mosquitto on loopback, all of it in one folder.

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# start_broker FOLDER [LINE…]: on a free port, with these further lines of configuration; sets `broker` (its process) and
# `port`. A port that was free a moment ago may be taken now: then the broker ends at once, and another port is tried.
start_broker() {
    local folder=$1 mosquitto
    shift
    mosquitto=$(command -v mosquitto || echo /usr/sbin/mosquitto)
    for _ in 1 2 3 4 5 6 7 8; do
        port=$((20000 + RANDOM % 20000))
        # Started by root, mosquitto would become a user who may not write in the folder.
        printf '%s\n' "listener $port 127.0.0.1" "allow_anonymous true" "log_dest none" "user $(id -un)" "$@" >"$folder/broker.conf"
        "$mosquitto" -c "$folder/broker.conf" >/dev/null 2>&1 &
        broker=$!
        for _ in $(seq 50); do
            listens "$port" && return 0
            kill -0 "$broker" 2>/dev/null || break
            sleep 0.1
        done
    done
    broker=""
    echo "mosquitto does not start; try '$mosquitto -v'" >&2
    return 1
}
