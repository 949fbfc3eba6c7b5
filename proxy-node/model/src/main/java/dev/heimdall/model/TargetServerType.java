package dev.heimdall.model;

import java.util.Arrays;
import java.util.Optional;

/** Hosts in a URL that a connection may go to, and those that it goes to first. */
public enum TargetServerType implements Spelled {
  ANY("any"),
  PRIMARY("primary"),
  SECONDARY("secondary"),
  PREFER_PRIMARY("preferPrimary"),
  PREFER_SECONDARY("preferSecondary");

  /** Result of {@link #rank} for a server that must not be used. */
  public static final int NEVER = -1;

  private final String spelling;

  TargetServerType(String spelling) {
    this.spelling = spelling;
  }

  @Override
  public String spelling() {
    return spelling;
  }

  /** By the spelling of today, or the one of older drivers. */
  static Optional<TargetServerType> of(String text) {
    String today =
        switch (text) {
          case "master" -> "primary";
          case "slave" -> "secondary";
          case "preferSlave" -> "preferSecondary";
          default -> text;
        };
    return Arrays.stream(values()).filter(type -> type.spelling.equals(today)).findFirst();
  }

  /**
   * Returns the preference of a server: 0 first, 1 when there is none of those, {@link #NEVER} not
   * at all. No client prefers a server whose role is unknown.
   */
  public int rank(NodeRole role) {
    boolean writer = role == NodeRole.WRITER || role == NodeRole.LISTENER;
    boolean replica = role == NodeRole.REPLICA;
    return switch (this) {
      case ANY -> 0;
      case PRIMARY -> writer ? 0 : NEVER;
      case SECONDARY -> replica ? 0 : NEVER;
      case PREFER_PRIMARY -> writer ? 0 : 1;
      case PREFER_SECONDARY -> replica ? 0 : 1;
    };
  }
}
