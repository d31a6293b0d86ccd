// SPDX-License-Identifier: GPL-2.0-or-later
/* The menus of the kernel's own tables. Property names are RouterOS's where it has one. */
#include "schema.h"

#include <netinet/in.h>

#include <linux/ipsec_genl.h>

#include "algs.h"
#include "menus_check.h"
#include "row.h"

#define END { .name = NULL }

static const struct name names_esp_yes[] = { { "yes", IPPROTO_ESP }, {
	"no", IPPROTO_AH }, { NULL, 0 } };
static const struct name names_ah_yes[] = { { "yes", IPPROTO_AH }, {
	"no", IPPROTO_ESP }, { NULL, 0 } };
static const struct name names_hard[] = { { "yes", 1 }, { "no", 0 }, { NULL, 0 } };

/* --- kernel policy --- */

#define ADD_SET (VERB_ADD | VERB_SET)

static const struct prop policy_props[] = {
	{ "id", PROP_NUMBER, IPSEC_A_POLICY_ID, .show = SHOW_ID,
	  .help = "Number the kernel gave the row; it never changes." },
	{ "comment", PROP_TEXT, IPSEC_A_POLICY_COMMENT, .max = IPSEC_COMMENT_MAX, .in = ADD_SET,
	  .show = SHOW_NEVER, .help = "Text to find the row by." },
	{ "src-address", PROP_PREFIX, IPSEC_A_POLICY_SRC, IPSEC_A_POLICY_SRC_LEN,
	  .in = ADD_SET, .show = SHOW_COLUMN | SHOW_STATS | SHOW_ALWAYS, .implied = "any",
	  .help = "Our side of the packets the row is for. 0.0.0.0/0 is any IPv4 address, ::/0 "
		  "any IPv6 address." },
	{ "src-port", PROP_PORTS, IPSEC_A_POLICY_SRC_PORT_MIN, IPSEC_A_POLICY_SRC_PORT_MAX,
	  WIRE_U16, .in = ADD_SET, .show = SHOW_COLUMN | SHOW_ALWAYS, .implied = "any",
	  .help = "Port on our side; with protocol=icmp or icmpv6 the message type." },
	{ "dst-address", PROP_PREFIX, IPSEC_A_POLICY_DST, IPSEC_A_POLICY_DST_LEN,
	  .in = ADD_SET, .show = SHOW_COLUMN | SHOW_STATS | SHOW_ALWAYS, .implied = "any",
	  .help = "The far side of the packets the row is for." },
	{ "dst-port", PROP_PORTS, IPSEC_A_POLICY_DST_PORT_MIN, IPSEC_A_POLICY_DST_PORT_MAX,
	  WIRE_U16, .in = ADD_SET, .show = SHOW_COLUMN | SHOW_ALWAYS, .implied = "any",
	  .help = "Port on the far side; with protocol=icmp or icmpv6 the message code." },
	{ "protocol", PROP_NAMED, IPSEC_A_POLICY_PROTO, .wire = WIRE_U8, .names = names_protocol,
	  .in = ADD_SET, .show = SHOW_COLUMN | SHOW_ALWAYS, .implied = "all",
	  .help = "Protocol of the packets." },
	{ "action", PROP_ENUM, IPSEC_A_POLICY_ACTION, .wire = WIRE_U8, .names = names_policy_action,
	  .in = ADD_SET, .show = SHOW_COLUMN | SHOW_ALWAYS, .implied = "encrypt",
	  .help = "encrypt protects the packets, discard drops them, none lets them pass "
		  "unchanged." },
	{ "level", PROP_ENUM, IPSEC_A_POLICY_LEVEL, .wire = WIRE_U8, .names = names_policy_level,
	  .in = ADD_SET, .show = SHOW_COLUMN | SHOW_ALWAYS, .implied = "require",
	  .help = "Without an SA, require and unique hold the packet and ask for one (unique: for "
		  "one that serves this row alone); use lets it go clear." },
	{ "ipsec-protocols", PROP_SET, IPSEC_A_POLICY_PROTOCOLS, .wire = WIRE_U8,
	  .names = names_ipsec_protocols, .in = ADD_SET, .show = SHOW_ALWAYS, .implied = "esp",
	  .help = "Protocols to protect with; of both, AH goes outside of ESP." },
	{ "tunnel", PROP_ENUM, IPSEC_A_POLICY_MODE, .wire = WIRE_U8, .names = names_tunnel,
	  .in = ADD_SET, .show = SHOW_COLUMN | SHOW_ALWAYS, .implied = "no",
	  .help = "yes puts the packet into an outer one from sa-src-address to sa-dst-address." },
	{ "sa-src-address", PROP_ADDRESS, IPSEC_A_POLICY_LOCAL, .in = ADD_SET,
	  .show = SHOW_COLUMN, .help = "Our outer address." },
	{ "sa-dst-address", PROP_ADDRESS, IPSEC_A_POLICY_REMOTE, .in = ADD_SET,
	  .show = SHOW_COLUMN, .help = "The peer's outer address." },
	{ "tcp-mss", PROP_CHOICE, IPSEC_A_POLICY_TCP_MSS, .wire = WIRE_U16,
	  .min = IPSEC_TCP_MSS_MIN, .max = UINT16_MAX, .names = names_tcp_mss, .in = ADD_SET,
	  .implied = "no",
	  .help = "Largest segment that TCP's ends may agree on, both ways: auto is what fits the "
		  "path of the SA, a number is bytes, no leaves it to them." },
	{ "cookie", PROP_NUMBER, IPSEC_A_POLICY_COOKIE, .wire = WIRE_U64, .in = ADD_SET,
	  .implied = "0",
	  .help = "A number that acquire events of this row carry." },
	{ "place-before", PROP_ROW, .in = VERB_ADD, .show = SHOW_NEVER,
	  .help = "Row to stand in front of; a new row is the last one otherwise." },
	{ "destination", PROP_ROW, .in = VERB_MOVE, .need = VERB_MOVE, .show = SHOW_NEVER,
	  .help = "Row to move in front of; the number after the last one moves to the end." },
	{ "builtin", PROP_PRESENT, IPSEC_A_POLICY_BUILTIN, .in = VERB_FLUSH, .show = SHOW_NEVER,
	  .help = "yes removes the built-in rows too." },
	{ "dynamic", PROP_BIT, IPSEC_A_POLICY_FLAGS, .bit = IPSEC_POLICY_F_DYNAMIC,
	  .names = names_bit, .show = SHOW_NEVER, .implied = "no", .help = "Made by the daemon." },
	{ "default", PROP_BIT, IPSEC_A_POLICY_FLAGS, .bit = IPSEC_POLICY_F_BUILTIN,
	  .names = names_bit, .show = SHOW_NEVER, .implied = "no",
	  .help = "Built in; can be removed and changed as any other." },
	{ "invalid", PROP_PRESENT, IPSEC_A_POLICY_SHADOWED_BY, .show = SHOW_NEVER,
	  .help = "Never matches: an earlier row covers it." },
	{ "shadowed-by", PROP_NUMBER, IPSEC_A_POLICY_SHADOWED_BY,
	  .help = "Id of that earlier row." },
	{ "out-packets", PROP_NUMBER, IPSEC_A_POLICY_OUT_PACKETS, .wire = WIRE_U64,
	  .show = SHOW_STATS, .help = "Outbound packets that met the row." },
	{ "out-bytes", PROP_NUMBER, IPSEC_A_POLICY_OUT_BYTES, .wire = WIRE_U64,
	  .show = SHOW_STATS, .help = "Their bytes." },
	{ "in-packets", PROP_NUMBER, IPSEC_A_POLICY_IN_PACKETS, .wire = WIRE_U64,
	  .show = SHOW_STATS, .help = "Inbound packets that met the row mirrored." },
	{ "in-bytes", PROP_NUMBER, IPSEC_A_POLICY_IN_BYTES, .wire = WIRE_U64,
	  .show = SHOW_STATS, .help = "Their bytes." },
	{ "last-hit", PROP_AGO, IPSEC_A_POLICY_LAST_HIT_MS, .wire = WIRE_U64,
	  .show = SHOW_STATS, .help = "How long ago the last packet met the row." },
	END
};

