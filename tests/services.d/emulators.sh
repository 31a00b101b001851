# shellcheck shell=bash disable=SC2154 # tests/services assigns what is not here.
# What stands for AWS: LocalStack for all of it, and ministack for what LocalStack cannot do. Each has
# a folder with its ports, its log and its process; all that they know is in memory.

emulators=$folder/emulators
readonly emulator_names=(localstack ministack)

# Each has two ports: for all of AWS, and for DynamoDB without what stands before it.
emulator_ports() {
    local port new=$emulators/$1/ports.new
    lock ports
    : >"$new"
    for _ in 1 2; do
        find_port
        printf '%s ' "$port" >>"$new"
    done
    echo >>"$new"
    mv "$new" "$emulators/$1/ports"
    unlock ports
}

# Prints what a page on this port says; nothing where nobody answers.
page() {
    local said=""
    {
        printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
        LC_ALL=C IFS= read -r -t 3 -d '' -u 3 said || true
    } 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$1" || true
    echo "$said"
}

# Whether an emulator is ready, also with what it starts late.
emulator_answers() {
    local port said service
    read -r port _ <"$emulators/$1/ports" 2>/dev/null || return 1
    case $1 in
    localstack)
        said=$(page "$port" /_localstack/health 2>/dev/null)
        for service in s3 sqs sns dynamodb; do
            [[ $said == *"\"$service\": \"running\""* ]] || return 1
        done
        ;;
    ministack)
        said=$(page "$port" /_ministack/health 2>/dev/null)
        [[ $said == *'"s3": "'* ]]
        ;;
    esac
}

emulator_state() {
    if [[ ! -d $emulators/$1 ]]; then
        echo none
    elif ! engine emulator_is_alive "$1"; then
        echo stopped
    elif emulator_answers "$1"; then
        echo running
    else
        echo starting
    fi
}

emulator_wait() {
    local deadline=$((SECONDS + wait_seconds))
    # A port that was lost may be answered by another emulator.
    until ! emulator_lost_port "$1" && emulator_answers "$1"; do
        engine emulator_is_alive "$1" || return 1
        if emulator_lost_port "$1"; then return 1; fi
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}

# Whether a port that was chosen had become someone else's. LocalStack goes on without it.
emulator_lost_port() {
    engine emulator_log "$1" | grep -qsi -e 'address already in use' -e 'is already in use' \
        -e 'port is already allocated'
}

# Starts one that does not run, and does not wait for it.
emulator_begin() {
    if engine emulator_is_alive "$1"; then return; fi
    engine emulator_remove "$1"
    mkdir -p "$emulators/$1"
    emulator_ports "$1"
    engine emulator_start "$1"
}

# Waits for it, and starts it on other ports where someone else was faster to take one.
emulator_finish() {
    for _ in 1 2 3; do
        if emulator_wait "$1"; then
            return
        fi
        emulator_lost_port "$1" || break
        engine emulator_remove "$1"
        emulator_begin "$1"
    done
    engine emulator_log "$1" | tail -n 30 >&2
    die "$1 did not start; its log ends as above, the whole is in $emulators/$1"
}

emulators_begin() {
    local name
    engine emulator_remove_strays
    for name in "${emulator_names[@]}"; do
        emulator_begin "$name"
    done
}

emulators_finish() {
    local name
    for name in "${emulator_names[@]}"; do
        emulator_finish "$name"
    done
}

emulators_down() {
    local name logs=${BEEHIVE_SERVICES_LOGS-}
    for name in "${emulator_names[@]}"; do
        if [[ -d $emulators/$name ]]; then
            if [[ -n $logs ]] && mkdir -p "$logs"; then
                engine emulator_log "$name" >"$logs/$name.log"
            fi
            engine emulator_remove "$name"
        fi
    done
    rm -rf "$emulators"
    engine emulators_down
}

