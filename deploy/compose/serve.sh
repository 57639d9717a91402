# The provider, with certificates of its own at the first start.
set -eu
test -d /data/tls || softpost-provider tls init --dir /data/tls --host provider localhost
exec softpost-provider serve
