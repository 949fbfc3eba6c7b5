package dev.heimdall.engine.observe;

import java.util.Locale;

/** Reason that a read was not sent to a replica of its cluster. */
public enum OnWriter {
  TRANSACTION("it is part of a transaction"),
  PINNED("its session keeps a server connection"),
  NOT_MARKED("no rule says that a replica may answer it"),
  NOT_A_READ("it is not certain that it reads and does nothing else"),
  SESSION("it answers from its session, or changes it"),
  SERVER("it asks about the server itself, or its definitions"),
  RULE("a rule wants something else done with it"),
  SHAPE("it does not stand alone: several statements, an open batch, or too long"),
  ISOLATION("replicas have no serializable transactions"),
  PIPELINED("the writer still answers what its client sent before"),
  PAUSED("the virtual database is paused"),
  NO_CONNECTION("there is no connection to the replica yet"),
  NO_REPLICA("no replica is up that may answer reads"),
  OUT_OF_TOUCH("this node has not heard from the other nodes of late"),
  OTHER_STORES("nodes elsewhere have another store, and the consistency is strict"),
  LAGGING("all replicas are too far behind"),
  BEHIND("no replica has replayed yet what it must not miss"),
  TURN("load balancing chose the writer"),
  FAILED("a replica could not answer it");

  private final String words;

  OnWriter(String words) {
    this.words = words;
  }

  /** For a person who knows what it is about. */
  public String words() {
    return words;
  }

  /** True if it is so for a moment only: the next one may find another server. */
  public boolean passes() {
    return this == NO_CONNECTION || this == BEHIND;
  }

  /** For a metric's label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** For a person who asks where a statement was sent. */
  public String answer() {
    return "writer: " + words;
  }
}