static const struct flag_letter policy_letters[] = {
	{ 'D', "dynamic" }, { 'I', "invalid" }, { '*', "default" }, { 0, NULL }
};

static const struct action policy_actions[] = {
	{ "add", VERB_ADD, 0, "Add a row." },
	{ "set", VERB_SET, ARGS_ROWS, "Change the properties given; place and counters stay." },
	{ "remove", VERB_REMOVE, ARGS_ROWS, "Remove rows." },
	{ "move", VERB_MOVE, ARGS_ROWS, "Move a row in front of another." },
	{ "print", VERB_PRINT, ARGS_PRINT | ARGS_WHERE, "Show the rows in order." },
	{ "flush", VERB_FLUSH, 0, "Remove all rows but the built-in ones." },
	END
};

/* --- kernel sa --- */

static const struct prop sa_props[] = {
	{ "id", PROP_NUMBER, IPSEC_A_SA_ID, .show = SHOW_ID,
	  .help = "Number the kernel gave the SA." },
	{ "spi", PROP_HEX, IPSEC_A_SA_SPI, .wire = WIRE_BE32, .min = 256, .max = UINT32_MAX,
	  .in = VERB_ADD | VERB_REMOVE | VERB_GET_SPI, .need = VERB_ADD,
	  .show = SHOW_COLUMN | SHOW_STATS, .help = "Security parameters index." },
	{ "direction", PROP_ENUM, IPSEC_A_SA_DIR, .wire = WIRE_U8, .names = names_sa_direction,
	  .in = VERB_ADD, .need = VERB_ADD, .show = SHOW_COLUMN | SHOW_STATS,
	  .help = "in opens packets that arrive, out seals packets that leave." },
	{ "ipsec-protocol", PROP_ENUM, IPSEC_A_SA_PROTO, .wire = WIRE_U8,
	  .names = names_sa_protocol, .in = VERB_ADD | VERB_REMOVE | VERB_GET_SPI,
	  .show = SHOW_ALWAYS, .implied = "esp",
	  .help = "esp, or ah, which authenticates addresses as well and hides nothing." },
	{ "mode", PROP_ENUM, IPSEC_A_SA_MODE, .wire = WIRE_U8, .names = names_sa_mode,
	  .in = VERB_ADD | VERB_GET_SPI, .show = SHOW_COLUMN | SHOW_ALWAYS, .implied = "transport",
	  .help = "tunnel carries whole packets, transport the payload alone." },
	{ "src-address", PROP_ADDRESS, IPSEC_A_SA_SRC, .in = VERB_ADD | VERB_GET_SPI,
	  .need = VERB_ADD | VERB_GET_SPI, .show = SHOW_COLUMN | SHOW_STATS,
	  .help = "Outer source address." },
	{ "dst-address", PROP_ADDRESS, IPSEC_A_SA_DST, .in = VERB_ADD | VERB_REMOVE | VERB_GET_SPI,
	  .need = VERB_ADD | VERB_GET_SPI, .show = SHOW_COLUMN | SHOW_STATS,
	  .help = "Outer destination address." },
	{ "enc-algorithm", PROP_WORD, IPSEC_A_SA_ENC, .names = names_enc_algorithm,
	  .in = VERB_ADD, .show = SHOW_COLUMN,
	  .help = "Cipher, or AEAD, which has its own integrity (gcm, ccm, gmac, "
		  "chacha20poly1305); gmac and null encrypt nothing; des, 3des and blowfish are "
		  "weak. None with ipsec-protocol=ah." },
	{ "enc-key", PROP_KEY, IPSEC_A_SA_ENC_KEY, .in = VERB_ADD,
	  .help = "Its key; with gcm, gmac, ctr and chacha20poly1305 then 4 bytes of salt, with "
		  "ccm 3. @FILE reads a line of hex digits, @- the next line of standard input; "
		  "both keep the key out of the process list." },
	{ "auth-algorithm", PROP_WORD, IPSEC_A_SA_AUTH, .names = names_auth_algorithm,
	  .in = VERB_ADD, .show = SHOW_COLUMN,
	  .help = "Integrity algorithm; none with an AEAD. md5 is weak; sha256-96 is sha256 cut "
		  "to 96 bits, for peers older than RFC 4868." },
	{ "auth-key", PROP_KEY, IPSEC_A_SA_AUTH_KEY, .in = VERB_ADD, .help = "Its key." },
	{ "replay-window", PROP_NUMBER, IPSEC_A_SA_REPLAY_WINDOW, .max = 4096, .in = VERB_ADD,
	  .help = "Packets that may arrive out of order: 32 to 4096, 0 turns the check off." },
	{ "esn", PROP_BIT, IPSEC_A_SA_FLAGS, .bit = IPSEC_SA_F_ESN, .names = names_bit,
	  .in = VERB_ADD, .show = SHOW_ALWAYS, .implied = "no",
	  .help = "Extended (64-bit) sequence numbers." },
	{ "policy", PROP_NUMBER, IPSEC_A_SA_POLICY_ID, .min = 1, .max = UINT32_MAX,
	  .in = VERB_ADD | VERB_GET_SPI,
	  .help = "Id of the only policy row the SA serves; any that fits otherwise." },
	{ "sel-src-address", PROP_PREFIX, IPSEC_A_SA_SEL_SRC, IPSEC_A_SA_SEL_SRC_LEN,
	  .in = VERB_ADD, .implied = "any",
	  .help = "Inner source addresses the SA carries, as its own packets have them." },
	{ "sel-dst-address", PROP_PREFIX, IPSEC_A_SA_SEL_DST, IPSEC_A_SA_SEL_DST_LEN,
	  .in = VERB_ADD, .implied = "any", .help = "Inner destination addresses." },
	{ "sel-protocol", PROP_NAMED, IPSEC_A_SA_SEL_PROTO, .wire = WIRE_U8,
	  .names = names_protocol, .in = VERB_ADD, .implied = "all", .help = "Inner protocol." },
	{ "lifetime", PROP_TIME_LIMIT, IPSEC_A_SA_SOFT_TIME_S, IPSEC_A_SA_HARD_TIME_S, WIRE_U64,
	  .in = ADD_SET | VERB_GET_SPI,
	  .help = "At the soft limit an expire event asks for a new SA, at the hard one the SA is "
		  "gone. A hard limit alone sets the soft one to 80 % of it." },
	{ "lifebytes", PROP_LIMIT, IPSEC_A_SA_SOFT_BYTES, IPSEC_A_SA_HARD_BYTES, WIRE_U64,
	  .in = ADD_SET, .help = "The same in bytes." },
	{ "lifepackets", PROP_LIMIT, IPSEC_A_SA_SOFT_PACKETS, IPSEC_A_SA_HARD_PACKETS, WIRE_U64,
	  .in = ADD_SET, .help = "The same in packets." },
	{ "nat-traversal", PROP_ENUM, IPSEC_A_SA_ENCAP, .wire = WIRE_U8, .names = names_sa_encap,
	  .in = VERB_ADD, .show = SHOW_ALWAYS, .implied = "no",
	  .help = "ESP in UDP (RFC 3948) from src-port to dst-port." },
	{ "src-port", PROP_NUMBER, IPSEC_A_SA_ENCAP_SPORT, .wire = WIRE_BE16,
	  .min = 1, .max = UINT16_MAX, .in = ADD_SET,
	  .help = "UDP source port; 4500 when nat-traversal=yes." },
	{ "dst-port", PROP_NUMBER, IPSEC_A_SA_ENCAP_DPORT, .wire = WIRE_BE16,
	  .min = 1, .max = UINT16_MAX, .in = ADD_SET,
	  .help = "UDP destination port; 4500 when nat-traversal=yes." },
	{ "df", PROP_ENUM, IPSEC_A_SA_DF, .wire = WIRE_U8, .names = names_sa_df, .in = VERB_ADD,
	  .implied = "copy", .help = "Don't-fragment bit of the outer IPv4 header." },
	{ "ecn", PROP_BIT, IPSEC_A_SA_FLAGS, .bit = IPSEC_SA_F_NO_ECN,
	  .names = names_bit_inverted, .in = VERB_ADD, .implied = "yes",
	  .help = "Carry congestion marks between outer and inner header (RFC 6040)." },
	{ "dscp", PROP_BIT, IPSEC_A_SA_FLAGS, .bit = IPSEC_SA_F_NO_DSCP, .names = names_dscp,
	  .in = VERB_ADD, .implied = "copy", .help = "DSCP of the outer header." },
	{ "decap-dscp", PROP_BIT, IPSEC_A_SA_FLAGS, .bit = IPSEC_SA_F_DECAP_DSCP,
	  .names = names_bit, .in = VERB_ADD, .implied = "no",
	  .help = "Copy the outer DSCP to the inner header." },
	{ "insecure", PROP_BIT, IPSEC_A_SA_FLAGS, .bit = IPSEC_SA_F_INSECURE,
	  .names = names_bit, .in = VERB_ADD, .implied = "no",
	  .help = "Allow null encryption without integrity, for measuring alone." },
	{ "tfc-pad", PROP_NUMBER, IPSEC_A_SA_TFC_PAD, .max = 65535, .in = VERB_ADD, .implied = "0",
	  .help = "Pad payloads up to this many bytes, but no packet beyond what its path "
		  "bears (RFC 4303 section 2.7)." },
	{ "mark", PROP_NUMBER, IPSEC_A_SA_MARK, .max = UINT32_MAX, .in = VERB_ADD,
	  .implied = "0",
	  .help = "Firewall mark of outer packets (out) or of opened ones (in)." },
	{ "seq", PROP_NUMBER, IPSEC_A_SA_SEQ, .wire = WIRE_U64, .in = VERB_ADD,
	  .help = "Next sequence number to send, or top of the inbound window." },
	{ "cookie", PROP_NUMBER, IPSEC_A_SA_COOKIE, .wire = WIRE_U64, .in = ADD_SET,
	  .implied = "0",
	  .help = "A number that events of this SA carry." },
	{ "state", PROP_ENUM, IPSEC_A_SA_STATE, .wire = WIRE_U8, .names = names_sa_state,
	  .show = SHOW_COLUMN,
	  .help = "larval: an SPI without keys; mature; dying: past a soft limit; dead." },
	{ "driver", PROP_TEXT, IPSEC_A_SA_DRIVER, .help = "Crypto driver chosen." },
	{ "hw-aead", PROP_PRESENT, IPSEC_A_SA_HW, .show = SHOW_NEVER,
	  .help = "That driver is hardware or asynchronous." },
	{ "packets", PROP_NUMBER, IPSEC_A_SA_PACKETS, .wire = WIRE_U64, .show = SHOW_STATS,
	  .help = "Packets sealed or opened." },
	{ "bytes", PROP_NUMBER, IPSEC_A_SA_BYTES, .wire = WIRE_U64, .show = SHOW_STATS,
	  .help = "Their bytes." },
	{ "errors", PROP_NUMBER, IPSEC_A_SA_ERRORS, .wire = WIRE_U64, .show = SHOW_STATS,
	  .help = "Packets dropped on this SA." },
	{ "replays", PROP_NUMBER, IPSEC_A_SA_REPLAYS, .wire = WIRE_U64, .show = SHOW_STATS,
	  .help = "Of them those outside the window or seen before." },
	{ "last-drop", PROP_TEXT, IPSEC_A_SA_LAST_DROP,
	  .help = "Why the last packet that was lost on it was dropped." },
	{ "added", PROP_AGO, IPSEC_A_SA_ADD_TIME_MS, .wire = WIRE_U64,
	  .help = "How long ago the SA was added." },
	{ "used", PROP_AGO, IPSEC_A_SA_USE_TIME_MS, .wire = WIRE_U64, .show = SHOW_STATS,
	  .help = "How long ago it carried its last packet." },
	{ "overhead", PROP_NUMBER, IPSEC_A_SA_OVERHEAD,
	  .help = "Bytes it adds to a packet at most." },
	{ "pmtu", PROP_NUMBER, IPSEC_A_SA_PMTU, .help = "Path MTU of the outer route." },
	END
};

