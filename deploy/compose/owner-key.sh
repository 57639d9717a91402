# The owner's signing key; its public half goes to the provider.
set -eu
test -f "$SOFTPOST_OWNER_KEY" || softpost-owner keys >/dev/null
softpost-owner keys --show | sed -n '/BEGIN/,/END/p' >/exchange/owner-public.pem
