# SPDX-License-Identifier: GPL-2.0-or-later
# report.awk: from guest's lines "cost CASE VALUE" to the table and the lines "ratio NAME VALUE GOAL".
# Everything is over plain forwarding on the same road, which also takes the generator's own cost away.

$1 == "cost" { cost[$2] = $3; next }
{ print }

function has(who, c) { return (who "-" c) in cost }

# over(WHO, CASE, PLAIN): what WHO adds to a packet, "" where it was not measured
function over(who, c, plain) {
	if (!has(who, c) || !has("plain", plain))
		return ""
	return cost[who "-" c] - cost["plain-" plain]
}

function less(a, b) { return a == "" || b == "" ? "" : a - b }

function number(v, format) { return v == "" ? "-" : sprintf(format, v) }

function ratio(a, b) { return a == "" || b == "" || b <= 0 ? "-" : sprintf("%.3f", a / b) }

function ratio_line(name, value, goal) { lines = lines sprintf("ratio %s %s %s\n", name, value, goal) }

# row(NAME, TITLE, GOAL, FORMAT, PLAIN, XFRM, FLOWTABLE, CULVERT)
function row(name, title, goal, format, plain, x, f, c) {
	printf "%-50s %9s %9s %9s %9s %9s %6s\n", title, number(plain, format), number(x, format), number(f, format),
		number(c, format), ratio(c, x), goal
	ratio_line(name, ratio(c, x), goal)
	if (f != "")
		ratio_line(name "-flowtable", ratio(c, f), "-")
}

# simple(NAME, TITLE, GOAL, FORMAT, CASE, PLAIN): one case over one plain case
function simple(name, title, goal, format, c, plain) {
	row(name, title, goal, format, cost["plain-" plain], over("xfrm", c, plain), over("flowtable", c, plain),
		over("culvert", c, plain))
}

# inbound(NAME, TITLE, GOAL, FORMAT, CASE): the full road less its first half; KIND is "" or "-allocations"
function inbound(name, title, goal, format, suite, kind,  full, half, plain) {
	full = suite "-full" kind
	half = suite "-half" kind
	plain = suite
	sub(/^[a-z]+/, "clear", plain)
	row(name, title, goal, format, less(cost["plain-" plain "-full" kind], cost["plain-" plain "-half" kind]),
		less(over("xfrm", full, plain "-full" kind), over("xfrm", half, plain "-half" kind)), "",
		less(over("culvert", full, plain "-full" kind), over("culvert", half, plain "-half" kind)))
}

# flat(NAME, GOAL, MANY, FEW, PLAIN): ours against ours
function flat(name, goal, many, few, plain) {
	ratio_line(name, ratio(over("culvert", many, plain), over("culvert", few, plain)), goal)
}

function tunnels(suite, title, out_goal, in_goal, small_goal, large_goal,  size) {
	for (size = 64; size <= 1400; size += 1336) {
		simple("out-" suite "-" size, "outbound hop, " title ", " size " B", size == 64 ? out_goal : "-", "%.0f",
			suite "-" size "-half", "clear-" size "-half")
		inbound("in-" suite "-" size, "inbound hop, " title ", " size " B", size == 64 ? in_goal : "-", "%.0f",
			suite "-" size, "")
		transit(suite, title, size, size == 64 ? small_goal : large_goal)
	}
}

function transit(suite, title, size, goal) {
	simple("transit-" suite "-" size, "both hops, " title ", " size " B", goal, "%.0f", suite "-" size "-full",
		(suite == "gcm6" ? "clear6-" : "clear-") size "-full")
}

# memory(NAME, TITLE, GOAL): bytes per object; the goal is for our bytes, not the ratio
function memory(name, title, goal, c) {
	c = "memory-" name
	printf "%-50s %9s %9.0f %9s %9.0f %9s %6s\n", title, "", cost["xfrm-" c], "", cost["culvert-" c],
		ratio(cost["culvert-" c], cost["xfrm-" c]), "-"
	lines = lines sprintf("bytes %s %.0f %s\n", c, cost["culvert-" c], goal)
}

