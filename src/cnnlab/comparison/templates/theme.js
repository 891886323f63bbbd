"use strict";
// The button that switches between light and dark colours; an event of the window tells whoever draws with them.
{
  const root = document.documentElement, button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
  const name = () => {
    button.textContent = isDark() ? "light" : "dark";
    button.setAttribute("aria-label", `switch to ${button.textContent} colours`);
  };
  const changed = () => { name(); dispatchEvent(new Event("theme")); };
  button.onclick = () => { root.dataset.theme = isDark() ? "light" : "dark"; changed(); };
  dark.addEventListener("change", changed);
  name();
}
