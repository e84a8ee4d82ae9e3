// Check-in. A row says "in" once the server has said so, and never before: what was not stored is marked, with a retry.

const EVERY = 4000; // milliseconds between two looks at what other phones have done
const PATIENCE = 8000; // then a server that does not answer counts as away

const shown = (id, yes) => { document.getElementById(id).hidden = !yes; };
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

class LoggedOut extends Error {}

// Whether there is a connection, only a request tells.
async function ask(url, body) {
    const options = { body, method: body ? "POST" : "GET", headers: { Accept: "application/json" }, cache: "no-store" };
    try {
        const answer = await fetch(url, { ...options, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
        shown("offline", false);
        if (answer.type === "opaqueredirect" || answer.status === 403) throw new LoggedOut();
        shown("logged-out", false);
        if (answer.ok || answer.status === 409) return await answer.json();
        throw new Error(answer.status);
    } catch (failure) {
        if (failure instanceof LoggedOut) shown("logged-out", true);
        else shown("offline", true);
        throw failure;
    }
}

function showGuests(form) {
    const find = document.getElementById("find");
    const words = form.dataset;
    let taps = 0; // what a look brings is older than a tap that came in between

    const rows = () => form.querySelectorAll("[data-guest]");
    const unsettled = () => form.querySelector("[data-is=sending], [data-is=unsent], [data-is=not-undone]");

    function show(row, is, text = words[is] ?? "") {
        row.dataset.is = is;
        row.querySelector(".state").textContent = text;
    }

    function showIn(row, since, again) {
        show(row, again ? "again" : "in", `${again ? words.again : words.in} ${since}`);
    }

    function say(row) {
        const name = row.querySelector(".name").textContent;
        document.getElementById("said").textContent = `${name}: ${row.querySelector(".state").textContent}`;
    }

    function apply(row, answer) {
        if (answer.refused) return show(row, "refused", answer.refused);
        document.getElementById("counter").textContent = answer.counter;
        return answer.since ? showIn(row, answer.since, answer.again) : show(row, "todo");
    }

    async function tap(button) {
        const row = button.closest("[data-guest]");
        const undoing = button.matches(".undo");
        if (row.dataset.is === "sending") return;
        const body = new FormData(form);
        body.set("guest", row.dataset.guest);
        taps += 1;
        show(row, "sending");
        try {
            apply(row, await ask(undoing ? button.formAction : form.action, body));
        } catch {
            show(row, undoing ? "not-undone" : "unsent", undoing ? words.notUndone : words.unsent);
        }
        taps += 1;
        say(row);
    }

    function filter() {
        const wanted = plain(find.value).split(/\s+/).filter(Boolean);
        let found = 0;
        for (const row of form.querySelectorAll(".guest")) {
            row.text ??= plain(row.querySelector(".who").textContent);
            row.hidden = !wanted.every((word) => row.text.includes(word));
            found += row.hidden ? 0 : 1;
        }
        shown("nobody", wanted.length > 0 && found === 0);
    }

    async function readAgain() {
        const answer = await fetch(location.pathname, { cache: "no-store", redirect: "manual" });
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("guests");
        if (!fresh) return;
        form.querySelector(".guests").replaceWith(fresh.querySelector(".guests"));
        words.version = fresh.dataset.version;
        filter();
    }

    function compare(row, since) {
        const is = row.dataset.is;
        if (is === "sending") return;
        if (since && is !== "in" && is !== "again") showIn(row, since, is === "unsent");
        else if (since && is === "not-undone") show(row, is, words.notUndone);
        else if (!since && ["in", "again", "not-undone"].includes(is)) show(row, "todo");
    }

    async function look() {
        const before = taps;
        try {
            const state = await ask(words.state);
            if (before !== taps) return;
            document.getElementById("counter").textContent = state.counter;
            for (const row of rows()) compare(row, state.in[row.dataset.guest]);
            if (state.version !== words.version && !unsettled()) await readAgain();
        } catch { /* the banner says it */ }
    }

    form.addEventListener("submit", (event) => {
        event.preventDefault();
        tap(event.submitter);
    });
    find.addEventListener("input", filter);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
    addEventListener("offline", look);
    addEventListener("online", look);
    (async function watch() {
        if (!document.hidden) await look();
        setTimeout(watch, EVERY);
    })();
    filter();
}

// A form of its own page is sent once the server has answered a look, so that what was typed is not lost.
function sendOnline(form) {
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        try {
            await ask(form.dataset.online);
        } catch {
            return;
        }
        if (event.submitter?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: event.submitter.name, value: event.submitter.value }));
        form.submit();
    });
}

const guests = document.getElementById("guests");
if (guests) showGuests(guests);
for (const form of document.querySelectorAll("form[data-online]")) sendOnline(form);
