// What mdBook's pages lack for readers without a mouse: a button that toggles the contents, and blocks that scroll by the arrow keys.
{
  const toggle = document.getElementById("mdbook-sidebar-toggle");
  toggle.setAttribute("role", "button");
  toggle.tabIndex = 0;
  toggle.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    toggle.click();
  });

  const blocks = [...document.querySelectorAll("main pre > code, main .table-wrapper")];
  const update = () => blocks.forEach((it) => {
    if (it.scrollWidth > it.clientWidth) it.tabIndex = 0;
    else it.removeAttribute("tabindex");
  });
  update();
  addEventListener("load", update);
  addEventListener("resize", update);
  document.fonts.ready.then(update);
}
