package dev.heimdall.manager.pages;

import java.util.Optional;

/**
 * A change that somebody is about to make: kept here, so that what he has typed as a password is
 * not sent back to his browser.
 *
 * @param id as forms name it
 * @param over the version that it is made over; empty: there is no such document
 * @param text what is to be there; empty: nothing
 */
record Draft(String id, String document, Optional<String> over, Optional<String> text) {
  Draft over(Optional<String> version) {
    return new Draft(id, document, version, text);
  }

  /** It may hold secrets. */
  @Override
  public String toString() {
    return "a draft of " + document;
  }
}
