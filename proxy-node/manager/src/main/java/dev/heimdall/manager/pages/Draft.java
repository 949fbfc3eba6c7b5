package dev.heimdall.manager.pages;

import java.util.Optional;

/**
 * A change that a user is about to make: kept here, so that what he has typed as a password is not
 * sent back to his browser.
 *
 * @param id as forms name it
 * @param over the version that it is made over; empty: there is no such document
 * @param text what is to be there; empty: nothing
 * @param editor the page where it is edited further
 */
record Draft(
    String id, String document, Optional<String> over, Optional<String> text, String editor)
    implements Held {
  /** One of a text. */
  Draft(String id, String document, Optional<String> over, Optional<String> text) {
    this(id, document, over, text, Links.DRAFT_EDITOR);
  }

  Draft over(Optional<String> version) {
    return new Draft(id, document, version, text, editor);
  }

  Draft with(String other) {
    return new Draft(id, document, over, Optional.of(other), editor);
  }

  /** Path of the page to go to after the change is made. */
  String home() {
    return text.isEmpty()
        ? "/"
        : editor.equals(Links.DRAFT_EDITOR) ? Links.document(document) : editor;
  }

  @Override
  public long bytes() {
    return 2L * text.orElse("").length();
  }

  /** It may hold secrets. */
  @Override
  public String toString() {
    return "a draft of " + document;
  }
}
