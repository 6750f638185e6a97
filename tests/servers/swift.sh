#!/usr/bin/env bash
# OpenStack Swift's s3api on one node and free loopback ports: a strict, old S3 server that somebody else wrote.
#   Prints its address and runs until its standard input ends, so that it cannot outlive the test that started it.
#   Access key test:tester, secret testing, region us-east-1, path style. Ends with 77 and a reason when it is not installed:
#   apt-get install --no-install-recommends swift-proxy swift-account swift-container swift-object python3-swift memcached
set -eu
export PATH=$PATH:/usr/bin:/usr/sbin PYTHONWARNINGS=ignore
for program in swift-proxy-server swift-object-server swift-container-server swift-account-server swift-ring-builder memcached; do
    command -v "$program" >/dev/null || { echo "$program is not on the PATH"; exit 77; }
done
folder=$(mktemp -d)
servers=()
end_servers() {
    [ ${#servers[@]} -gt 0 ] || return 0
    kill "${servers[@]}" 2>/dev/null || true
    wait "${servers[@]}" 2>/dev/null || true
    servers=()
}
finish() {
    end_servers
    rm -rf "$folder"
}
trap finish EXIT
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
all_live() { local server; for server in "${servers[@]}"; do kill -0 "$server" 2>/dev/null || return 1; done; }
# Below the range from which the system takes a port for each connection: one of those could hold it by the time it is used.
draw_port() {
    while :; do
        port=$((20000 + RANDOM % 12768))
        case " $drawn " in *" $port "*) continue ;; esac
        if ! listens $port; then break; fi
    done
    drawn="$drawn $port"
}
export SWIFT_CONF_DIR=$folder/etc
mkdir -p "$folder/dev/sd1" "$folder/etc" "$folder/cache"
cat >"$folder/etc/swift.conf" <<C
[swift-hash]
swift_hash_path_suffix = abc
swift_hash_path_prefix = def
[storage-policy:0]
name = default
default = yes
[swift-constraints]
max_header_size = 16384
C
cd "$folder/etc"
user=$(id -un)
# Rings and settings for the ports that are drawn.
configure() {
    for kind in object container account; do
        port_of="${kind}_port"
        swift-ring-builder $kind.builder create 2 1 0 >/dev/null
        swift-ring-builder $kind.builder add "r1z1-127.0.0.1:${!port_of}/sd1" 1 >/dev/null
        swift-ring-builder $kind.builder rebalance >/dev/null || true
        cat >$kind.conf <<C
[DEFAULT]
swift_dir = $folder/etc
recon_cache_path = $folder/cache
bind_ip = 127.0.0.1
bind_port = ${!port_of}
workers = 0
user = $user
devices = $folder/dev
mount_check = false
log_level = WARNING
log_address = /dev/null
fallocate_reserve = 0
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
C
        if [ $kind = object ]; then printf 'mb_per_sync = 0\n' >>$kind.conf; fi
    done
    cat >proxy.conf <<C
[DEFAULT]
swift_dir = $folder/etc
recon_cache_path = $folder/cache
bind_ip = 127.0.0.1
bind_port = $proxy_port
workers = 0
user = $user
log_level = WARNING
log_address = /dev/null
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats s3api tempauth copy slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$cache_port
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = no
check_bucket_owner = false
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
storage_url_scheme = http
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
C
}
for _ in 1 2 3; do
    drawn=
    for kind in proxy object container account cache; do
        draw_port
        declare "${kind}_port=$port"
    done
    configure
    memcached -u "$user" -l 127.0.0.1 -p "$cache_port" -m 64 >"$folder/memcached.log" 2>&1 </dev/null &
    servers+=($!)
    for kind in object container account proxy; do
        swift-$kind-server "$folder/etc/$kind.conf" >"$folder/$kind.log" 2>&1 </dev/null &
        servers+=($!)
    done
    for _ in $(seq 600); do
        # Another's listener is none of ours: all of ours have to live as well.
        all_live || break
        if listens "$proxy_port" && listens "$object_port" && listens "$container_port" && listens "$account_port" && listens "$cache_port"; then
            all_live || break
            echo "http://127.0.0.1:$proxy_port"
            cat >/dev/null
            exit 0
        fi
        sleep 0.1
    done
    end_servers
done
# In one line, because that is what the sum of a test run shows of a failure.
echo "swift did not start: $(cat "$folder"/*.log 2>/dev/null | tail -n 20 | tr '\n' '|')" >&2
exit 1
