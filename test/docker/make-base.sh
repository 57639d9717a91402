#!/bin/bash
# make-base.sh IMAGE NODE -- a base image where none can be pulled: this Debian machine's own packages, and the Node.js binary NODE.
# It carries the machine's certificate authorities, so it is for this machine alone: never push it.
set -euo pipefail
image=$1 node=$2
packages="base-files base-passwd libc6 libc-bin libgcc-s1 libstdc++6 gcc-12-base zlib1g libcrypt1 libtinfo6 bash dash coreutils
libacl1 libattr1 libselinux1 libpcre2-8-0 libgmp10 libssl3 sed grep findutils tar gzip mawk debianutils hostname tzdata ca-certificates"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{usr/{bin,sbin,lib,lib64,local/bin,local/lib/node_modules},etc/ssl/certs,tmp,proc,sys,dev,run,root,home/node,var/tmp}
chmod 1777 "$root"/{tmp,var/tmp}
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done

# A package that is not here is only missed if a test needs it.
{ dpkg -L $packages 2>/dev/null || true; } |
  sed -E 's#^/(bin|sbin|lib|lib64)/#/usr/\1/#' |
  grep -vE '^/usr/(share/(doc|man|locale|info|lintian|perl5|common-licenses)|include|lib/systemd|lib/[a-z0-9_]+-linux-gnu/gconv)' |
  sort -u | while read -r path; do if [[ -L $path || -f $path ]]; then echo "${path#/}"; fi; done |
  tar -C / --no-recursion -T - -cf - | tar -C "$root" -xf -
ln -sf mawk "$root/usr/bin/awk"
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
printf 'root:x:0:0:root:/root:/bin/bash\nnode:x:1000:1000::/home/node:/bin/bash\n' >"$root/etc/passwd"
printf 'root:x:0:\nnode:x:1000:\n' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
chown 1000:1000 "$root/home/node"

cp "$node" "$root/usr/local/bin/node"
npm=$(dirname "$(dirname "$(realpath "$(command -v npm)")")")
cp -a "$npm" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"

tar -C "$root" -c . | docker import \
  -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
  -c 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
  -c 'CMD ["node"]' - "$image" >/dev/null
