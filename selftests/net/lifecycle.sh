#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Coming and going under traffic: SAs, policies, the module, a router's namespace; with an ordinary SA and, beside it,
# one whose packets are in the hands of an asynchronous driver (cryptd) while that happens.
set -eu
STACK_A=culvert STACK_B=xfrm
. "$(dirname "$0")/lib/net.sh"
CYCLES=${CYCLES:-10}
ASYNC='cryptd(rfc4106(gcm_base(ctr(aes-generic),ghash-generic)))'
SLAB=ipsec_crypt_op
talk=''

helper() {
	env PYTHONPATH="$NET_DIR/lib" /usr/bin/python3 "$NET_DIR/lifecycle.py" "$@"
}

# shellcheck disable=SC2329
cleanup() {
	[ -z "$talk" ] || { kill "$talk" 2>/dev/null && wait "$talk" || true; }
	net_down
	helper algorithm del "$ASYNC" 2>/dev/null || true
}

net_up
trap cleanup EXIT
modprobe -qa cryptd crypto_user crypto-{aes,ghash,ctr,gcm,rfc4106} || true
crypto_load
helper algorithm add "$ASYNC" || skip_all "this kernel makes no $ASYNC"

# --- what is asked again and again ---------------------------------------------------------------

# The ordinary pair serves the hosts themselves, the asynchronous one their other addresses.
describe_pairs() {
	esp_pair suite=aes-128-cbc+sha256 net_a=10.1.202.10/32 net_b=10.1.101.10/32
	ESP_PAIRS="$ESP_PAIR"
	esp_pair suite=aes-128-gcm net_a=10.1.202.128/25 net_b=10.1.101.128/25
	ESP_PAIRS+=" $ESP_PAIR"
}

pairs_up() {
	describe_pairs
	esp_apply
}

drivers() {
	grep -Fo "\"$ASYNC\"" <<<"$1" | wc -l
}

# flows ROUTER: by all of its four SAs have packets passed, and two of them are asynchronous
flows() {
	local rows
	rows=$(ctl "$1" --json kernel sa print)
	[ "$(grep -Eo '"packets": ?[1-9]' <<<"$rows" | wc -l)" = 4 ] && [ "$(drivers "$rows")" = 2 ]
}

# statistic ROUTER NAME
statistic() {
	ctl "$1" --json statistics print | grep -Eo "\"$2\": ?[0-9]+" | grep -Eo '[0-9]+$'
}

both_answer() {
	wait_for 30 on "$HA" ping -c 1 -W 1 10.1.101.10 &&
		wait_for 30 on "$HA" ping -c 1 -W 1 -I 10.1.202.130 10.1.101.130
}

# told FIELD: rounds so far, datagrams received, frames in the clear
told() {
	local rounds received clear
	read -r rounds received clear <"$NET_WORK/talk"
	echo "${!1}"
}

rounds_at_least() {
	[ "$(told rounds)" -ge "$1" ]
}

received_more_than() {
	[ "$(told received)" -gt "$1" ]
}

clear_more_than() {
	[ "$(told clear)" -gt "$1" ]
}

# Until what the capture had in its queue has been looked at.
catch_up() {
	wait_for 60 rounds_at_least $(($(told rounds) + 3))
}

slab_gone() {
	[ ! -e /sys/kernel/slab/$SLAB ] && ! grep -q "^$SLAB " /proc/slabinfo
}

# --- SAs and policies ----------------------------------------------------------------------------

pairs_up
ok "two pairs of SAs reach both networks of the other office" both_answer
is "both SAs of the second pair have the asynchronous driver" "$(drivers "$(ctl "$RA" --json kernel sa print)")" 2
like "so says the list of algorithms" "$(ctl "$RA" --json algorithm print)" "\"driver\": ?\"${ASYNC//[()]/.}\""
ok "the memory of operations has a name" test -e /sys/kernel/slab/$SLAB

secrets=$(grep -Eo '0x[0-9a-f]{32,}' <<<"$ESP_PAIRS" | cut -c3-34 | sort -u)
is "there are six keys to keep" "$(wc -l <<<"$secrets")" 6
prints() {
	local how row
	for how in "" --json; do
		for row in "kernel sa print" "kernel sa print detail" "kernel sa print terse" "kernel sa print stats" \
			"installed-sa print" "statistics print" "kernel policy print detail" \
			"explain src-address=10.1.202.10 dst-address=10.1.101.10"; do
			# shellcheck disable=SC2086
			ctl "$RA" $how $row
		done
	done
}
is "no print has a key in it" "$(prints | tr A-F a-f | grep -cF "$secrets" || true)" 0
shown=$(ctl "$RA" --json kernel sa print show-sensitive | grep -oF "$secrets" | sort -u)
is "unless all are asked for" "$shown" "$secrets"

# not by way of the function: $! would be a shell that waits for it
env PYTHONPATH="$NET_DIR/lib" /usr/bin/python3 "$NET_DIR/lifecycle.py" talk "$NET_WORK/talk" &
talk=$!
ok "datagrams cross by all SAs, both ways" wait_for 60 flows "$RA"
ok "and are opened at the other end" wait_for 60 received_more_than 100

