package dev.heimdall.engine.session.state;

import dev.heimdall.engine.catalog.Catalogue;

/**
 * Facts about one transaction for components that would answer its reads without its server: the
 * way it was begun, and the snapshots by which it reads. Belongs to the session's event loop.
 */
public final class TransactionReads {
  private String begin;
  private Catalogue.Edition begunIn;
  private boolean inDoubt;
  private boolean again;
  private boolean asked;
  private boolean served;
  private Snapshots found = Snapshots.UNKNOWN;

  /**
   * A BEGIN is sent, or answered without a server.
   *
   * @param text null where unknown
   * @param in the catalogue of that moment; null for none
   */
  public void begins(String text, Catalogue.Edition in) {
    inDoubt |= begin != null || text == null;
    begin = text;
    begunIn = again ? null : in;
  }

  /** A statement begins it that was judged by this catalogue, and no BEGIN. */
  void opens(Catalogue.Edition in) {
    begunIn = again ? null : in;
  }

  /** Another server runs it from its beginning, whose settings may be others. */
  void runsAgain() {
    again = true;
  }

  /** Catalogue at its BEGIN, and so the settings that it began with; null where unknown. */
  public Catalogue.Edition begunIn() {
    return begunIn;
  }

  /** True if it cannot be told which of its BEGINs has begun it, or none has. */
  boolean inDoubt() {
    return inDoubt;
  }

  /** The text of its BEGIN; null where none was seen. */
  public String begin() {
    return begin;
  }

  /** True if the server is to be asked which snapshots it reads: once for each transaction. */
  public boolean takeQuestion() {
    boolean first = !asked;
    asked = true;
    return first;
  }

  /** One of its reads was answered without its server. */
  public void served() {
    served = true;
  }

  /** True if any was. */
  public boolean anyServed() {
    return served;
  }

  /** The server has said by which snapshots it reads. */
  public void found(Snapshots snapshots) {
    found = snapshots;
  }

  /** Snapshots that the server has reported. */
  public Snapshots found() {
    return found;
  }
}
