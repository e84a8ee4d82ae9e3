// Inside a frame of embed.js: tells the page around it how high this page is, where that page is one of ours.
(() => {
    const ours = document.currentScript.dataset.origins.split(" ");
    let answered = false;

    addEventListener("message", (event) => {
        if (event.source !== parent || event.data?.privacyCrm !== "height?" || !ours.includes(event.origin)) return;
        if (answered) return;
        answered = true;
        new ResizeObserver(() => {
            const height = document.body.getBoundingClientRect().height;
            parent.postMessage({ privacyCrm: "height", height }, event.origin);
        }).observe(document.body);
    });
})();