churn_sas() {
	local i
	for ((i = 0; i < CYCLES / 2; i++)); do
		describe_pairs
		NET_SCRIPT_A=("kernel policy flush" "kernel sa flush" "${NET_SCRIPT_A[@]}")
		NET_SCRIPT_B=("xfrm policy flush" "xfrm state flush" "${NET_SCRIPT_B[@]}")
		esp_apply
		ctl "$RA" kernel sa remove "spi=$SPI_AB" dst-address=192.168.80.1
		ctl "$RA" kernel sa flush
	done
}
ok "SAs are added, removed and flushed" churn_sas
no_sas() {
	[ "$(statistic "$1" sas)" = 0 ]
}
ok "then none is left" wait_for 30 no_sas "$RA"
esp_flush_side xfrm "$RB"
describe_pairs
NET_SCRIPT_A=("kernel policy flush" "${NET_SCRIPT_A[@]}")
esp_apply
ok "new ones reach the other office" both_answer
ok "they are four" test "$(statistic "$RA" sas)" = 4

catch_up
is "and all that time nothing has left the router in the clear" "$(told clear)" 0

row() {
	echo "kernel policy add src-address=10.1.202.$1 dst-address=10.1.101.$1 action=encrypt tunnel=yes" \
		"sa-src-address=192.168.90.1 sa-dst-address=192.168.80.1 comment=row$2"
}
churn_policies() {
	local i
	for ((i = 0; i < CYCLES / 2; i++)); do
		printf '%s\n' "kernel policy flush" "$(row 10/32 1)" "$(row 128/25 2)" | ctl "$RA" -f -
		ctl "$RA" kernel policy add dst-address=203.0.113.0/24 action=none place-before=0 comment=other
		ctl "$RA" kernel policy move '[find comment=row2]' destination=0
		ctl "$RA" kernel policy set '[find comment=row1]' comment=row1 level=unique
		ctl "$RA" kernel policy set '[find comment=row1]' level=require
		ctl "$RA" kernel policy remove '[find comment=other]'
	done
}
ok "policies are replaced, moved, set and removed" churn_policies
ok "all the while the office talks" both_answer
catch_up
is "and nothing has left the router in the clear" "$(told clear)" 0
ctl "$RA" kernel policy flush
ok "what has no policy does, and is seen" wait_for 60 clear_more_than 0

# --- the module ----------------------------------------------------------------------------------

esp_flush
wrong=''
for ((i = 1; i <= CYCLES; i++)); do
	module_load || wrong+=" $i:load"
	pairs_up || wrong+=" $i:pairs"
	wait_for 60 flows "$RA" || wrong+=" $i:traffic"
	rmmod ipsec || wrong+=" $i:rmmod"
	[ ! -e /sys/module/ipsec ] || wrong+=" $i:there"
	slab_gone || wrong+=" $i:slab"
	esp_flush_side xfrm "$RB"
	[ -z "$wrong" ] || break
done
is "the module leaves $CYCLES times under traffic and comes again" "$wrong" ""

# --- a router ------------------------------------------------------------------------------------

# Router B and its two links once more.
router_b_up() {
	ip -batch - <<-BATCH
		netns add $RB
		link add wan0 netns $RB type veth peer name wan_b netns $ISP
		link add lan0 netns $HB type veth peer name lan0 netns $RB
	BATCH
	# shellcheck disable=SC2154 # set by net.sh
	on "$RB" bash -c "$net_sysctl_router"
	ip -n "$HB" -batch - <<-BATCH
		route del local 10.1.101.64/26 dev lo
		route del local 10.1.101.128/25 dev lo
		route del local 2001:db8:101::1:0/112 dev lo
	BATCH
	net_lan "$RB" "$HB" 101
	ip -n "$ISP" -batch - <<-BATCH
		link set wan_b up
		addr add 192.168.80.254/24 dev wan_b
		addr add 2001:db8:80::fe/64 dev wan_b
		route add 2001:db8:80::/96 via 2001:db8:80::1
	BATCH
	net_wan "$RB" 80
}

links_gone() {
	! ip -n "$HB" link show lan0 && ! ip -n "$ISP" link show wan_b
}

STACK_B=culvert wrong=''
module_load
for ((i = 1; i <= CYCLES; i++)); do
	pairs_up || wrong+=" $i:pairs"
	wait_for 60 flows "$RB" || wrong+=" $i:traffic"
	ip netns del "$RB"
	[ "$(statistic "$RA" sas)" = 4 ] || wrong+=" $i:statistics"
	wait_for 60 links_gone || wrong+=" $i:links"
	router_b_up || wrong+=" $i:up"
	esp_flush_side culvert "$RA"
	wait_for 30 no_sas "$RA" || wrong+=" $i:sas"
	[ -z "$wrong" ] || break
done
is "a router goes $CYCLES times under traffic, the other one is well" "$wrong" ""

pairs_up
ok "after all that both networks are reached" both_answer
esp_flush
ok "and no SA is left in either router" wait_for 30 eval "no_sas $RA && no_sas $RB"
kill "$talk"
wait "$talk" || true
ok "its traffic ends" test ! -e "/proc/$talk"
talk=''
ok "the module leaves" module_unload
ok "with its memory" slab_gone
ok "nothing holds the asynchronous driver" helper algorithm del "$ASYNC"
done_testing
