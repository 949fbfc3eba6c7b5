package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Permission;
import java.util.Optional;

/** What is around pages, for whoever makes one. */
final class Shells {
  private final Assets assets;
  private final String place;

  Shells(Assets assets, String place) {
    this.assets = assets;
    this.place = place;
  }

  /** For somebody who has not logged in: he is told nothing. */
  Shell outside(String title, String csrf) {
    return new Shell(title, Optional.empty(), false, csrf, "", Optional.empty(), assets::path);
  }

  Shell of(String title, Session session) {
    return new Shell(
        title,
        Optional.of(session.user()),
        session.may(Permission.CHANGE_CONFIGURATION),
        session.csrf(),
        place,
        session.told(),
        assets::path);
  }
}
