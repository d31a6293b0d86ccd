// SPDX-License-Identifier: GPL-2.0-or-later
#include "menus_check.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/ipsec_genl.h>

#include "algs.h"

static uint8_t family_of(const struct row *row, const char *name)
{
	const struct value *value = row_value(row, name);

	return value->set ? value->addr.family : 0;
}

static const char *family_text(uint8_t family)
{
	return family == AF_INET ? "IPv4" : "IPv6";
}

/* Two addresses that must be of one family, where both are given. */
static int check_families(const struct row *row, const char *a, const char *b,
			  struct fault *fault)
{
	uint8_t fa = family_of(row, a), fb = family_of(row, b);

	if (!fa || !fb || fa == fb)
		return 0;
	return row_fault(row, b, fault, "is %s but %s is %s; use two of one family",
			 family_text(fb), a, family_text(fa));
}

static bool has_ports(uint64_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_DCCP || protocol == IPPROTO_UDPLITE;
}

static bool is_icmp(uint64_t protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

/* Ports mean something with some protocols alone; ICMP types and codes are bytes. */
static int check_port(const struct row *row, const char *name, bool any, uint64_t highest,
		      struct fault *fault)
{
	const struct value *protocol = row_value(row, "protocol");

	if (!row_has(row, name) || any)
		return 0;
	if (!protocol->set || (!has_ports(protocol->number) && !is_icmp(protocol->number)))
		return row_fault(row, name, fault,
				 "only some protocols have ports; add protocol=tcp, udp, sctp, "
				 "dccp, udp-lite, icmp or icmpv6");
	if (is_icmp(protocol->number) && highest > UINT8_MAX)
		return row_fault(row, name, fault, "an ICMP type or code is 0 to 255");
	return 0;
}

static int check_policy_ports(const struct row *row, const char *name, struct fault *fault)
{
	const struct value *value = row_value(row, name);

	return check_port(row, name, !value->low && value->high == UINT16_MAX, value->high, fault);
}

static int check_policy_tunnel(const struct row *row, struct fault *fault)
{
	const struct value *action = row_value(row, "action");
	const struct value *tunnel = row_value(row, "tunnel");

	if (action->set && action->number != IPSEC_POLICY_ACTION_PROTECT)
		return 0;
	if (!tunnel->set || tunnel->number != IPSEC_SA_MODE_TUNNEL)
		return 0;
	for (int i = 0; i < 2; i++) {
		static const char *const ends[] = { "sa-src-address", "sa-dst-address" };

		if (!row_has(row, ends[i]))
			return row_fault(row, ends[i], fault,
					 "is missing; a tunnel needs it, the outer address %s",
					 i ? "of the peer" : "of this router");
	}
	return 0;
}

int menus_check_policy(struct row *row, enum verb verb, struct fault *fault)
{
	if (check_families(row, "src-address", "dst-address", fault) ||
	    check_families(row, "sa-src-address", "sa-dst-address", fault))
		return -1;
	if (verb != VERB_ADD)
		return 0;
	if (check_policy_ports(row, "src-port", fault) || check_policy_ports(row,
		"dst-port", fault))
		return -1;
	return check_policy_tunnel(row, fault);
}

static int check_key(const struct row *row, const char *name, const struct algs_row *alg,
		     struct fault *fault)
{
	const struct value *key = row_value(row, name);
	unsigned int right = alg->key_bytes + alg->salt_bytes;

	if (!right)
		return key->set ? row_fault(row, name, fault, "%s takes no key; leave it out",
					    alg->name) : 0;
	if (!key->set)
		return row_fault(row, name, fault, "is missing; %s needs %u bytes", alg->name,
				 right);
	if (key->size == right)
		return 0;
	if (alg->salt_bytes)
		return row_fault(row, name, fault,
				 "is %zu bytes; %s takes %u (%u of key, then %u of salt)",
				 key->size, alg->name, right, alg->key_bytes, alg->salt_bytes);
	return row_fault(row, name, fault, "is %zu bytes; %s takes %u", key->size, alg->name,
			 right);
}

/* RouterOS writes auth-algorithm=null beside an AEAD; on the wire there is none then. */
static int check_aead(struct row *row, const struct algs_row *enc, struct fault *fault)
{
	struct value *auth = row_value(row, "auth-algorithm");

	if (auth->set && strcmp(auth->text, "null"))
		return row_fault(row, "auth-algorithm", fault,
				 "%s has integrity of its own; leave it out", enc->name);
	if (row_has(row, "auth-key"))
		return row_fault(row, "auth-key", fault,
				 "%s has integrity of its own; leave it out", enc->name);
	value_free(schema_prop(row->menu, "auth-algorithm"), auth);
	return 0;
}

/* RFC 4302: integrity alone, of the addresses as well. */
static int check_ah(const struct row *row, struct fault *fault)
{
	static const char *const esp_only[] = { "enc-algorithm", "enc-key", "tfc-pad", "insecure" };
	const struct value *auth = row_value(row, "auth-algorithm");
	const struct value *encap = row_value(row, "nat-traversal");

	for (size_t i = 0; i < sizeof(esp_only) / sizeof(esp_only[0]); i++)
		if (row_has(row, esp_only[i]))
			return row_fault(row, esp_only[i], fault,
					 "AH does not encrypt; leave it out, or use "
					 "ipsec-protocol=esp");
	if (encap->set && encap->number == IPSEC_SA_ENCAP_UDP)
		return row_fault(row, "nat-traversal", fault,
				 "AH covers the addresses, which NAT changes; use "
				 "ipsec-protocol=esp");
	if (!auth->set || !strcmp(auth->text, "null"))
		return row_fault(row, "auth-algorithm", fault,
				 "is missing; AH needs one, such as sha256");
	return check_key(row, "auth-key", algs_auth(auth->text), fault);
}

static int check_sa_algorithms(struct row *row, struct fault *fault)
{
	const struct value *enc_word = row_value(row, "enc-algorithm");
	const struct algs_row *enc = enc_word->set ? algs_enc(enc_word->text) : NULL;
	struct value *auth = row_value(row, "auth-algorithm");
	struct value *insecure = row_value(row, "insecure");

	if (row_value(row, "ipsec-protocol")->number == IPPROTO_AH)
		return check_ah(row, fault);
	if (!enc)
		return row_fault(row, "enc-algorithm", fault, "is missing; add enc-algorithm=…");
	if (check_key(row, "enc-key", enc, fault))
		return -1;
	if (enc->aead)
		return check_aead(row, enc, fault);
	if (!auth->set)
		return row_fault(row, "auth-algorithm", fault,
				 "is missing; %s does not protect integrity: add one of sha1, "
				 "sha256, sha384, sha512",
				 enc->name);
	if (check_key(row, "auth-key", algs_auth(auth->text), fault))
		return -1;
	if (!enc->key_bytes && !strcmp(auth->text, "null") &&
	    !(insecure->set && insecure->number))
		return row_fault(row, "auth-algorithm", fault,
				 "null encryption without integrity protects nothing; add "
				 "insecure=yes if this is for measuring");
	return 0;
}

static int check_sa_window(const struct row *row, struct fault *fault)
{
	const struct value *window = row_value(row, "replay-window");
	const struct value *esn = row_value(row, "esn");

	if (!window->set)
		return 0;
	if (window->number && window->number < 32)
		return row_fault(row, "replay-window", fault,
				 "too small; use 32 to 4096, or 0 for no check");
	if (!window->number && esn->set && esn->number)
		return row_fault(row, "replay-window", fault,
				 "esn=yes needs a window (RFC 4303 section 3.3.3); use 32 to 4096");
	return 0;
}

static void set_default_port(struct row *row, const char *name)
{
	struct value *port = row_value(row, name);

	if (!port->set)
		*port = (struct value){ .set = true, .number = 4500 };
}

static int check_sa_encap(struct row *row, struct fault *fault)
{
	const struct value *encap = row_value(row, "nat-traversal");

	if (encap->set && encap->number == IPSEC_SA_ENCAP_UDP) {
		set_default_port(row, "src-port");
		set_default_port(row, "dst-port");
	} else if (row_has(row, "src-port") || row_has(row, "dst-port")) {
		return row_fault(row, row_has(row, "src-port") ? "src-port" : "dst-port", fault,
				 "is a UDP port of NAT traversal; add nat-traversal=yes");
	}
	return 0;
}

static int check_sa_remove(const struct row *row, struct fault *fault)
{
	if (row_has(row, "spi") && !row_has(row, "dst-address"))
		return row_fault(row, "spi", fault,
				 "an SPI names an SA together with its address; add "
				 "dst-address=…, or use [find spi=…]");
	if (row_has(row, "dst-address") && !row_has(row, "spi"))
		return row_fault(row, "dst-address", fault, "add spi=…, or use [find "
							    "dst-address=…]");
	return 0;
}

/* Wire fields that have a default of ours rather than of the kernel. */
static void settle_sa(struct row *row)
{
	struct value *protocol = row_value(row, "ipsec-protocol");
	struct value *mode = row_value(row, "mode");

	if (!protocol->set)
		*protocol = (struct value){ .set = true, .number = IPPROTO_ESP };
	if (!mode->set)
		*mode = (struct value){ .set = true, .number = IPSEC_SA_MODE_TRANSPORT };
}

int menus_check_sa(struct row *row, enum verb verb, struct fault *fault)
{
	if (verb == VERB_FLUSH)
		return 0;
	if (verb == VERB_REMOVE)
		return check_sa_remove(row, fault);
	if (check_families(row, "src-address", "dst-address", fault) ||
	    check_families(row, "sel-src-address", "sel-dst-address", fault))
		return -1;
	if (verb == VERB_SET)
		return 0;
	settle_sa(row);
	if (verb == VERB_GET_SPI) {
		/* a larval SA has a hard limit alone */
		row_value(row, "lifetime")->low = VALUE_NOT_GIVEN;
		return 0;
	}
	if (check_sa_algorithms(row, fault) || check_sa_window(row, fault))
		return -1;
	return check_sa_encap(row, fault);
}

int menus_check_explain(struct row *row, enum verb verb, struct fault *fault)
{
	struct value *direction = row_value(row, "direction");

	(void)verb;
	if (check_families(row, "src-address", "dst-address", fault))
		return -1;
	if (check_port(row, "src-port", false, row_value(row, "src-port")->number, fault) ||
	    check_port(row, "dst-port", false, row_value(row, "dst-port")->number, fault))
		return -1;
	if (!direction->set)
		*direction = (struct value){ .set = true, .number = IPSEC_SA_DIR_OUT };
	return 0;
}

/* What RouterOS shows of an SA and the kernel does not say in so many words. */
void menus_derive_installed(struct row *row)
{
	const struct value *enc = row_value(row, "enc-algorithm");
	const struct value *added = row_value(row, "added");
	const struct value *life = row_value(row, "add-lifetime");
	const struct algs_row *alg = enc->set ? algs_enc(enc->text) : NULL;
	uint64_t age = added->set ? added->number / 1000 : 0;
	struct tm when;
	char text[32];
	time_t then;

	if (alg)
		*row_value(row, "enc-key-size") = (struct value){
			.set = true, .number = alg->key_bytes * 8,
		};
	if (life->set && life->high)
		*row_value(row, "expires-in") = (struct value){
			.set = true, .number = life->high > age ? life->high - age : 0,
		};
	if (!added->set)
		return;
	then = time(NULL) - (time_t)age;
	if (localtime_r(&then, &when) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &when))
		*row_value(row, "addtime") = (struct value){ .set = true, .text = strdup(text) };
}
