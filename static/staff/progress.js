// How far a long work is: asked again and again, said aloud only where the words change, and the page anew at its end.
document.addEventListener("DOMContentLoaded", () => {
    const part = document.querySelector("[data-progress]");
    if (!part) return;
    const words = part.querySelector("[role=status]");
    const bar = part.querySelector("progress");
    async function ask() {
        try {
            const answer = await fetch(part.dataset.progress, { headers: { Accept: "application/json" } });
            if (!answer.ok) return location.reload();
            const told = await answer.json();
            if (told.over) return location.reload();
            if (words.textContent !== told.words) words.textContent = told.words;
            if (told.share === null) bar.removeAttribute("value");
            else bar.value = told.share;
        } catch { /* no network for a moment */ }
        setTimeout(ask, 1000);
    }
    setTimeout(ask, 1000);
});
