# shellcheck shell=bash disable=SC2154 # tests/services assigns what is not here.
# Nodes as processes of this user: each with its own name, cookie, ports, data, log and settings.

# The process that a file in this folder names, if it is still that process: its arguments name the
# folder, from its first moment on. Prints its number.
process_in() {
    local folder=$1 file=$1/$2 pid arguments look
    pid=$(cat "$file" 2>/dev/null) || return 1
    [[ -n $pid ]] || return 1
    if [[ -d /proc/self ]]; then
        # It has none for a moment while it becomes another program, as the scripts of RabbitMQ do
        # several times, and for good when it has ended and nobody has asked how.
        for look in {1..50}; do
            { arguments=$(tr '\0' ' ' <"/proc/$pid/cmdline"); } 2>/dev/null || return 1
            [[ -z $arguments && $look -lt 50 ]] || break
            sleep 0.01
        done
    else
        arguments=$(ps -o command= -p "$pid") || return 1
    fi
    # Its last word, or the whole name of the process that finds nodes.
    [[ " $arguments " == *" $folder "* ]] || return 1
    echo "$pid"
}

native_process() {
    process_in "$nodes/$1" "$2"
}

native_is_alive() {
    native_process "$1" pid >/dev/null
}

# Starts a process that outlives this script. It writes its own number before it becomes what it
# shall be, and gives up where it cannot, so there is no moment in which it runs and nobody knows.
native_spawn() {
    local file=$1 output=$2 detach="" deadline=$((SECONDS + wait_seconds))
    shift 2
    rm -f "$file"
    if command -v setsid >/dev/null; then detach=setsid; fi
    # shellcheck disable=SC2016,SC2086
    $detach bash -c 'trap "" HUP; echo $$ >"$0" && exec "$@"' "$file" "$@" \
        </dev/null >>"$output" 2>&1 &
    until [[ -s $file ]]; do
        ((SECONDS < deadline)) || die "$1 could not be started; see $output"
        sleep 0.01
    done
}

# RabbitMQ's scripts, without the plugins that are not used: the node looks into each folder for
# each module that it loads, and starts a third faster when there are half as many.
native_scripts() {
    local home lean=$folder/rabbitmq entry
    home=$(cd "$(dirname "$(readlink -f "$rabbitmq/rabbitmq-server")")/.." && pwd)
    if ! compgen -G "$home/plugins/rabbitmq_prelaunch*" >/dev/null; then
        echo "$rabbitmq"
        return
    fi
    lock rabbitmq
    if [[ $(cat "$lean/of" 2>/dev/null) != "$home" ]]; then
        rm -rf "$lean"
        mkdir -p "$lean/plugins"
        ln -s "$home/sbin" "$home/escript" "$lean"
        for entry in "$home"/plugins/*; do
            case ${entry##*/} in
            rabbitmq_prelaunch*) ;;
            rabbitmq_*) continue ;;
            esac
            ln -s "$entry" "$lean/plugins"
        done
        echo "$home" >"$lean/of"
    fi
    unlock rabbitmq
    echo "$lean/sbin"
}

# Sets the environment in which the scripts of RabbitMQ know one node and nothing of the system's.
native_environment() {
    local node=$nodes/$1 amqp epmd
    find_rabbitmq || die "RabbitMQ is missing; run tests/services up"
    read -r amqp epmd _ <"$node/ports"
    # shellcheck disable=SC2046
    unset $(compgen -e | grep -E '^(RABBITMQ_|ERL_)') NOTIFY_SOCKET
    RABBITMQ_SCRIPTS_DIR=$(native_scripts)
    export RABBITMQ_SCRIPTS_DIR
    export HOME=$node/home
    RABBITMQ_NODENAME=$(full_name "$1")@localhost
    export RABBITMQ_NODENAME RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$amqp
    export ERL_EPMD_PORT=$epmd ERL_EPMD_ADDRESS=127.0.0.1 ERL_CRASH_DUMP_SECONDS=0
    export RABBITMQ_MNESIA_BASE=$node/data RABBITMQ_LOG_BASE=$node/log
    export RABBITMQ_LOGS=$node/log/rabbit.log
    export RABBITMQ_CONF_ENV_FILE=$node/none RABBITMQ_CONFIG_FILE=$node/rabbitmq.conf
    export RABBITMQ_CONFIG_FILES=$node/none RABBITMQ_ADVANCED_CONFIG_FILE=$node/none
    export RABBITMQ_ENABLED_PLUGINS_FILE=$node/enabled_plugins
    export RABBITMQ_GENERATED_CONFIG_DIR=$node/schema RABBITMQ_PID_FILE=$node/rabbitmq.pid
    # Schedulers bound to cores get in each other's way as soon as there are two nodes.
    export RABBITMQ_SCHEDULER_BIND_TYPE=u
    local loopback='-kernel inet_dist_use_interface {127,0,0,1}'
    # With its name given the node does not start another machine to find out whether it may have
    # it, and the port between nodes is any that is free.
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="$loopback -sname $RABBITMQ_NODENAME"
    export RABBITMQ_CTL_ERL_ARGS=$loopback
    export RABBITMQ_CTL_DIST_PORT_MIN=0 RABBITMQ_CTL_DIST_PORT_MAX=0
    # Makes its script become the node instead of waiting for it: one process, whose number is known.
    export RUNNING_UNDER_SYSTEMD=true
}

