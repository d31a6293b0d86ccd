// SPDX-License-Identifier: GPL-2.0-or-later
// What cppcheck must find: a value read before it is set, and a loop over nothing that sets it.

int uninitialised(struct list_head *head)
{
	struct item *pos;
	int found;

	list_for_each_entry(pos, head, list) {
		if (pos->wanted)
			break;
	}
	return found;
}
