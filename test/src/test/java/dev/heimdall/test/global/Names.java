package dev.heimdall.test.global;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Where clients connect: to the balancer of their own region, by latency records to that of another
 * one while theirs has nobody who is well.
 */
record Names(Sites in, Habit habit) implements WorkingClient.Doors {
  @Override
  public Region region(Region home) {
    return in.isWell(home)
        ? home
        : in.regions().stream().filter(in::isWell).findFirst().orElse(home);
  }

  @Override
  public Connection connect(Region home, Region region) throws SQLException {
    return sql().connect(home.toward(region, Region.BALANCER), in.balancerPort(), habit.timeout());
  }

  @Override
  public Sql sql() {
    return in.database().sql();
  }
}