emulators_status() {
    local name state code=0
    for name in "${emulator_names[@]}"; do
        state=$(emulator_state "$name")
        if [[ $state == running ]]; then
            echo "$name: running ($(engine_name)), $(emulator_url "$name")"
        else
            echo "$name: $state"
            code=1
        fi
    done
    return "$code"
}

emulator_url() {
    local port
    read -r port _ <"$emulators/$1/ports"
    echo "http://127.0.0.1:$port"
}

emulators_environment() {
    local direct
    # What leads elsewhere would go before it.
    echo "unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL_S3 AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_SNS AWS_ENDPOINT_URL_SQS"
    echo "export AWS_ENDPOINT_URL='$(emulator_url localstack)'"
    # LocalStack only passes on what it is asked of DynamoDB, and takes three times as long.
    if direct=$(engine emulator_direct); then
        echo "export AWS_ENDPOINT_URL_DYNAMODB='$direct'"
    fi
    echo "export AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true"
    echo "export BEEHIVE_S3_DELETES_URL='$(emulator_url ministack)'"
}

# Emulators as processes of this user.

native_install_emulators() {
    install_emulators
}

native_emulator_is_alive() {
    process_in "$emulators/$1" pid >/dev/null
}

native_emulator_start() {
    local place=$emulators/$1 port direct
    read -r port direct <"$place/ports"
    mkdir -p "$place/tmp"
    "native_start_$1" "$place" "$port" "$direct"
}

# Starts one in its folder with these variables and no others of the caller's, which might change it.
native_spawn_emulator() {
    local place=$1
    shift
    (cd "$place" && native_spawn "$place/pid" "$place/log" \
        env -i PATH="$PATH" HOME="$place" TMPDIR="$place/tmp" LANG=C.UTF-8 "$@" -beehive "$place")
}

native_start_localstack() {
    local place=$1 port=$2 direct=$3 libraries=$1/fs/var/lib/localstack/lib java
    find_java || die "Java is missing; run tests/services up"
    mkdir -p "$libraries/java/21/bin" "$libraries/dynamodb-local"
    ln -sfn "$(installed dynamodb-local)" "$libraries/dynamodb-local/2"
    # In place of the Java that LocalStack would fetch: drops the agent that it would fetch as well, and
    # ends with LocalStack, however that ends.
    {
        echo '#!/bin/sh'
        # shellcheck disable=SC2016
        echo 'for word do shift; case $word in -javaagent:*) ;; *) set -- "$@" "$word" ;; esac; done'
        # shellcheck disable=SC2016
        echo "exec $(command -v setpriv >/dev/null && echo setpriv --pdeathsig KILL) '$java'" \
            '-XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$@"'
    } >"$libraries/java/21/bin/java"
    chmod +x "$libraries/java/21/bin/java"
    local -a settings=(
        # Within a container it would use the folders of its own image.
        OVERRIDE_IN_DOCKER=0 FILESYSTEM_ROOT="$place/fs" XDG_CACHE_HOME="$place/cache"
        # In this form it listens on loopback only.
        GATEWAY_LISTEN="[::ffff:127.0.0.1]:$port" LOCALSTACK_HOST="127.0.0.1:$port"
        SERVICES="s3,sqs,sns,dynamodb,sts" STRICT_SERVICE_LOADING=1 EAGER_SERVICE_LOADING=1
        # It calls nobody.
        DISABLE_EVENTS=1 SKIP_SSL_CERT_DOWNLOAD=1 DNS_ADDRESS=0 LS_LOG=error
        PROVIDER_OVERRIDE_DYNAMODB=v2 DYNAMODB_IN_MEMORY=1 DYNAMODB_HEAP_SIZE=256m
        DYNAMODB_SHARE_DB=1 DYNAMODB_LOCAL_PORT="$direct"
        # Without it, the URL of a queue has a host that must be looked up in public.
        SQS_ENDPOINT_STRATEGY=path SQS_DISABLE_CLOUDWATCH_METRICS=1
    )
    native_spawn_emulator "$place" "${settings[@]}" \
        "$(installed localstack)/bin/python" -m localstack.runtime.main
}

