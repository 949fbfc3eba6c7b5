package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Permission;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Frames around pages, for any code that makes one. */
final class Shells {
  private final Assets assets;
  private final List<Entry> entries;
  private final String place;
  private final Supplier<Optional<Banner>> wrong;

  /**
   * @param wrong what is wrong at the moment
   */
  Shells(Assets assets, List<Entry> entries, String place, Supplier<Optional<Banner>> wrong) {
    this.assets = assets;
    this.entries = entries;
    this.place = place;
    this.wrong = wrong;
  }

  /** For a visitor who has not logged in: he is told nothing. */
  Shell outside(String title, String csrf) {
    return new Shell(
        title,
        Optional.empty(),
        List.of(),
        false,
        csrf,
        "",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        assets::path,
        List.of(),
        List.of());
  }

  Shell of(String title, Session session) {
    return of(title, session, List.of());
  }

  /**
   * @param own what the page loads besides what all do
   */
  Shell of(String title, Session session, List<Asset> own) {
    Optional<Session.Message> told = session.told();
    boolean looks = session.may(Permission.READ_CONFIGURATION);
    return new Shell(
        title,
        Optional.of(session.user()),
        entries.stream().filter(entry -> session.may(entry.permission())).toList(),
        session.may(Permission.CHANGE_CONFIGURATION),
        session.csrf(),
        place,
        told.map(Session.Message::words),
        told.flatMap(Session.Message::more),
        looks ? wrong.get() : Optional.empty(),
        looks,
        assets::path,
        paths(own, Asset.Kind.STYLE),
        paths(own, Asset.Kind.SCRIPT));
  }

  private List<String> paths(List<Asset> own, Asset.Kind kind) {
    return own.stream()
        .filter(asset -> asset.kind() == kind)
        .map(asset -> assets.path(asset.name()))
        .toList();
  }
}