static const struct flag_letter sa_letters[] = { { 'H', "hw-aead" }, { 0, NULL } };

static const struct action sa_actions[] = {
	{ "add", VERB_ADD, 0, "Add an SA; an inbound one takes the place of the larval SA with "
			      "its SPI." },
	{ "set", VERB_SET, ARGS_ROWS, "Change limits, UDP ports or cookie." },
	{ "remove", VERB_REMOVE, ARGS_ROWS, "Remove SAs, or the one with spi= and dst-address=." },
	{ "print", VERB_PRINT, ARGS_PRINT | ARGS_WHERE, "Show the SAs." },
	{ "flush", VERB_FLUSH, 0, "Remove all SAs." },
	{ "get-spi", VERB_GET_SPI, 0, "Make a larval inbound SA and show its SPI." },
	END
};

/* --- installed-sa: the same SAs under the names of the RouterOS manual --- */

static const struct prop installed_props[] = {
	{ "id", PROP_NUMBER, IPSEC_A_SA_ID, .show = SHOW_ID,
	  .help = "Number the kernel gave the SA." },
	{ "seen-traffic", PROP_PRESENT, IPSEC_A_SA_USE_TIME_MS, .show = SHOW_NEVER,
	  .help = "It carried a packet." },
	{ "hw-aead", PROP_PRESENT, IPSEC_A_SA_HW, .show = SHOW_NEVER,
	  .help = "Its crypto driver is hardware or asynchronous." },
	{ "AH", PROP_ENUM, IPSEC_A_SA_PROTO, .wire = WIRE_U8, .names = names_ah_yes,
	  .show = SHOW_NEVER, .help = "It is an AH SA." },
	{ "ESP", PROP_ENUM, IPSEC_A_SA_PROTO, .wire = WIRE_U8, .names = names_esp_yes,
	  .show = SHOW_NEVER, .help = "It is an ESP SA." },
	{ "spi", PROP_HEX, IPSEC_A_SA_SPI, .wire = WIRE_BE32, .max = UINT32_MAX,
	  .help = "Security parameters index." },
	{ "src-address", PROP_ADDRESS, IPSEC_A_SA_SRC, .help = "Outer source address." },
	{ "src-port", PROP_NUMBER, IPSEC_A_SA_ENCAP_SPORT, .wire = WIRE_BE16,
	  .help = "UDP source port with NAT traversal." },
	{ "dst-address", PROP_ADDRESS, IPSEC_A_SA_DST, .help = "Outer destination address." },
	{ "dst-port", PROP_NUMBER, IPSEC_A_SA_ENCAP_DPORT, .wire = WIRE_BE16,
	  .help = "UDP destination port with NAT traversal." },
	{ "state", PROP_ENUM, IPSEC_A_SA_STATE, .wire = WIRE_U8, .names = names_sa_state,
	  .help = "larval, mature, dying (past a soft limit) or dead." },
	{ "auth-algorithm", PROP_TEXT, IPSEC_A_SA_AUTH, .implied = "null", .show = SHOW_ALWAYS,
	  .help = "Integrity algorithm; null with an AEAD." },
	{ "enc-algorithm", PROP_TEXT, IPSEC_A_SA_ENC, .help = "Cipher or AEAD." },
	{ "enc-key-size", PROP_NUMBER, .help = "Bits of its key, without salt." },
	{ "auth-key", PROP_KEY, IPSEC_A_SA_AUTH_KEY, .help = "Key; with show-sensitive alone." },
	{ "enc-key", PROP_KEY, IPSEC_A_SA_ENC_KEY, .help = "Key; with show-sensitive alone." },
	{ "addtime", PROP_TEXT, .help = "Date and time when the SA was added." },
	{ "expires-in", PROP_TIME, .help = "Time until its hard limit." },
	{ "add-lifetime", PROP_TIME_LIMIT, IPSEC_A_SA_SOFT_TIME_S, IPSEC_A_SA_HARD_TIME_S, WIRE_U64,
	  .help = "Soft and hard lifetime it was added with." },
	{ "current-bytes", PROP_NUMBER, IPSEC_A_SA_BYTES, .wire = WIRE_U64, .show = SHOW_STATS,
	  .help = "Bytes it carried." },
	{ "current-packets", PROP_NUMBER, IPSEC_A_SA_PACKETS, .wire = WIRE_U64,
	  .show = SHOW_STATS, .help = "Packets it carried." },
	{ "invalid-packets", PROP_NUMBER, IPSEC_A_SA_ERRORS, .wire = WIRE_U64,
	  .show = SHOW_STATS, .help = "Packets dropped on it." },
	{ "replay", PROP_NUMBER, IPSEC_A_SA_REPLAY_WINDOW, .help = "Replay window in packets." },
	{ "added", PROP_AGO, IPSEC_A_SA_ADD_TIME_MS, .wire = WIRE_U64, .show = SHOW_NEVER,
	  .help = "How long ago the SA was added." },
	{ "last-drop", PROP_TEXT, IPSEC_A_SA_LAST_DROP,
	  .help = "Why the last packet that was lost on it was dropped." },
	END
};

