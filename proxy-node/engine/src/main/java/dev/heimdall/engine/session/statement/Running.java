package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.pipeline.FingerprintEntry;
import dev.heimdall.engine.rules.ConcurrencyLimit;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import java.util.List;

/** A statement that was judged and sent, until its group is answered. */
public final class Running {
  private final FingerprintEntry known;
  private final Statement statement;
  private final Decision decision;
  private final StatementFacts effects;
  private final boolean prepared;
  private final List<ConcurrencyLimit> places;
  private final SampledResult result;
  private long group;
  private boolean placesGiven;

  /**
   * @param statement what it does to data; null where it was not judged
   * @param places places taken for it, to be given back with the first data
   * @param group the group of messages that it belongs to, counted by the session
   */
  Running(
      FingerprintEntry known,
      Statement statement,
      Decision decision,
      StatementFacts effects,
      boolean prepared,
      List<ConcurrencyLimit> places,
      long group) {
    this.known = known;
    this.statement = statement;
    this.decision = decision;
    this.effects = effects;
    this.prepared = prepared;
    this.places = places;
    this.group = group;
    this.result = SampledResult.wanted(decision) ? new SampledResult() : null;
  }

  /** Observed part of its result; null where it is not wanted. */
  public SampledResult result() {
    return result;
  }

  public FingerprintEntry known() {
    return known;
  }

  Statement statement() {
    return statement;
  }

  Decision decision() {
    return decision;
  }

  StatementFacts effects() {
    return effects;
  }

  List<ConcurrencyLimit> places() {
    return places;
  }

  public boolean prepared() {
    return prepared;
  }

  public long group() {
    return group;
  }

  /** Groups were merged: this one has another number now. */
  public void group(long now) {
    group = now;
  }

  /** The first data are here, or there will be none. */
  void givePlacesBack() {
    if (!placesGiven) {
      placesGiven = true;
      places.forEach(ConcurrencyLimit::release);
    }
  }
}
