// The forms work without this; it saves visitors a tick and a wait.

const words = { label: "label", verifying: "verifying", verified: "verified", error: "error", expired: "error", waitAlert: "wait" };

document.querySelector(".error-summary")?.focus();

// The challenge begins when somebody begins to type. Whoever is quicker waits here until it is solved.
for (const widget of document.querySelectorAll("altcha-widget")) {
    speak(widget);
    const form = widget.closest("form");
    let sending = false;

    form.addEventListener("submit", async (event) => {
        if (!widget.getState || (widget.getState() === "verified" && !sending)) {
            sending = true;
            return;
        }
        event.preventDefault();
        if (sending) return;
        sending = true;
        form.setAttribute("aria-busy", "true");
        await solved(widget);
        form.submit(); // also where it failed: the answer then says what to do
    });
    widget.addEventListener("expired", () => widget.reset());
    addEventListener("pageshow", (event) => {
        if (event.persisted) {
            sending = false;
            form.removeAttribute("aria-busy");
        }
    });
}

// Give the challenge its words in the language of the page.
function speak(widget) {
    const spoken = Object.entries(words).map(([name, said]) => [name, widget.dataset[said]]);
    globalThis.$altcha?.i18n.set(document.documentElement.lang, Object.fromEntries(spoken));
}

async function solved(widget) {
    if (widget.getState() === "verifying") {
        await new Promise((resolve) => {
            widget.addEventListener("statechange", (event) => event.detail.state !== "verifying" && resolve());
        });
    } else if (widget.getState() !== "verified") {
        await widget.verify();
    }
    await new Promise((resolve) => setTimeout(resolve)); // until the answer stands in the form
}
