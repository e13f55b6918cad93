// Before the first paint, or a dark page would flash white. A file of its own, as the page's policy allows no scripts inside it.
(() => {
  const wish = localStorage.getItem("berth-theme");
  const isDark = wish === "dark" || (wish !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("pf-v6-theme-dark", isDark);
})();
