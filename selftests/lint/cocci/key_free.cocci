// SPDX-License-Identifier: GPL-2.0-or-later
// Memory that held a key is wiped before it is freed.
@ typed @
struct ipsec_key *key;
@@
* \( kfree \| kvfree \)(key)

@ named @
identifier k =~ "(^|_)(key|keys|keymat|secret|salt)($|_)";
expression e;
@@
(
* \( kfree \| kvfree \)(k)
|
* \( kfree \| kvfree \)(e->k)
|
* \( kfree \| kvfree \)(e.k)
|
* kfree_rcu(k, ...)
|
* memset(k, 0, ...)
|
* memset(e->k, 0, ...)
)

@ given @
expression buf;
identifier setkey =~ "_setkey$";
@@
  setkey(..., buf, ...)
  ...
* \( kfree \| kvfree \)(buf)
