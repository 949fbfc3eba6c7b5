package dev.heimdall.manager.pages;

import dev.heimdall.manager.web.Answer;
import java.util.Map;

/** A page for a visitor who is not logged in, or not yet: it says something, and leads on. */
final class OutsidePage {
  private final Shells shells;
  private final Templates templates;

  OutsidePage(Shells shells, Templates templates) {
    this.shells = shells;
    this.templates = templates;
  }

  /**
   * @param words may be empty
   * @param href where it leads
   * @param link what stands on that
   */
  Answer answer(int status, String title, String words, String href, String link) {
    return templates.page(
        status,
        "outside",
        Map.of(
            "shell",
            shells.outside(title, ""),
            "bad",
            status >= 400,
            "words",
            words,
            "href",
            href,
            "link",
            link));
  }
}
