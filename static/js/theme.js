// Runs before the first paint, so that a chosen theme does not flash. A classic script, on purpose.
(function () {
  if ("wall" in document.documentElement.dataset) return;
  try {
    var chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch (error) {
    // Storage may be switched off by the office's browser policy: the system's theme then holds.
  }
})();