static const struct flag_letter installed_letters[] = {
	{ 'S', "seen-traffic" }, { 'H', "hw-aead" }, { 'A', "AH" }, { 'E', "ESP" }, { 0, NULL }
};

static const struct action installed_actions[] = {
	{ "print", VERB_PRINT, ARGS_PRINT | ARGS_WHERE, "Show the SAs as RouterOS does." },
	{ "flush", VERB_FLUSH, 0, "Remove all SAs; the next packet of a policy asks for new "
				  "ones." },
	END
};

/* --- statistics --- */

#define STAT(name, attr, text) \
	{ name, PROP_NUMBER, IPSEC_A_STAT_##attr, .wire = WIRE_U64, .show = SHOW_STATS, \
	  .help = text }
#define GAUGE(name, attr, text) \
	{ name, PROP_NUMBER, IPSEC_A_STAT_##attr, .wire = WIRE_U64, .help = text }

static const struct prop statistics_props[] = {
	STAT("in-errors", IN_ERRORS, "Inbound errors that no other counter covers."),
	STAT("in-buffer-errors", IN_BUFFER_ERRORS, "No memory for an inbound packet."),
	STAT("in-header-errors", IN_HEADER_ERRORS, "Bad IPsec header or trailer."),
	STAT("in-no-states", IN_NO_STATES, "No SA for SPI, address and protocol."),
	STAT("in-state-protocol-errors", IN_STATE_PROTOCOL_ERRORS,
	     "The transform failed: wrong key, forged packet, or an accelerator that cannot keep "
	     "up."),
	STAT("in-state-mode-errors", IN_STATE_MODE_ERRORS, "Error of tunnel or transport mode."),
	STAT("in-state-sequence-errors", IN_STATE_SEQUENCE_ERRORS,
	     "Sequence number outside the replay window, or seen before."),
	STAT("in-state-expired", IN_STATE_EXPIRED, "The SA is past its hard limit."),
	STAT("in-state-mismatches", IN_STATE_MISMATCHES,
	     "The SA has other options, such as UDP encapsulation."),
	STAT("in-state-invalid", IN_STATE_INVALID, "The SA is not usable."),
	STAT("in-template-mismatches", IN_TEMPLATE_MISMATCHES,
	     "The policy wants another SA, or a packet came clear that must not."),
	STAT("in-no-policies", IN_NO_POLICIES, "No policy for the inner packet."),
	STAT("in-policy-blocked", IN_POLICY_BLOCKED, "A policy says discard."),
	STAT("in-policy-errors", IN_POLICY_ERRORS, "Inbound policy errors."),
	STAT("out-errors", OUT_ERRORS, "Outbound errors that no other counter covers."),
	STAT("out-bundle-errors", OUT_BUNDLE_ERRORS, "No route, or no way to build the packet."),
	STAT("out-bundle-check-errors", OUT_BUNDLE_CHECK_ERRORS, "A route or SA changed "
								 "meanwhile."),
	STAT("out-no-states", OUT_NO_STATES, "No SA for the policy."),
	STAT("out-state-protocol-errors", OUT_STATE_PROTOCOL_ERRORS, "The transform failed."),
	STAT("out-state-mode-errors", OUT_STATE_MODE_ERRORS,
	     "Error of tunnel or transport mode, such as a packet that is too big."),
	STAT("out-state-sequence-errors", OUT_STATE_SEQUENCE_ERRORS,
	     "The sequence numbers are used up."),
	STAT("out-state-expired", OUT_STATE_EXPIRED, "The SA is past its hard limit."),
	STAT("out-policy-blocked", OUT_POLICY_BLOCKED, "A policy says discard."),
	STAT("out-policy-dead", OUT_POLICY_DEAD, "The policy was removed meanwhile."),
	STAT("out-policy-errors", OUT_POLICY_ERRORS, "Outbound policy errors."),
	GAUGE("engine-fallbacks", ENGINE_FALLBACKS,
	      "Crypto engines that failed and gave way to software."),
	GAUGE("policies", POLICIES, "Rows of the policy table now."),
	GAUGE("sas", SAS, "SAs now, those being freed included."),
	END
};

static const struct action statistics_actions[] = {
	{ "print", VERB_PRINT, ARGS_PRINT, "Show the counters; detail adds what they are sums "
					   "of." },
	END
};

/* --- algorithm --- */

static const struct prop algorithm_props[] = {
	{ "name", PROP_TEXT, IPSEC_A_ALG_NAME, .show = SHOW_COLUMN,
	  .help = "Name that enc-algorithm or auth-algorithm takes." },
	{ "kind", PROP_ENUM, IPSEC_A_ALG_KIND, .wire = WIRE_U8, .names = names_alg_kind,
	  .show = SHOW_COLUMN, .help = "enc: cipher; aead: cipher with integrity; auth: "
				       "integrity." },
	{ "key-bits", PROP_NUMBER, IPSEC_A_ALG_KEY_BITS, .show = SHOW_COLUMN,
	  .help = "Length of the key, without salt." },
	{ "salt-bytes", PROP_NUMBER, IPSEC_A_ALG_SALT_BYTES, .show = SHOW_COLUMN,
	  .help = "Bytes of salt that follow the key." },
	{ "iv-bytes", PROP_NUMBER, IPSEC_A_ALG_IV_BYTES, .show = SHOW_COLUMN,
	  .help = "Bytes of IV in each packet." },
	{ "icv-bytes", PROP_NUMBER, IPSEC_A_ALG_ICV_BYTES, .show = SHOW_COLUMN,
	  .help = "Bytes of ICV in each packet." },
	{ "block-bytes", PROP_NUMBER, IPSEC_A_ALG_BLOCK_BYTES,
	  .help = "The payload is padded to a multiple of this." },
	{ "template", PROP_TEXT, IPSEC_A_ALG_TEMPLATE, .help = "Its name at the kernel's crypto "
							       "API." },
	{ "driver", PROP_TEXT, IPSEC_A_ALG_DRIVER, .show = SHOW_COLUMN,
	  .help = "Driver this kernel chooses; absent when it has none." },
	{ "priority", PROP_NUMBER, IPSEC_A_ALG_PRIORITY, .show = SHOW_COLUMN,
	  .help = "Priority of that driver." },
	{ "hw-aead", PROP_PRESENT, IPSEC_A_ALG_HW, .show = SHOW_NEVER,
	  .help = "That driver is hardware or asynchronous." },
	{ "available", PROP_PRESENT, IPSEC_A_ALG_DRIVER, .show = SHOW_NEVER,
	  .help = "This kernel has a driver for it." },
	END
};

static const struct flag_letter algorithm_letters[] = {
	{ 'H', "hw-aead" }, { 'A', "available" }, { 0, NULL }
};

static const struct action algorithm_actions[] = {
	{ "print", VERB_PRINT, ARGS_PRINT | ARGS_WHERE, "Show what this kernel offers, and by "
							"which driver." },
	END
};

/* --- kernel settings --- */

static const struct prop settings_props[] = {
	{ "ike-ports", PROP_PORT_LIST, IPSEC_A_SETTINGS_IKE_PORTS, .in = VERB_SET,
	  .help = "Local UDP ports whose traffic is IKE's: no policy applies to it." },
	{ "hold-packets", PROP_NUMBER, IPSEC_A_SETTINGS_HOLD_PACKETS, .max = 64, .in = VERB_SET,
	  .help = "Packets kept for each SA that was asked for." },
	{ "acquire-timeout", PROP_TIME, IPSEC_A_SETTINGS_ACQUIRE_TIMEOUT_S, .min = 1,
	  .in = VERB_SET,
	  .help = "How long to wait for it before asking again." },
	END
};

static const struct action settings_actions[] = {
	{ "print", VERB_PRINT, ARGS_PRINT, "Show the settings." },
	{ "set", VERB_SET, 0, "Change the settings given." },
	END
};

/* --- explain --- */

static const struct prop explain_props[] = {
	{ "direction", PROP_ENUM, IPSEC_A_EXPLAIN_DIR, .wire = WIRE_U8,
	  .names = names_sa_direction, .in = VERB_EXPLAIN, .implied = "out",
	  .help = "out: a packet that leaves; in: one that arrives clear." },
	{ "src-address", PROP_ADDRESS, IPSEC_A_EXPLAIN_SRC, .in = VERB_EXPLAIN,
	  .need = VERB_EXPLAIN, .help = "Its source." },
	{ "dst-address", PROP_ADDRESS, IPSEC_A_EXPLAIN_DST, .in = VERB_EXPLAIN,
	  .need = VERB_EXPLAIN, .help = "Its destination." },
	{ "protocol", PROP_NAMED, IPSEC_A_EXPLAIN_PROTO, .wire = WIRE_U8,
	  .names = names_protocol, .in = VERB_EXPLAIN, .help = "Its protocol." },
	{ "src-port", PROP_NUMBER, IPSEC_A_EXPLAIN_SPORT, .wire = WIRE_U16, .in = VERB_EXPLAIN,
	  .help = "Its source port, or ICMP type." },
	{ "dst-port", PROP_NUMBER, IPSEC_A_EXPLAIN_DPORT, .wire = WIRE_U16, .in = VERB_EXPLAIN,
	  .help = "Its destination port, or ICMP code." },
	{ "policy", PROP_NUMBER, IPSEC_A_EXPLAIN_POLICY_ID,
	  .help = "Id of the first row that matches." },
	{ "policy-number", PROP_NUMBER, .help = "Its number in print." },
	{ "action", PROP_ENUM, IPSEC_A_EXPLAIN_ACTION, .wire = WIRE_U8,
	  .names = names_policy_action, .help = "What is done with the packet." },
	{ "sa", PROP_NUMBER, IPSEC_A_EXPLAIN_SA_ID, .help = "Id of the SA it takes." },
	{ "spi", PROP_HEX, IPSEC_A_EXPLAIN_SPI, .wire = WIRE_BE32, .help = "SPI of that SA." },
	{ "ah-sa", PROP_NUMBER, IPSEC_A_EXPLAIN_AH_SA_ID,
	  .help = "With ipsec-protocols=esp,ah: id of the AH SA, outside of the other." },
	{ "ah-spi", PROP_HEX, IPSEC_A_EXPLAIN_AH_SPI, .wire = WIRE_BE32,
	  .help = "SPI of that SA." },
	{ "missing-sas", PROP_SET, IPSEC_A_EXPLAIN_MISSING, .wire = WIRE_U8,
	  .names = names_ipsec_protocols, .help = "Protocols for which there is no SA." },
	{ "payload-mtu", PROP_NUMBER, IPSEC_A_EXPLAIN_PAYLOAD_MTU,
	  .help = "Largest packet that fits." },
	{ "reason", PROP_TEXT, IPSEC_A_EXPLAIN_REASON, .help = "Why it is dropped." },
	{ "rows-omitted", PROP_NUMBER, IPSEC_A_EXPLAIN_ROWS_OMITTED,
	  .help = "Earlier rows that did not match and are not listed." },
	END
};

static const struct action explain_actions[] = {
	{ "", VERB_EXPLAIN, 0,
	  "Ask the code that handles packets what it would do with one, and why." },
	END
};

/* --- monitor, and the events it shows --- */

static const struct prop monitor_props[] = {
	{ "count", PROP_NUMBER, .min = 1, .max = UINT32_MAX, .in = VERB_MONITOR,
	  .help = "End after so many events." },
	{ "duration", PROP_TIME, .min = 1, .in = VERB_MONITOR, .help = "End after this time." },
	END
};

static const struct action monitor_actions[] = {
	{ "", VERB_MONITOR, 0, "Show events as they happen, one a line." },
	END
};

static const struct prop acquire_props[] = {
	{ "policy", PROP_NUMBER, IPSEC_A_ACQUIRE_POLICY_ID, .help = "Id of the row that asks." },
	{ "cookie", PROP_NUMBER, IPSEC_A_ACQUIRE_COOKIE, .wire = WIRE_U64, .help = "Its cookie." },
	{ "sa-src-address", PROP_ADDRESS, IPSEC_A_ACQUIRE_LOCAL, .help = "Our outer address." },
	{ "sa-dst-address", PROP_ADDRESS, IPSEC_A_ACQUIRE_REMOTE, .help = "The peer's." },
	{ "src-address", PROP_ADDRESS, IPSEC_A_ACQUIRE_SRC, .help = "Source of the packet." },
	{ "dst-address", PROP_ADDRESS, IPSEC_A_ACQUIRE_DST, .help = "Its destination." },
	{ "protocol", PROP_NAMED, IPSEC_A_ACQUIRE_PROTO, .wire = WIRE_U8,
	  .names = names_protocol, .help = "Its protocol." },
	{ "missing-sas", PROP_SET, IPSEC_A_ACQUIRE_MISSING, .wire = WIRE_U8,
	  .names = names_ipsec_protocols, .help = "Protocols for which there is no SA." },
	{ "src-port", PROP_NUMBER, IPSEC_A_ACQUIRE_SPORT, .wire = WIRE_U16,
	  .help = "Its source port, or ICMP type." },
	{ "dst-port", PROP_NUMBER, IPSEC_A_ACQUIRE_DPORT, .wire = WIRE_U16,
	  .help = "Its destination port, or ICMP code." },
	END
};

static const struct prop sa_event_props[] = {
	{ "hard", PROP_ENUM, IPSEC_A_SA_EXPIRE_HARD, .wire = WIRE_U8, .names = names_hard,
	  .help = "Of expire: yes at the hard limit, no at the soft one." },
	{ "why", PROP_ENUM, IPSEC_A_SA_EXPIRE_WHY, .wire = WIRE_U8, .names = names_expire_why,
	  .help = "Of expire: the limit." },
	{ "id", PROP_NUMBER, IPSEC_A_SA_ID, .show = SHOW_ID, .help = "Id of the SA." },
	{ "spi", PROP_HEX, IPSEC_A_SA_SPI, .wire = WIRE_BE32, .help = "Its SPI." },
	{ "direction", PROP_ENUM, IPSEC_A_SA_DIR, .wire = WIRE_U8, .names = names_sa_direction,
	  .help = "Its direction." },
	{ "ipsec-protocol", PROP_ENUM, IPSEC_A_SA_PROTO, .wire = WIRE_U8,
	  .names = names_sa_protocol, .help = "Its protocol." },
	{ "mode", PROP_ENUM, IPSEC_A_SA_MODE, .wire = WIRE_U8, .names = names_sa_mode,
	  .help = "Its mode." },
	{ "src-address", PROP_ADDRESS, IPSEC_A_SA_SRC, .help = "Its outer source address." },
	{ "dst-address", PROP_ADDRESS, IPSEC_A_SA_DST, .help = "Its outer destination address." },
	{ "src-port", PROP_NUMBER, IPSEC_A_SA_ENCAP_SPORT, .wire = WIRE_BE16,
	  .help = "Its UDP source port." },
	{ "dst-port", PROP_NUMBER, IPSEC_A_SA_ENCAP_DPORT, .wire = WIRE_BE16,
	  .help = "Its UDP destination port." },
	{ "policy", PROP_NUMBER, IPSEC_A_SA_POLICY_ID, .help = "Id of the only row it serves." },
	{ "seq", PROP_NUMBER, IPSEC_A_SA_SEQ, .wire = WIRE_U64, .help = "Its sequence number." },
	{ "packets", PROP_NUMBER, IPSEC_A_SA_PACKETS, .wire = WIRE_U64, .help = "Its packets." },
	{ "bytes", PROP_NUMBER, IPSEC_A_SA_BYTES, .wire = WIRE_U64, .help = "Its bytes." },
	{ "cookie", PROP_NUMBER, IPSEC_A_SA_COOKIE, .wire = WIRE_U64, .help = "Its cookie." },
	END
};

/* --- rows inside answers --- */

static const struct prop reason_props[] = {
	{ "reason", PROP_TEXT, IPSEC_A_REASON_NAME, .help = "Why packets were dropped." },
	{ "stat", PROP_NUMBER, IPSEC_A_REASON_STAT, .help = "The counter it is part of." },
	{ "value", PROP_NUMBER, IPSEC_A_REASON_VALUE, .wire = WIRE_U64, .help = "How many." },
	END
};

static const struct prop passed_over_props[] = {
	{ "id", PROP_NUMBER, IPSEC_A_EXPLAIN_ROW_ID, .help = "Id of a row that does not match." },
	{ "field", PROP_TEXT, IPSEC_A_EXPLAIN_ROW_FIELD, .help = "The first property that "
								 "differs." },
	END
};

static const struct action no_actions[] = { END };
static const struct flag_letter no_letters[] = { { 0, NULL } };

const struct menu schema_menus[] = {
	{ "kernel policy", "Rows of the kernel's policy table, first match wins.",
	  policy_props, policy_actions, policy_letters, "detail terse count-only stats",
	  IPSEC_A_POLICY, IPSEC_CMD_POLICY_GET, menus_check_policy, NULL },
	{ "kernel sa", "SAs with keys set by hand.",
	  sa_props, sa_actions, sa_letters, "detail terse count-only stats show-sensitive",
	  IPSEC_A_SA, IPSEC_CMD_SA_GET, menus_check_sa, NULL },
	{ "kernel settings", "Settings of the kernel module.",
	  settings_props, settings_actions, no_letters, "",
	  IPSEC_A_SETTINGS, IPSEC_CMD_SETTINGS_GET, NULL, NULL },
	{ "installed-sa", "All SAs as RouterOS shows them.",
	  installed_props, installed_actions, installed_letters,
	  "detail terse count-only stats show-sensitive",
	  IPSEC_A_SA, IPSEC_CMD_SA_GET, NULL, menus_derive_installed },
	{ "statistics", "Counters of dropped packets, under the names of the RouterOS manual.",
	  statistics_props, statistics_actions, no_letters, "detail",
	  IPSEC_A_STATS, IPSEC_CMD_STATS_GET, NULL, NULL },
	{ "algorithm", "Algorithms this kernel offers.",
	  algorithm_props, algorithm_actions, algorithm_letters, "detail terse count-only",
	  IPSEC_A_ALG, IPSEC_CMD_ALG_GET, NULL, NULL },
	{ "explain", "What would happen to a packet.",
	  explain_props, explain_actions, no_letters, "",
	  IPSEC_A_EXPLAIN, IPSEC_CMD_EXPLAIN, menus_check_explain, NULL },
	{ "monitor", "Events of the kernel module.",
	  monitor_props, monitor_actions, no_letters, "", 0, 0, NULL, NULL },
	{ "event acquire", "A policy row needs an SA.",
	  acquire_props, no_actions, no_letters, "", IPSEC_A_ACQUIRE, 0, NULL, NULL },
	{ "event sa", "Something happened to an SA.",
	  sa_event_props, no_actions, no_letters, "", IPSEC_A_SA, 0, NULL, NULL },
	{ "reason", "What a counter is a sum of.",
	  reason_props, no_actions, no_letters, "", IPSEC_A_REASON, 0, NULL, NULL },
	{ "passed over", "A row that explain passed over.",
	  passed_over_props, no_actions, no_letters, "", IPSEC_A_EXPLAIN_ROW, 0, NULL, NULL },
	{ .path = NULL }
};
