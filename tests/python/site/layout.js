var told = [], waiting = PAGES.slice();
function shown(element) {
    // What is drawn, and not only there for screen readers or until it is jumped to.
    if (!element.checkVisibility() || element.closest('.unseen, .skip, details:not([open]) > :not(summary)')) {
        return false;
    }
    var box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
}
function named(element) {
    return element.tagName + '.' + (element.getAttribute('class') || '') + ' ' + element.textContent.trim().slice(0, 30);
}
function small(page) {
    // WCAG 2.2, 2.5.8: 24 by 24, or a circle of 24 that meets no other target; links in a sentence are free.
    var targets = Array.from(page.querySelectorAll('a[href], button, input, summary')).filter(shown);
    var boxes = targets.map(function (each) { return each.getBoundingClientRect(); });
    return targets.filter(function (each, at) {
        var box = boxes[at], x = box.left + box.width / 2, y = box.top + box.height / 2;
        if (box.width >= 24 && box.height >= 24) return false;
        var around = each.closest('p, dd, td, li, figcaption');
        if (each.tagName === 'A' && around && around.textContent.trim() !== each.textContent.trim()) return false;
        return boxes.some(function (other, number) {
            if (number === at) return false;
            var left = Math.max(other.left - x, 0, x - other.right), up = Math.max(other.top - y, 0, y - other.bottom);
            return Math.hypot(left, up) < 12;
        });
    }).map(named);
}
function next() {
    if (!waiting.length) return tell(told);
    var asked = waiting.shift(), frame = document.createElement('iframe');
    frame.style.cssText = 'border: 0; height: 800px; width: ' + asked[1] + 'px';
    frame.onload = function () {
        var page = frame.contentDocument, view = frame.contentWindow, tiny = [];
        var texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            var of = texts.currentNode.parentElement;
            if (texts.currentNode.data.trim() && shown(of) && parseFloat(view.getComputedStyle(of).fontSize) < 12) {
                tiny.push(named(of));
            }
        }
        var main = page.querySelector('main').getBoundingClientRect();
        told.push({page: asked[0], width: view.innerWidth, wide: page.documentElement.scrollWidth,
            left: main.left, right: page.documentElement.clientWidth - main.right, tiny: tiny, small: small(page)});
        frame.remove();
        next();
    };
    frame.src = asked[0];
    document.body.appendChild(frame);
}
next();
