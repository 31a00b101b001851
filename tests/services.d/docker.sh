# shellcheck shell=bash disable=SC2154 # tests/services assigns what is not here.
# Nodes as containers, and the services of compose.yaml. Every verb does what its native one does.

docker_is_there() {
    command -v docker >/dev/null && docker info >/dev/null 2>&1 &&
        docker compose version >/dev/null 2>&1
}

# The broker of compose.yaml, under a name and ports of this checkout.
docker_compose() {
    local amqp management
    read -r amqp management _ <"$nodes/shared/ports"
    BEEHIVE_AMQP_PORT=$amqp BEEHIVE_MANAGEMENT_PORT=$management BEEHIVE_BROKER_HOST=$(full_name shared) \
        docker compose --project-name "beehive-$mark" --file "$tests/../compose.yaml" "$@"
}

# The container of a node; `shared` is the one of compose.yaml.
docker_container() {
    if [[ $1 == shared ]]; then
        docker_compose ps --all --quiet rabbitmq
    else
        full_name "$1"
    fi
}

docker_is_alive() {
    [[ $(docker inspect --format '{{.State.Running}}' "$(docker_container "$1")" 2>/dev/null) == true ]]
}

# What Docker says goes to a file of the node: a failure shows in that nothing runs.
docker_start() {
    local node=$nodes/$1
    if [[ $1 == shared ]]; then
        docker_compose up --detach --quiet-pull rabbitmq >"$node/docker.log" 2>&1 || true
    else
        docker_run "$1" >"$node/docker.log" 2>&1 || true
    fi
}

docker_run() {
    local node=$nodes/$1 container tls amqp amqps
    local -a mounts=()
    container=$(docker_container "$1")
    tls=$(<"$node/tls")
    read -r amqp _ amqps <"$node/ports"
    grep -v '^$' "$node/conf" >"$node/rabbitmq.conf" || true
    if [[ -n $tls ]]; then
        {
            echo "listeners.ssl.1 = 5671"
            tls_settings /etc/beehive
        } >>"$node/rabbitmq.conf"
        mounts=(--volume "$tls:/etc/beehive:ro")
    fi
    # Settings and certificates belong to the container, the data to a volume that outlives it.
    docker rm --force "$container" || true
    docker run --detach --name "$container" --hostname "$container" \
        --publish "127.0.0.1:$amqp:5672" --publish "127.0.0.1:$amqps:5671" \
        --volume "$container:/var/lib/rabbitmq" \
        --volume "$node/rabbitmq.conf:/etc/rabbitmq/conf.d/90-beehive.conf:ro" \
        ${mounts[@]+"${mounts[@]}"} "$(docker_image)"
}

# The image of compose.yaml.
docker_image() {
    sed -n 's/^ *image: *\(rabbitmq:[^ ]*\) *$/\1/p' "$tests/../compose.yaml" | head -n 1
}

docker_lost_port() {
    grep -qs -e 'port is already allocated' -e 'address already in use' "$nodes/$1/docker.log"
}

docker_stop() {
    docker stop "$(docker_container "$1")" >/dev/null
}

docker_kill() {
    docker kill "$(docker_container "$1")" >/dev/null 2>&1 || true
}

docker_pause() {
    docker pause "$(docker_container "$1")" >/dev/null
}

docker_resume() {
    docker unpause "$(docker_container "$1")" >/dev/null
}

docker_ctl() {
    docker exec "$(docker_container "$1")" rabbitmqctl -q "${@:2}"
}

docker_log() {
    cat "$nodes/$1/docker.log" 2>/dev/null || true
    docker logs "$(docker_container "$1")" 2>&1 || true
}

docker_reset() {
    local name
    if [[ $1 != shared ]]; then
        name=$(full_name "$1")
        docker rm --force "$name" >/dev/null 2>&1 || true
        docker volume rm --force "$name" >/dev/null 2>&1 || true
    elif [[ -f $nodes/shared/ports ]]; then
        docker_compose down --volumes >&2
    fi
    rm -rf "${nodes:?}/$1"/{ports,started}
}

docker_remove() {
    docker_reset "$1"
    rm -rf "${nodes:?}/$1"
}

# Removes containers of this folder's nodes that no folder is there for any more.
docker_remove_strays() {
    local container
    # What compose.yaml has made is removed by its project.
    for container in $(docker ps --all --filter "name=^beehive-$mark-" \
        --format '{{if not (.Label "com.docker.compose.project")}}{{.Names}}{{end}}'); do
        if [[ ! -f $nodes/${container#"beehive-$mark-"}/ports ]]; then
            docker_remove "${container#"beehive-$mark-"}"
        fi
    done
}

# The images have all of it.
docker_install_rabbitmq() {
    :
}

docker_up() {
    start shared >/dev/null
}

docker_down() {
    docker_remove_strays
}