# Writes rabbitmq.conf, or none: without it the node starts half a second faster.
native_settings() {
    local node=$nodes/$1 tls amqps
    tls=$(<"$node/tls")
    read -r _ _ amqps <"$node/ports"
    echo '[].' >"$node/enabled_plugins"
    {
        grep -v '^$' "$node/conf" || true
        if [[ -n $tls ]]; then
            echo "listeners.ssl.1 = 127.0.0.1:$amqps"
            tls_settings "$tls"
        fi
    } >"$node/rabbitmq.conf"
    [[ -s $node/rabbitmq.conf ]] || rm "$node/rabbitmq.conf"
}

# The lines of rabbitmq.conf for the certificates of a folder.
tls_settings() {
    echo "ssl_options.cacertfile = $1/ca.pem"
    echo "ssl_options.certfile = $1/cert.pem"
    echo "ssl_options.keyfile = $1/key.pem"
}

native_start() {
    (
        local node=$nodes/$1
        mkdir -p "$node"/{home,data,log}
        native_settings "$1"
        native_environment "$1"
        if ! native_process "$1" epmd.pid >/dev/null; then
            # Under the name of the node's folder, by which it is known again.
            # shellcheck disable=SC2016
            native_spawn "$node/epmd.pid" "$node/log/epmd.log" \
                bash -c 'exec -a "$1" "$0" -address 127.0.0.1 -port "$ERL_EPMD_PORT"' \
                "$(native_epmd)" "$node"
        fi
        # Without it the node gives up at once. When it has ended, its port is someone else's.
        until (exec 3<>"/dev/tcp/127.0.0.1/$ERL_EPMD_PORT") 2>/dev/null; do
            native_process "$1" epmd.pid >/dev/null || exit 0
            sleep 0.02
        done
        native_spawn "$node/pid" "$node/log/console.log" \
            "$RABBITMQ_SCRIPTS_DIR/rabbitmq-server" -beehive "$node"
    )
}

# The program that finds nodes by their names, beside the Erlang that runs them.
native_epmd() {
    local found
    found=$(command -v epmd) || found=$(compgen -G '/usr/lib/erlang/erts-*/bin/epmd' | tail -n 1) ||
        die "Erlang's epmd is not in the PATH"
    echo "$found"
}

# Whether a port that was chosen had become someone else's when the node wanted it.
native_lost_port() {
    ! native_process "$1" epmd.pid >/dev/null ||
        grep -qsi -e eaddrinuse -e 'address already in use' "$nodes/$1"/log/*.log
}

# Sends a signal to the process that a file in this folder names, if it is there, and with `gone`
# waits until it is gone.
signal_in() {
    local folder=$1 file=$2 signal=$3 pid deadline=$((SECONDS + wait_seconds))
    pid=$(process_in "$folder" "$file") || return 0
    kill "-$signal" "$pid" 2>/dev/null || true
    if [[ ${4-} == gone ]]; then
        while process_in "$folder" "$file" >/dev/null; do
            ((SECONDS < deadline)) || return 1
            sleep 0.02
        done
    fi
}

# The same to one of the node's two processes.
native_signal() {
    signal_in "$nodes/$1" "${@:2}"
}

native_stop() {
    native_signal "$1" pid TERM gone || die "$1 did not stop; see \`tests/services node log $1\`"
}

native_kill() {
    native_signal "$1" pid KILL gone
}

native_pause() {
    native_signal "$1" pid STOP
}

native_resume() {
    native_signal "$1" pid CONT
}

native_ctl() {
    (
        native_environment "$1"
        "$RABBITMQ_SCRIPTS_DIR/rabbitmqctl" -q "${@:2}"
    )
}

native_log() {
    cat "$nodes/$1"/log/*.log 2>/dev/null || true
}

# Ends all of a node, and forgets what it was, except for its settings.
native_reset() {
    native_signal "$1" pid KILL gone
    native_signal "$1" epmd.pid KILL gone
    rm -rf "${nodes:?}/$1"/{data,log,ports,started}
}

native_remove() {
    native_reset "$1"
    rm -rf "${nodes:?}/$1"
}

# Ends processes of this folder's nodes that no file names any more, as after `cargo clean`.
native_remove_strays() {
    local file pid name
    [[ -d /proc/self ]] || return 0
    # shellcheck disable=SC2013
    for file in $(grep -laF -- "$nodes/" /proc/[0-9]*/cmdline 2>/dev/null || true); do
        pid=${file#/proc/}
        pid=${pid%/cmdline}
        # The folder stands behind `-beehive` in a node, and is the first word of what finds it.
        name=$(tr '\0' '\n' <"$file" 2>/dev/null |
            sed -n -e "1s|^$nodes/\([A-Za-z0-9-]*\)\$|\1|p" \
                -e "/^-beehive\$/{n;s|^$nodes/\([A-Za-z0-9-]*\)\$|\1|p;}")
        if [[ -n $name && ! -f $nodes/$name/ports ]]; then
            kill -KILL "$pid" 2>/dev/null || true
        fi
    done
}

native_install_rabbitmq() {
    find_rabbitmq || install_rabbitmq
}

native_up() {
    start shared >/dev/null
}

native_down() {
    rm -rf "$folder/rabbitmq"
}