END {
	printf "%-50s %9s %9s %9s %9s %9s %6s\n", "instructions per packet", "plain", "+ XFRM", "flowtable", "+ Culvert",
		"to XFRM", "goal"
	tunnels("null", "null cipher", 0.17, 0.25, "-", "-")
	tunnels("gcm", "AES-128-GCM", "-", "-", 0.33, 0.5)
	for (size = 64; size <= 1400; size += 1336) {
		transit("gcmnatt", "AES-128-GCM in UDP", size, "-")
		transit("chacha", "ChaCha20-Poly1305", size, "-")
		transit("cbcsha1", "AES-128-CBC, HMAC-SHA1", size, "-")
		transit("cbcsha256", "AES-128-CBC, HMAC-SHA2-256", size, "-")
		transit("ahsha256", "AH, HMAC-SHA2-256", size, "-")
	}
	transit("gcm6", "AES-128-GCM, IPv6 in IPv6", 96, "-")
	transit("gcm6", "AES-128-GCM, IPv6 in IPv6", 1400, "-")
	for (n = 1; n <= 16384; n = n == 1 ? 1000 : n == 1000 ? 16384 : n + 1)
		simple("sas-" n, "both hops, AES-128-GCM, 64 B, " n " inbound SAs", "-", "%.0f", "sas" n "-64-full",
			"clear-64-full")
	flat("sas-16384-to-1", 1.15, "sas16384-64-full", "sas1-64-full", "clear-64-full")
	once = ", new flows"
	flows = "-flows"
	simple("idle", "clear packets, module loaded, never used", "-", "%.0f", "clear-64-half", "clear-64-half")
	for (kind = 0; kind < 2; kind++) {
		k = kind ? flows : ""
		t = kind ? once : ""
		for (n = 1; n <= 10000; n *= 10000)
			simple("tax-" n k, "clear packets, " n (n == 1 ? " row" : " rows") " for others" t, kind ? "-" : 0.05,
				"%.0f", "unmatched" n "-64-half" k, "clear-64-half" k)
		for (n = 10; n <= 10000; n *= n == 10 ? 100 : 10)
			simple("nested-" n k, "outbound, AES-128-GCM, " n " nested rows" t, "-", "%.0f",
				"nested" n "-64-half" k, "clear-64-half" k)
		flat("tax-10000-to-1" k, kind ? "-" : 1.15, "unmatched10000-64-half" k, "unmatched1-64-half" k, "clear-64-half" k)
		flat("nested-10000-to-10" k, 1.15, "nested10000-64-half" k, "nested10-64-half" k, "clear-64-half" k)
	}
	simple("transit-gcm-64-flows", "both hops, AES-128-GCM, 64 B, 60,000 flows", "-", "%.0f", "gcm-64-full-flows",
		"clear-64-full-flows")
	flat("nested-100000-to-10", "-", "nested100000-64-half", "nested10-64-half", "clear-64-half")
	printf "\n%-50s %9s %9s %9s %9s %9s %6s\n", "bytes of memory", "", "XFRM", "", "Culvert", "to XFRM", "goal"
	memory("sa", "an inbound SA, AES-128-GCM", 1450)
	memory("row", "a policy, each system's rows for one", 256)
	printf "\n%-50s %9s %9s %9s %9s %9s %6s\n", "allocations per packet", "plain", "+ XFRM", "flowtable", "+ Culvert",
		"to XFRM", "goal"
	for (kind = 0; kind < 2; kind++) {
		k = kind ? "gcm" : "null"
		t = kind ? "AES-128-GCM" : "null cipher"
		simple("out-" k "-allocations", "outbound hop, " t, "-", "%.2f", k "-64-half-allocations",
			"clear-64-half-allocations")
		inbound("in-" k "-allocations", "inbound hop, " t, "-", "%.2f", k "-64", "-allocations")
	}
	printf "\n%s", lines
}
