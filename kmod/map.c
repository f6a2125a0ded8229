// SPDX-License-Identifier: GPL-2.0
/*
 * The mapped regions. Each is mapped whole; what the kernel writes is read-only
 * for good. The pages stay as long as anybody maps them. No lock is taken: the
 * caller holds mmap_lock, which is taken inside ours when user memory faults.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "hub.h"
#include "session.h"

static int map_read_only(struct vm_area_struct *vma, void *memory, size_t size)
{
	if (vma->vm_end - vma->vm_start != PAGE_ALIGN(size))
		return -EINVAL;
	if (vma->vm_flags & VM_WRITE)
		return -EACCES;
	/* Nor by mprotect(2). */
	vm_flags_clear(vma, VM_MAYWRITE);
	return remap_vmalloc_range(vma, memory, 0);
}

/* The session's cursor page; several callers agree on the first one's. */
static struct page *cursor_page(struct gpiohub_session *session)
{
	struct gpiohub_cursor *cursor;
	struct page *page, *other;
	u32 pos = (u32)READ_ONCE(session->pos);

	/* Pairs with cmpxchg() below: a page that is seen is initialised. */
	page = smp_load_acquire(&session->cursor_page);
	if (page)
		return page;
	page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!page)
		return NULL;
	cursor = page_address(page);
	cursor->tail = pos;
	cursor->wake_at = pos + 1;
	other = cmpxchg(&session->cursor_page, NULL, page);
	if (other) {
		__free_page(page);
		return other;
	}
	return page;
}

static int map_cursor(struct vm_area_struct *vma, struct gpiohub_session *session)
{
	struct page *page;
	int err;

	if (vma->vm_end - vma->vm_start != PAGE_SIZE)
		return -EINVAL;
	if (!(vma->vm_file->f_mode & FMODE_WRITE))
		return -EACCES;
	page = cursor_page(session);
	if (!page)
		return -ENOMEM;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	err = vm_insert_page(vma, vma->vm_start, page);
	if (err)
		return err;
	/*
	 * From now on the cursor is the reader's place, and read(2) is refused:
	 * also to whoever is asleep in it.
	 */
	WRITE_ONCE(session->cursor, page_address(page));
	gpiohub_sleepers_changed(session);
	return 0;
}

int gpiohub_map(struct file *file, struct vm_area_struct *vma)
{
	struct gpiohub_session *session = file->private_data;
	struct gpiohub_hub *hub = session->hub;

	if (gpiohub_hub_dead(hub))
		return -ENODEV;
	/* MAP_SHARED of a read-only file has VM_MAYSHARE alone. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	switch (vma->vm_pgoff) {
	case GPIOHUB_MMAP_STATE >> PAGE_SHIFT:
		return map_read_only(vma, hub->state, sizeof(*hub->state));
	case GPIOHUB_MMAP_CURSOR >> PAGE_SHIFT:
		return map_cursor(vma, session);
	case GPIOHUB_MMAP_POSITIONS >> PAGE_SHIFT:
		return map_read_only(vma, hub->ring.positions, sizeof(*hub->ring.positions));
	case GPIOHUB_MMAP_RECORDS >> PAGE_SHIFT:
		return map_read_only(vma, hub->ring.records,
				     ((size_t)hub->ring.mask + 1) * sizeof(*hub->ring.records));
	default:
		return -EINVAL;
	}
}
