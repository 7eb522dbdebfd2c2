//! The heap that `topk` keeps its best in.
//!
//! Which of equal series stay depends on each comparison and swap, so they are those of Go's `container/heap`:
//! the standard library's own heap would keep others.

/// Adds an item. `before` says whether the first goes nearer to the top than the second.
pub(super) fn push<T>(heap: &mut Vec<T>, item: T, before: &impl Fn(&T, &T) -> bool) {
    heap.push(item);
    let mut place = heap.len() - 1;
    while place > 0 {
        let parent = (place - 1) / 2;
        if !before(&heap[place], &heap[parent]) {
            break;
        }
        heap.swap(parent, place);
        place = parent;
    }
}

/// Puts an item in place of the topmost; does nothing to an empty heap.
pub(super) fn replace_top<T>(heap: &mut [T], item: T, before: &impl Fn(&T, &T) -> bool) {
    if let Some(top) = heap.first_mut() {
        *top = item;
        sink(heap, before);
    }
}

/// Takes the topmost away, the last one in its place.
pub(super) fn pop<T>(heap: &mut Vec<T>, before: &impl Fn(&T, &T) -> bool) {
    if !heap.is_empty() {
        heap.swap_remove(0);
        sink(heap, before);
    }
}

/// Moves the topmost down to where it belongs.
fn sink<T>(heap: &mut [T], before: &impl Fn(&T, &T) -> bool) {
    let mut place = 0;
    loop {
        let mut child = 2 * place + 1;
        if child >= heap.len() {
            break;
        }
        if child + 1 < heap.len() && before(&heap[child + 1], &heap[child]) {
            child += 1;
        }
        if !before(&heap[child], &heap[place]) {
            break;
        }
        heap.swap(place, child);
        place = child;
    }
}