native_start_ministack() {
    local place=$1 port=$2
    # Its own command takes no arguments that it does not know.
    native_spawn_emulator "$place" BIND_HOST=127.0.0.1 GATEWAY_PORT="$port" SERVICES=s3 LOG_LEVEL=WARNING \
        "$(installed ministack)/bin/python" -c \
        'import sys; del sys.argv[1:]; from ministack.app import main; main()'
}

# DynamoDB Local itself.
native_emulator_direct() {
    local direct
    read -r _ direct <"$emulators/localstack/ports"
    echo "http://127.0.0.1:$direct"
}

native_emulator_log() {
    cat "$emulators/$1/log" 2>/dev/null || true
}

# Ends it at once: it has nothing to write down.
native_emulator_remove() {
    signal_in "$emulators/$1" pid KILL gone
    # What it had started goes with it, a moment later.
    native_emulator_end_children "$1"
    rm -rf "${emulators:?}/$1"
}

# DynamoDB Local, where LocalStack could not take it along.
native_emulator_end_children() {
    local pid
    for pid in $(emulator_processes "$1" children); do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

# The processes of an emulator: itself by its last words, and Java by where it finds its libraries.
emulator_processes() {
    local file pid arguments place=$emulators/$1
    [[ -d /proc/self ]] || return 0
    # shellcheck disable=SC2013
    for file in $(grep -laF -- "$place" /proc/[0-9]*/cmdline 2>/dev/null || true); do
        pid=${file#/proc/}
        pid=${pid%/cmdline}
        { arguments=$(tr '\0' ' ' <"$file"); } 2>/dev/null || continue
        if [[ $arguments == *" -Djava.library.path=$place/fs/"* ||
            ($2 == all && $arguments == *" -beehive $place ") ]]; then
            echo "$pid"
        fi
    done
}

# Ends processes of emulators that no file names any more.
native_emulator_remove_strays() {
    local name pid
    for name in "${emulator_names[@]}"; do
        if [[ ! -f $emulators/$name/ports ]]; then
            for pid in $(emulator_processes "$name" all); do
                kill -KILL "$pid" 2>/dev/null || true
            done
        fi
    done
}

# Also where the folder was removed before the processes were stopped.
native_emulators_down() {
    native_emulator_remove_strays
}

# Emulators as services of compose.yaml, in a project of their own.

docker_emulators() {
    local localstack=4566 ministack=4567
    read -r localstack _ 2>/dev/null <"$emulators/localstack/ports" || true
    read -r ministack _ 2>/dev/null <"$emulators/ministack/ports" || true
    BEEHIVE_AWS_PORT=$localstack BEEHIVE_S3_DELETES_PORT=$ministack \
        docker compose --project-name "beehiveaws-$mark" --file "$tests/../compose.yaml" \
        --profile tests "$@"
}

# The images have all of it.
docker_install_emulators() {
    :
}

docker_emulator_is_alive() {
    local container
    container=$(docker_emulators ps --all --quiet "$1" 2>/dev/null)
    [[ -n $container && $(docker inspect --format '{{.State.Running}}' "$container" 2>/dev/null) == true ]]
}

docker_emulator_start() {
    docker_emulators up --detach --quiet-pull "$1" >"$emulators/$1/docker.log" 2>&1 || true
}

# LocalStack keeps it within its container.
docker_emulator_direct() {
    return 1
}

docker_emulator_log() {
    cat "$emulators/$1/docker.log" 2>/dev/null || true
    docker_emulators logs --no-color "$1" 2>&1 || true
}

docker_emulator_remove() {
    docker_emulators rm --stop --force --volumes "$1" >/dev/null 2>&1 || true
    rm -rf "${emulators:?}/$1"
}

docker_emulator_remove_strays() {
    local name
    for name in "${emulator_names[@]}"; do
        if [[ ! -f $emulators/$name/ports ]]; then
            docker_emulator_remove "$name"
        fi
    done
}

docker_emulators_down() {
    docker_emulators down --volumes >/dev/null 2>&1 || true
}
