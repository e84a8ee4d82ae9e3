// allauth's script tells of a passkey that was not taken, or not offered, by this event alone.
document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    document.getElementById("passkey-failed").hidden = false;
});
