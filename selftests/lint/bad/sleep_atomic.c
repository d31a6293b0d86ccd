// SPDX-License-Identifier: GPL-2.0-or-later
// Each line that ends in `bad` must be found, no other.

void *under_lock(struct table *t)
{
	void *p;

	spin_lock_bh(&t->lock);
	p = kmalloc(8, GFP_KERNEL); /* bad */
	spin_unlock_bh(&t->lock);
	return p;
}

int in_reader(struct table *t)
{
	rcu_read_lock();
	if (t->busy) {
		mutex_lock(&t->mutex); /* bad */
		mutex_unlock(&t->mutex);
	}
	rcu_read_unlock();
	return 0;
}

void softirqs_off(void)
{
	local_bh_disable();
	synchronize_rcu(); /* bad */
	local_bh_enable();
}

void *well(struct table *t)
{
	void *p;

	spin_lock_bh(&t->lock);
	p = kmalloc(8, GFP_ATOMIC);
	schedule_work(&t->work);
	spin_unlock_bh(&t->lock);
	return p ? p : kmalloc(8, GFP_KERNEL);
}
