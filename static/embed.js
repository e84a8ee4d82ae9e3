// Puts one of our forms into a page of the company's own website, as high as it needs to be:
//
//     <script src="https://contacts.example.com/static/embed.js" data-form="/embed/register/" async></script>
//
// data-title names the frame for screen readers; data-lang (en, sv) is the language, else that of the page.
(() => {
    const script = document.currentScript;
    const origin = new URL(script.src).origin;
    const address = new URL(script.dataset.form, origin);
    if (address.origin !== origin) return;
    const language = script.dataset.lang || document.documentElement.lang.split("-")[0];
    if (language) address.searchParams.set("lang", language);

    const frame = document.createElement("iframe");
    frame.src = address.href;
    frame.title = script.dataset.title || "Form";
    frame.style.cssText = "border: 0; display: block; height: 40rem; width: 100%;";
    let shown = false;
    frame.addEventListener("load", () => {
        // The page in the frame learns who frames it from this, and tells its height to nobody else.
        frame.contentWindow.postMessage({ privacyCrm: "height?" }, origin);
        // Whoever pressed the button at the foot of a form would look past the answer, which is shorter.
        if (shown && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
        shown = true;
    });
    addEventListener("message", (event) => {
        if (event.origin !== origin || event.source !== frame.contentWindow) return;
        const height = event.data?.privacyCrm === "height" && Number(event.data.height);
        if (height > 0 && height < 20000) frame.style.height = `${Math.ceil(height)}px`;
    });
    script.after(frame);
})();
