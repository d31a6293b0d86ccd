// SPDX-License-Identifier: GPL-2.0-or-later
// An ICV, a MAC or a key compared byte by byte tells by its time how much of it was right: crypto_memneq().
@@
identifier i =~ "(^|_)(icv|mac|tag|digest|auth_data|key|secret)($|_)";
expression e;
@@
(
* \( memcmp \| strcmp \| strncmp \| bcmp \)(..., <+... i ...+>, ...)
|
* \( memcmp \| strcmp \| strncmp \| bcmp \)(..., <+... e->i ...+>, ...)
|
* \( memcmp \| strcmp \| strncmp \| bcmp \)(..., <+... e.i ...+>, ...)
)
