// SPDX-License-Identifier: GPL-2.0-or-later
// Under a spinlock, in an RCU reader or with softirqs off nothing may sleep.
@@
identifier alloc =~ "^(k[vmz]|__k|kmem|sk|skb|alloc|nlmsg_new|xa_|crypto_alloc|percpu_ref|dst_cache|genlmsg)";
identifier nap =~ "^(mutex_lock|down_(read|write)|msleep|usleep_range|schedule$|schedule_timeout|cond_resched|might_sleep|synchronize_|rcu_barrier|wait_for_completion|copy_(from|to)_user|crypto_alloc_|flush_work|cancel_work_sync|cancel_delayed_work_sync|free_percpu|rtnl_lock|ipsec_key_new|ipsec_alg_probe)";
@@
(
  spin_lock(...);
|
  spin_lock_bh(...);
|
  spin_lock_irq(...);
|
  spin_lock_irqsave(...);
|
  read_lock_bh(...);
|
  write_lock_bh(...);
|
  rcu_read_lock();
|
  rcu_read_lock_bh();
|
  local_bh_disable();
|
  local_irq_disable();
|
  preempt_disable();
)
  ... when != spin_unlock(...)
      when != spin_unlock_bh(...)
      when != spin_unlock_irq(...)
      when != spin_unlock_irqrestore(...)
      when != read_unlock_bh(...)
      when != write_unlock_bh(...)
      when != rcu_read_unlock()
      when != rcu_read_unlock_bh()
      when != local_bh_enable()
      when != local_irq_enable()
      when != preempt_enable()
(
* alloc(..., \( GFP_KERNEL \| GFP_USER \| GFP_KERNEL_ACCOUNT \), ...)
|
* nap(...)
)
