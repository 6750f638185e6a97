#!/usr/bin/env bash
# Squid on a free loopback port, as the proxy of a company network that wants a sign-on.   squid.sh basic | ntlm | negotiate
#   basic: puser / ppass. ntlm: root / hunter2, real NTLM: challenge and answer are checked by Samba's ntlm_auth. negotiate: the same, offered
#   within Negotiate first.
#   Prints its address and, behind a blank, the path of its access log; runs until its standard input ends, so that it cannot outlive the test
#   that started it. Ends with 77 and a reason when something is not installed:
#   apt-get install --no-install-recommends squid winbind samba openssl
set -eu
export PATH=$PATH:/usr/bin:/usr/sbin:/sbin
mode=$1
need() { command -v "$1" >/dev/null || { echo "$1 is not on the PATH"; exit 77; }; }
need squid
case $mode in
    basic) need openssl; helper=/usr/lib/squid/basic_ncsa_auth ;;
    ntlm | negotiate) helper=/usr/bin/ntlm_auth ;;
    *) echo "squid.sh basic | ntlm | negotiate" >&2; exit 2 ;;
esac
[ -x $helper ] || { echo "$helper is not installed"; exit 77; }
folder=$(mktemp -d)
chmod 755 "$folder"
squid=
finish() {
    if [ -n "$squid" ]; then kill "$squid" 2>/dev/null || true; wait "$squid" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap finish EXIT
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
if [ "$mode" = basic ]; then
    printf 'puser:%s\n' "$(openssl passwd -apr1 ppass)" >"$folder/users"
    sign_on="auth_param basic program $helper $folder/users
auth_param basic children 2
auth_param basic realm test"
else
    cat >"$folder/smb.conf" <<C
[global]
 workgroup = TESTWG
 netbios name = TESTSRV
 server role = standalone server
 ntlm auth = ntlmv2-only
 private dir = $folder/samba
 lock directory = $folder/samba
 state directory = $folder/samba
 cache directory = $folder/samba
 pid directory = $folder/samba
C
    mkdir -p "$folder/samba"
    # With name and password it checks the answer itself, and needs no winbindd, of which a machine can have one only.
    checker="$helper --configfile=$folder/smb.conf --username=root --domain=TESTWG --password=hunter2"
    sign_on="auth_param ntlm program $checker --helper-protocol=squid-2.5-ntlmssp
auth_param ntlm children 8
auth_param ntlm keep_alive on"
    if [ "$mode" = negotiate ]; then
        sign_on="auth_param negotiate program $checker --helper-protocol=gss-spnego
auth_param negotiate children 8
auth_param negotiate keep_alive on
$sign_on"
    fi
fi
# A name for this machine that does not look like it, as only a proxy inside of a company network can resolve.
echo "127.0.0.1 inside.test" >"$folder/hosts"
cat >"$folder/common.conf" <<C
$sign_on
acl signed_on proxy_auth REQUIRED
http_access allow signed_on
http_access deny all
cache deny all
cache_mem 8 MB
memory_cache_shared off
logformat test %>Hs %>st %<st %rm %ru %un
access_log stdio:$folder/access.log test
cache_log $folder/cache.log
pid_filename $folder/squid.pid
coredump_dir $folder
pinger_enable off
shutdown_lifetime 1 seconds
visible_hostname proxy.test
netdb_filename none
icp_port 0
hosts_file $folder/hosts
C
if [ "$(id -u)" = 0 ]; then
    echo "cache_effective_user proxy" >>"$folder/common.conf"
    chown -R proxy "$folder"
fi
for _ in 1 2 3 4 5; do
    # Below the range from which the system takes a port for each connection: one of those, too, would keep Squid from its port.
    port=$((20000 + RANDOM % 12768))
    if listens $port; then continue; fi
    { echo "http_port 127.0.0.1:$port"; cat "$folder/common.conf"; } >"$folder/squid.conf"
    squid -N -n "rescale$port" -f "$folder/squid.conf" >"$folder/out" 2>&1 </dev/null &
    squid=$!
    for _ in $(seq 300); do
        # Another's listener is no Squid of ours: it has to live as well.
        if listens $port && kill -0 "$squid" 2>/dev/null; then
            echo "http://127.0.0.1:$port $folder/access.log"
            cat >/dev/null
            exit 0
        fi
        kill -0 "$squid" 2>/dev/null || break
        sleep 0.1
    done
    kill "$squid" 2>/dev/null || true
    wait "$squid" 2>/dev/null || true
    squid=
done
# In one line, because that is what the sum of a test run shows of a failure.
echo "squid did not start: $(cat "$folder/out" "$folder/cache.log" 2>/dev/null | tail -n 20 | tr '\n' '|')" >&2
exit 1
