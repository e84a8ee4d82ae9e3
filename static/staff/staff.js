// On a phone the rows of a list become cards: each cell then needs the name of its column.
document.addEventListener("DOMContentLoaded", () => {
    const list = document.getElementById("result_list");
    if (!list) return;
    const names = [...list.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
    for (const row of list.querySelectorAll("tr.data-row")) {
        [...row.children].forEach((cell, place) => { cell.dataset.label = names[place] || ""; });
    }
    list.classList.add("pc-cards");
});

// A letter that was just asked for comes into sight, wherever its form was scrolled to.
function showLetter(letter) {
    letter.scrollIntoView();
    letter.querySelector("button[name=show]")?.focus({ preventScroll: true });
}
document.addEventListener("DOMContentLoaded", () => {
    const letter = document.querySelector(".pc-letter[data-fresh]");
    if (letter) showLetter(letter);
});

// What is fetched once the page is there says so where it does not come, instead of letting people wait.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failure, (event) => {
        const status = event.target.querySelector("[data-failed]");
        if (status) status.textContent = status.dataset.failed;
    });
}

// A dialog that opens takes the focus, and gives it back when it closes. What is wrong comes before what is first, and
// whoever is in it already, or has gone on in it since the answer came, is left where they are.
let opener = null;
function enterDialog(dialog) {
    const wrong = dialog.querySelector("[aria-invalid=true]");
    if (!wrong && dialog.contains(document.activeElement)) return;
    (wrong ?? dialog.querySelector("input:not([type=hidden]), select, textarea, button"))?.focus();
}
let focused = null;
document.addEventListener("htmx:afterSwap", () => { focused = document.activeElement; });
function hasGoneOn(dialog) {
    return document.activeElement !== focused && dialog.contains(document.activeElement);
}
document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches(".pc-button")) opener = event.target;
});
document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.closest("#follows")) return; // what is said while one types takes no focus
    const dialog = event.target.closest("#modal-content");
    if (!dialog) return;
    setTimeout(() => {
        const letter = dialog.querySelector(".pc-letter[data-fresh]");
        if (hasGoneOn(dialog)) return;
        if (letter) showLetter(letter);
        else enterDialog(dialog);
    }, 60);
});
document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") opener?.focus();
});
