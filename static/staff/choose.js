// Select2 leaves its box, the field in it and the list below it without a name for whoever hears the page, and reads
// its icons out.
django.jQuery(($) => {
    for (const select of document.querySelectorAll(".pc-ask .admin-autocomplete")) {
        const [label] = select.labels;
        const box = select.nextElementSibling.querySelector("[role=combobox]");
        const chosen = box.querySelector(".select2-selection__rendered");
        const quieten = () => {
            for (const icon of box.querySelectorAll(".select2-selection__clear, .select2-selection__arrow")) icon.ariaHidden = "true";
        };
        label.id = `${select.id}-label`;
        chosen.removeAttribute("role");
        chosen.removeAttribute("aria-readonly");
        box.setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
        quieten();
        new MutationObserver(quieten).observe(chosen, { childList: true });
        $(select).on("select2:open", () => {
            const opened = document.querySelector(".select2-dropdown");
            const [field, list] = [opened.querySelector("input"), opened.querySelector("[role=listbox]")];
            for (const part of [field, list]) part.ariaLabel = label.textContent;
            box.setAttribute("aria-controls", list.id);
            field.focus(); // which jQuery has not done since 3.6
        });
    }
});
