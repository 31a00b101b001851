# shellcheck shell=bash disable=SC2154 # tests/services assigns what is not here.
# What tests/services knows of its nodes: a folder for each, with its ports, its settings, its data.

cd "$tests/.." || exit
folder=${BEEHIVE_SERVICES:-${CARGO_TARGET_DIR:-target}/services}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# The scripts of RabbitMQ break at them.
[[ $folder != *[[:space:]]* ]] ||
    die "\`$folder\` has a space in it; set BEEHIVE_SERVICES to a folder that has none"
nodes=$folder/nodes
ports=${BEEHIVE_SERVICES_PORTS:-20000-29999}
[[ $ports =~ ^[1-9][0-9]{0,4}-[1-9][0-9]{0,4}$ ]] ||
    die "BEEHIVE_SERVICES_PORTS is a range such as 20000-29999, not \`$ports\`"
wait_seconds=${BEEHIVE_SERVICES_WAIT:-120}
# Tells this checkout's nodes from those of all others on the machine.
mark=$(printf '%s' "$folder" | cksum | cut -d ' ' -f 1)

names() {
    local node
    for node in "$nodes"/*/; do
        if [[ -d $node ]]; then
            basename "$node"
        fi
    done
}

# What a node is called on this machine.
full_name() {
    echo "beehive-$mark-$1"
}

# Whether there is such a process, whoever it belongs to.
exists() {
    kill -0 "$1" 2>/dev/null || [[ -d /proc/$1 ]]
}

# The engine is chosen once, so that what one started is not stopped by the other.
choose_engine() {
    local engine=${BEEHIVE_SERVICES_ENGINE-}
    if [[ -f $folder/engine ]]; then
        [[ -z $engine || $engine == "$(<"$folder/engine")" ]] ||
            die "the services run with $(<"$folder/engine"); run tests/services down before $engine"
        engine=$(<"$folder/engine")
    elif [[ -z $engine ]]; then
        if docker_is_there; then engine=docker; else engine=native; fi
    fi
    case $engine in
    docker) docker_is_there || die "no Docker engine with \`docker compose\` answers" ;;
    native) ;;
    *) die "BEEHIVE_SERVICES_ENGINE is docker or native, not $engine" ;;
    esac
    echo "$engine" >"$folder/engine.$$"
    mv "$folder/engine.$$" "$folder/engine"
}

engine_name() {
    # Without it nothing was started, and either engine finds nothing.
    if [[ -f $folder/engine ]]; then cat "$folder/engine"; else echo native; fi
}

# Takes a lock among the users of a folder. One whose holder is gone is taken over.
lock_in() {
    local lock=$1/lock-$2 holder deadline=$((SECONDS + wait_seconds + 600))
    until mkdir "$lock" 2>/dev/null; do
        holder=$(cat "$lock/holder" 2>/dev/null || true)
        # A holder writes its number at once; without one, it was killed between the two steps.
        if [[ -z $holder ]]; then
            sleep 1
            holder=$(cat "$lock/holder" 2>/dev/null || true)
        fi
        if [[ -z $holder ]] || ! exists "$holder"; then
            # Only one can move it away.
            if mv "$lock" "$lock.$$" 2>/dev/null; then
                rm -rf "$lock.$$"
            fi
            continue
        fi
        ((SECONDS < deadline)) || die "process $holder has held $lock for too long"
        sleep 0.1
    done
    echo $$ >"$lock/holder"
}

unlock_in() {
    rm -rf "$1/lock-$2"
}

lock() {
    lock_in "$folder" "$1"
}

unlock() {
    unlock_in "$folder" "$1"
}

# Sets `port` to one on which nobody listens and that no node or emulator of this folder has.
find_port() {
    local low=${ports%-*} high=${ports#*-} tries
    for ((tries = 0; tries < 1000; tries++)); do
        port=$((low + RANDOM % (high - low + 1)))
        if grep -qsw -- "$port" "$nodes"/*/ports{,.new} "$emulators"/*/ports{,.new}; then
            continue
        fi
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            return
        fi
    done
    die "no port is free in $ports; set BEEHIVE_SERVICES_PORTS"
}

# Each node has three: for AMQP, for finding the node by its name, and for AMQP within TLS.
choose_ports() {
    local port new=$nodes/$1/ports.new
    lock ports
    : >"$new"
    for _ in 1 2 3; do
        find_port
        printf '%s ' "$port" >>"$new"
    done
    echo >>"$new"
    mv "$new" "$nodes/$1/ports"
    unlock ports
}

# Whether this node, and not another on its port, greets a client: a broker says its name first.
answers() {
    local amqp name chunk count
    name=$(full_name "$1")
    read -r amqp _ <"$nodes/$1/ports" 2>/dev/null || return 1
    {
        printf 'AMQP\0\0\011\001' >&3
        # What it says is in pieces that end with zeros.
        for ((count = 0; count < 100; count++)); do
            LC_ALL=C IFS= read -r -t 2 -d '' -u 3 chunk || return 1
            if [[ $chunk == *"$name"* ]]; then
                return 0
            fi
        done
    } 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$amqp"
    return 1
}
