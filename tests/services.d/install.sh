# shellcheck shell=bash disable=SC2034,SC2154 # tests/services assigns and uses what is not here.
# Finds RabbitMQ, and installs it where that can be done without asking.

# Sets `rabbitmq` to the folder of RabbitMQ's own scripts. Debian's in the PATH are others: they
# change the user and know of one node only.
find_rabbitmq() {
    local candidate
    # An installation that was cut short may have left the one without the other.
    command -v erl >/dev/null || return 1
    for candidate in "${BEEHIVE_RABBITMQ-}" /usr/lib/rabbitmq/bin /opt/homebrew/opt/rabbitmq/sbin \
        /usr/local/opt/rabbitmq/sbin "$(dirname "$(command -v rabbitmq-server || echo none)")"; do
        if [[ -x $candidate/rabbitmq-server && -x $candidate/rabbitmqctl ]] &&
            ! grep -qs 'su rabbitmq' "$candidate/rabbitmq-server"; then
            rabbitmq=$candidate
            return 0
        fi
    done
    return 1
}

as_root() {
    if [[ $(id -u) == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

# The script that Debian asks whether an installed service may be started. Ours says no, and is
# there during the installation only.
readonly policy=/usr/sbin/policy-rc.d
readonly policy_text='#!/bin/sh
# Written by tests/services of beehive while it installs RabbitMQ; may be removed.
exit 101'

forbid_start() {
    if [[ ! -e $policy ]] || cmp -s "$policy" <(echo "$policy_text"); then
        echo "$policy_text" | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
}

allow_start() {
    if cmp -s "$policy" <(echo "$policy_text"); then
        as_root rm -f "$policy"
    fi
}

# Takes the script away that an installation left when it was cut short.
finish_installation() {
    if cmp -s "$policy" <(echo "$policy_text"); then
        (
            flock 9
            allow_start
        ) 9</var/lib/dpkg
    fi
}

# Whether the node of the system runs, as its service tells.
system_node_runs() {
    if command -v systemctl >/dev/null && [[ -d /run/systemd/system ]]; then
        systemctl --quiet is-active rabbitmq-server
    else
        [[ -f /run/rabbitmq/pid ]] && exists "$(</run/rabbitmq/pid)"
    fi
}

install_rabbitmq() {
    if ! command -v apt-get >/dev/null; then
        die "RabbitMQ is missing. Install it (such as with \`brew install rabbitmq\`), or start Docker"
    fi
    if [[ $(id -u) != 0 ]] && ! sudo -n true 2>/dev/null; then
        die "RabbitMQ is missing. Run \`sudo apt-get install rabbitmq-server\`, or start Docker"
    fi
    echo "tests/services: installing RabbitMQ" >&2
    # One installation at a time on the machine, under a lock of the folder that dpkg works in; the
    # second finds everything done.
    (
        flock 9
        find_rabbitmq && exit
        ran_before=no
        system_node_runs && ran_before=yes
        trap allow_start EXIT
        forbid_start
        export DEBIAN_FRONTEND=noninteractive
        # What was cut short before has to be finished first.
        as_root dpkg --configure -a >&2
        # Others may use the lists at this moment.
        as_root apt-get -qq update >&2 || { sleep 20 && as_root apt-get -qq update >&2; }
        as_root apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
            rabbitmq-server >&2
        if [[ $ran_before == no ]] && system_node_runs; then
            echo "tests/services: stopping the node that the package started" >&2
            as_root service rabbitmq-server stop >&2
        fi
    ) 9</var/lib/dpkg ||
        die "RabbitMQ could not be installed; see above"
    find_rabbitmq || die "RabbitMQ was installed, and its scripts are not where they should be"
}
