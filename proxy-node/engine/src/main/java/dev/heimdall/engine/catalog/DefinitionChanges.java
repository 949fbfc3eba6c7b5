package dev.heimdall.engine.catalog;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Changes to definitions of one virtual database, as far as its sessions and its catalogues have
 * seen them; thread-safe.
 */
public final class DefinitionChanges {
  private final AtomicLong changes = new AtomicLong();
  private volatile Base base;

  /**
   * @param before changes that were seen before these catalogues
   */
  private record Base(long before, Catalogues catalogues) {}

  public DefinitionChanges(Catalogues catalogues) {
    this.base = new Base(0, catalogues);
  }

  /** Other catalogues from now on; which may know other tables. */
  public void replace(Catalogues next) {
    // The epoch never goes back: what other catalogues noticed is counted from zero.
    Base last = base;
    base = new Base(last.before() + 1 + last.catalogues().changesUntold(), next);
  }

  /** Grows with each change of tables that was seen; plans made before are not handed out anew. */
  public long current() {
    Base now = base;
    return changes.get() + now.before() + now.catalogues().changesUntold();
  }

  /** Definitions of a database were, or may have been, changed. */
  public void changed(String database) {
    changes.incrementAndGet();
    base.catalogues().changed(database);
  }

  /**
   * Reports that definitions of tables and the like were changed: functions, triggers, views and
   * other code are as they were.
   */
  public void tablesChanged(String database) {
    changes.incrementAndGet();
    base.catalogues().tablesChanged(database);
  }

  /** Plans of statements may not fit any more. */
  public void plansChanged(String database) {
    changes.incrementAndGet();
    base.catalogues().suspected(database);
  }

  /** Code ran that was not read: the catalogue is to find out what it has defined. */
  public void suspected(String database) {
    base.catalogues().suspected(database);
  }

  /** A statement is about to be sent for which this database must have no users. */
  public void free(String database) {
    base.catalogues().free(database);
  }

  /** Sessions of the servers may begin with other settings from now on. */
  public void sessionDefaultsChanged() {
    base.catalogues().sessionDefaultsChanged();
  }

  /** True if a change past all nodes may have been missed for longer than is said. */
  public boolean looksLate(String database) {
    return base.catalogues().looksLate(database);
  }

  /**
   * True if classifications of statements by a catalogue still hold.
   *
   * @param edition of the catalogue of this database by which it was told; null for none
   */
  public boolean judges(String database, Catalogue.Edition edition) {
    return edition != null && edition == edition(database);
  }

  /** The catalogue by which statements are judged now; null where that is uncertain. */
  public Catalogue.Edition edition(String database) {
    Catalogue now = base.catalogues().current(database);
    return now.confirmed() ? now.edition() : null;
  }
}
