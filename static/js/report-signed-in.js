// Signed in again: tells the tabs that wait for it.

try {
  localStorage.setItem("signed-in", String(Date.now()));
} catch {
  // Without storage they find out by themselves, a little later.
}
