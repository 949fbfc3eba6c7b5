package dev.heimdall.test.global;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A resolver that a region's clients share, so that somebody always has just asked it: its answer
 * is as old as the time since it was renewed, whenever a client connects.
 */
final class KeptNames implements WorkingClient.Doors {
  private final Names names;
  private final Region of;
  private volatile Region answer;

  KeptNames(Names names, Region of) {
    this.names = names;
    this.of = of;
    renew();
  }

  /** The time of its answer is over. */
  void renew() {
    answer = names.region(of);
  }

  @Override
  public Region region(Region home) {
    return answer;
  }

  @Override
  public Sql sql() {
    return names.sql();
  }

  @Override
  public Connection connect(Region home, Region region) throws SQLException {
    return names.connect(home, region);
  }
}
