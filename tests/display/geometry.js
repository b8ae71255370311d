/* Looks at a drawn screen as a person would: is a text cut off, outside, or over another? Returns what it finds. */
() => {
  const width = window.innerWidth;
  const tall = document.documentElement.className === 'phone';
  const height = tall ? Infinity : window.innerHeight;
  const faults = [];
  const words = [];
  const shown = (element) => {
    const closed = element.closest('details:not([open])');
    if (closed && !element.closest('summary')) return false;
    const style = getComputedStyle(element);
    return style.visibility === 'visible' && style.display !== 'none' && element.getClientRects().length > 0;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const parent = node.parentElement;
    if (!text || !shown(parent) || ['SCRIPT', 'NOSCRIPT'].includes(parent.tagName)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (!box.width) continue;
      // A line box is taller than its letters.
      const size = parseFloat(getComputedStyle(parent).fontSize);
      const middle = (box.top + box.bottom) / 2;
      words.push({ text, parent, left: box.left, right: box.right, top: middle - size * 0.36, bottom: middle + size * 0.36 });
    }
  }
  const fixed = (element) => element.closest('#stale, #said');
  words.forEach((one, index) => {
    if (one.left < -1 || one.right > width + 1 || one.top < -1 || one.bottom > height + 1) faults.push(`outside: ${one.text}`);
    for (let box = one.parent; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      const rect = box.getBoundingClientRect();
      const holds = style.overflow !== 'visible' || (style.backgroundColor !== 'rgba(0, 0, 0, 0)' && style.display !== 'inline');
      if (!holds) continue;
      const out = one.left < rect.left - 1 || one.right > rect.right + 1 || one.top < rect.top - 2 || one.bottom > rect.bottom + 2;
      if (out) faults.push(`out of ${box.className || box.tagName}: ${one.text}`);
      break;
    }
    for (const other of words.slice(index + 1)) {
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      const apart = Boolean(fixed(one.parent)) !== Boolean(fixed(other.parent));
      if (wide > 1 && high > 1 && !(tall && apart)) faults.push(`over each other: ${one.text} / ${other.text}`);
    }
  });
  if (document.documentElement.scrollWidth > width + 1) faults.push('the page scrolls sideways');
  return { faults, words: words.length };
}
